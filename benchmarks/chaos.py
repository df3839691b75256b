"""A server under random kills: ``python -m benchmarks.chaos [--minutes 60] [--seed 0]``.

Clients ask for presets and small grids and follow their streams, while at random moments

worker     one worker process gets SIGKILL
workers    all of them at once
server     the server gets SIGKILL and is started again at once
drain      the server gets SIGTERM and is started again when it has gone
freeze     one worker gets SIGSTOP, and some seconds later SIGCONT
stall      the server gets SIGSTOP, and some seconds later SIGCONT
reset      every connection is reset

Each frame that any client was sent is compared, as text, with the same frame of an undisturbed run
of the same spec, computed here with the kernels that the server says it used; and so is every frame
that the server has stored at the end. Exit code 1 if any differs, is missing, or came twice.
"""

import argparse
import itertools
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psutil

from app import fused
from app.core.presets import PRESETS
from app.core.spec import RunSpec
from app.core.trainer import train
from app.core.wire import frame_to_json
from benchmarks.chaos_client import Seen, Viewer
from benchmarks.step_vs_peers import machine

FAULTS = ("worker", "workers", "server", "drain", "freeze", "stall", "reset")
WEIGHTS = (6, 2, 2, 2, 2, 2, 3)
SHARED_BY = 3  # viewers of one experiment
FROZEN = (1.0, 6.0)  # seconds
LONGEST_WAIT = 15.0  # seconds for all to be as before, then comes the next fault in any case
LONGEST = 400  # training steps: a run that no fault leaves time to end would tell nothing


def bodies(seed: int) -> Iterator[dict[str, Any]]:
    """Yield what to ask for, for ever: presets as other seeds, and grids over cells and seeds."""
    rng = random.Random(seed)
    for number in itertools.count():
        new = seed * 1_000_000 + number * 10
        if rng.random() < 0.6:
            runs = [
                {
                    **run,
                    "seed": new,
                    "training": {
                        **run["training"],
                        "steps": min(run["training"]["steps"], LONGEST),
                    },
                }
                for run in PRESETS[rng.choice(sorted(PRESETS))].experiment["runs"]
            ]
            yield {"runs": runs}
        else:
            training = {"steps": rng.randrange(50, LONGEST), "stop_when_solved": False}
            yield {
                "base": {
                    "task": {"length": rng.randrange(5, 60)},
                    "training": training,
                    "frame_every": rng.choice((1, 5, 10)),
                },
                "vary": {
                    "model": [{"cell": cell, "hidden_size": 16} for cell in ("rnn", "lstm", "gru")],
                    "seed": [new + i for i in range(rng.randrange(1, 5))],
                },
            }


class Shared:
    """Each body for some viewers, so that streams have company."""

    def __init__(self, seed: int) -> None:
        source = bodies(seed)
        self._bodies = (body for body in source for _ in range(SHARED_BY))
        self._lock = threading.Lock()

    def __iter__(self) -> "Shared":
        return self

    def __next__(self) -> dict[str, Any]:
        with self._lock:
            return next(self._bodies)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Lab:
    """The server: started, ended, and started again on the same port and database."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder, self._port = folder, port
        self.log = folder / "server.log"

    def start(self) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("VGL_")}
        environment |= {
            "VGL_DATABASE": f"sqlite:///{self._folder}/lab.db",
            "VGL_LESSON_RUNS": "false",
            "TMPDIR": str(self._folder),
        }
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app", "serve", "--port", str(self._port)],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=out,
            )

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}{path}", timeout=30) as answer:
            return json.load(answer)

    def wait_until_ready(self, seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while True:
            try:
                self.get("/readyz")
                return
            except OSError:
                assert time.monotonic() < deadline, self.log.read_text()[-5000:]
                time.sleep(0.1)

    def workers(self) -> list[psutil.Process]:
        found = []
        for child in psutil.Process(self.process.pid).children():
            try:
                if "spawn_main" in " ".join(child.cmdline()):
                    found.append(child)
            except psutil.NoSuchProcess:
                continue
        return found


class Monkey:
    """Does one fault after the other, each at a random moment."""

    def __init__(self, lab: Lab, viewers: Sequence[Viewer], rng: random.Random) -> None:
        self._lab, self._viewers, self._rng = lab, viewers, rng
        self.done: Counter[str] = Counter()
        self.back: dict[str, list[float]] = {fault: [] for fault in FAULTS}
        self.drained: list[float] = []  # seconds from SIGTERM to the end

    def strike(self, fault: str) -> None:
        """Do it, and measure how long until all is as before."""
        readers = [viewer for viewer in self._viewers if not viewer.waits]
        connections = [viewer.connections for viewer in readers]
        workers = len(self._lab.workers())
        began = time.monotonic()
        getattr(self, f"_{fault}")()
        self.done[fault] += 1

        def is_back() -> bool:
            if fault in ("worker", "workers"):
                return len(self._lab.workers()) >= workers
            if fault in ("server", "drain", "reset"):
                return all(
                    viewer.connections > before or viewer.waits
                    for viewer, before in zip(readers, connections, strict=True)
                )
            return True

        while not is_back() and time.monotonic() < began + LONGEST_WAIT:
            time.sleep(0.02)
        self.back[fault].append(time.monotonic() - began)

    def _signal(self, processes: Sequence[psutil.Process], number: int) -> None:
        for process in processes:
            try:
                process.send_signal(number)
            except psutil.NoSuchProcess:
                continue

    def _worker(self) -> None:
        workers = self._lab.workers()
        self._signal(workers and [self._rng.choice(workers)], signal.SIGKILL)

    def _workers(self) -> None:
        self._signal(self._lab.workers(), signal.SIGKILL)

    def _server(self) -> None:
        self._lab.process.kill()
        self._lab.process.wait()
        self._lab.start()

    def _drain(self) -> None:
        began = time.monotonic()
        self._lab.process.terminate()
        self._lab.process.wait(30)
        self.drained.append(time.monotonic() - began)
        self._lab.start()

    def _freeze(self) -> None:
        workers = self._lab.workers()
        self._stop_a_while(workers and [self._rng.choice(workers)])

    def _stall(self) -> None:
        self._stop_a_while([psutil.Process(self._lab.process.pid)])

    def _stop_a_while(self, processes: Sequence[psutil.Process]) -> None:
        self._signal(processes, signal.SIGSTOP)
        time.sleep(self._rng.uniform(*FROZEN))
        self._signal(processes, signal.SIGCONT)

    def _reset(self) -> None:
        for viewer in self._viewers:
            viewer.reset()


def undisturbed(spec: dict[str, Any], kernels: str) -> tuple[list[str], str]:
    """Return the frames of a run as the log has them, and how the run ends."""
    found = RunSpec.from_dict(spec)
    frames = list(train(found, kernels=fused.kernels_for(kernels)))
    return [frame_to_json(frame, found.run_id) for frame in frames], frames[-1].state


class Judge:
    """Compares what was seen and what is stored with undisturbed runs."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._runs: dict[str, Any] = {}
        self._wanted: dict[str, tuple[list[str], str]] = {}
        self.counts: Counter[str] = Counter()
        self.findings: list[str] = []

    def compute(self, seen: Sequence[Seen]) -> None:
        """Train every run once, as if nothing had happened."""
        ids = {run["id"] for each in seen for run in each.experiment["runs"]}
        self._runs = {run: self._lab.get(f"/api/v1/runs/{run}") for run in sorted(ids)}
        over = [run for run, told in self._runs.items() if told["provenance"]]
        # New processes: a fork of one with threads may wait for ever.
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            specs = [self._runs[run]["spec"] for run in over]
            names = [self._runs[run]["provenance"]["kernels"] for run in over]
            self.counts.update(f"runs with {name} kernels" for name in names)
            self._wanted = dict(zip(over, pool.map(undisturbed, specs, names), strict=True))

    def judge_log(self) -> None:
        """Check every frame that the server has stored."""
        for run, told in self._runs.items():
            self.counts["runs"] += 1
            self.counts["attempts"] += told["attempts"]
            if run not in self._wanted:
                self.counts["runs never begun"] += 1
                continue
            wanted, state = self._wanted[run]
            is_over = told["state"] not in ("queued", "running")
            self.counts["runs before their end"] += not is_over
            if is_over and told["state"] != state:
                self._find(f"run {run} is {told['state']} ({told['error']}), not {state}")
            after, stored = -1, []
            while page := self._lab.get(f"/api/v1/runs/{run}/frames?after={after}")["frames"]:
                stored += page
                after = page[-1]["seq"]
            self.counts["stored frames compared"] += len(stored)
            expected = [json.loads(line) for line in wanted]
            if stored != (expected if is_over else expected[: len(stored)]):
                self._find(f"the log of run {run} differs")

    def judge(self, seen: Seen) -> None:
        """Check everything that one viewer was sent of one experiment."""
        self.counts["streams"] += 1
        self.counts["connections"] += seen.connections
        self.counts["told to start over"] += seen.resets
        self.counts["told of a skip"] += seen.skips
        where = f"stream of {seen.experiment['id']}"
        if not seen.ended:
            self.counts["streams before their end"] += 1
        for run in seen.experiment["runs"]:
            wanted, state = self._wanted.get(run["id"], ([], ""))
            frames = seen.frames.get(run["id"], [])
            for place, (seq, line) in enumerate(frames):
                self.counts["frames compared"] += 1
                if seq != place:
                    what = "repeat" if seq in {s for s, _ in frames[:place]} else "gap"
                    if not seen.skips or what == "repeat":
                        self._find(f"{where}: {what} at frame {seq} of {run['id']}")
                        break
                if line != wanted[seq : seq + 1][0]:
                    self._find(f"{where}: frame {seq} of {run['id']} differs")
                    break
            if seen.ended and not seen.skips and len(frames) != len(wanted):
                self._find(f"{where}: {len(frames)} frames of {len(wanted)} of {run['id']}")
            if seen.ended and seen.states.get(run["id"]) != state:
                self._find(f"{where}: {run['id']} told as {seen.states.get(run['id'])}")

    def _find(self, finding: str) -> None:
        self.counts["findings"] += 1
        self.findings.append(finding)


def chaos(
    folder: Path, *, seconds: float, clients: int, every: float, seed: int, settle: float = 600.0
) -> dict[str, Any]:
    """Let clients and faults loose for a time, wait until all is told, and judge.

    What has not come to its end ``settle`` seconds after the last fault is judged as far as it is.

    Returns
    -------
    dict
        ``findings`` is a list of sentences, empty when nothing was lost, changed or repeated.
    """
    rng = random.Random(seed)
    port = free_port()
    lab = Lab(folder, port)
    lab.start()
    try:
        lab.wait_until_ready()
        shared = Shared(seed)
        viewers = [
            Viewer(port, shared, gzip=bool(n % 2), rng=random.Random(n)) for n in range(clients)
        ]
        for viewer in viewers:
            viewer.start()
        monkey = Monkey(lab, viewers, rng)
        over = time.monotonic() + seconds
        while time.monotonic() < over:
            time.sleep(rng.expovariate(1 / every))
            monkey.strike(rng.choices(FAULTS, WEIGHTS)[0])
        lab.wait_until_ready()
        for viewer in viewers:
            viewer.stopping.set()
        settled = time.monotonic() + settle
        for viewer in viewers:
            viewer.join(max(0.0, settled - time.monotonic()))
        for viewer in viewers:
            viewer.abandoned.set()
            viewer.reset()
        for viewer in viewers:
            viewer.join(60)
        seen = [each for viewer in viewers for each in viewer.seen]
        judge = Judge(lab)
        judge.compute(seen)
        judge.judge_log()
        for each in seen:
            judge.judge(each)
        judge.findings += [f"a viewer failed: {v.failure!r}" for v in viewers if v.failure]
        judge.findings += sorted({text for viewer in viewers for text in viewer.refused})
    finally:
        lab.process.terminate()
        lab.process.wait(30)
    errors = lab.log.read_text(errors="replace").count("Traceback")

    return {
        "faults": dict(monkey.done),
        "ended_after_sigterm_s": spread(monkey.drained),
        "back_s": {fault: spread(times) for fault, times in monkey.back.items() if times},
        **judge.counts,
        "experiments": len({each.experiment["id"] for each in seen}),
        "tracebacks": errors,
        "findings": judge.findings,
    }


def spread(times: Sequence[float]) -> dict[str, float]:
    ordered = sorted(times) or [float("nan")]
    return {"median": round(ordered[len(ordered) // 2], 2), "longest": round(ordered[-1], 2)}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--clients", type=int, default=12)
    parser.add_argument("--every", type=float, default=4.0, help="mean seconds between two faults")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory(prefix="vgl-chaos-") as folder:
        found = chaos(
            Path(folder),
            seconds=60 * chosen.minutes,
            clients=chosen.clients,
            every=chosen.every,
            seed=chosen.seed,
        )
    print(json.dumps(found, indent=2))
    return int(bool(found["findings"]))


if __name__ == "__main__":
    sys.exit(main())
