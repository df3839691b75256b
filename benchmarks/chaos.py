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
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from app.core.presets import PRESETS
from benchmarks.chaos_client import Viewer
from benchmarks.chaos_faults import FAULTS, WEIGHTS, Monkey
from benchmarks.chaos_judge import Judge
from benchmarks.chaos_server import Lab, free_port
from benchmarks.step_vs_peers import machine

SHARED_BY = 3  # viewers of one experiment
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
