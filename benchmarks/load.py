"""The server under load: ``python -m benchmarks.load [viewers classroom queue hours]``.

viewers    more and more viewers of one experiment at ten frames a second on one web process
classroom  300 clients who open the page and ask for the same preset at once, and then watch it all
queue      300 different runs asked at once: is each told its place, and does each end?
hours      a day of lessons at speed: memory and open files of the server

Rows are JSON on standard output. The server is a process of its own, its processor time is what the
kernel counts for it, and the viewers are sockets of this machine. For ``viewers`` a hand writes the
frames of the default preset into the log at a fixed rate; in the other scenes real workers train.
"""

import argparse
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil
from sqlalchemy import select

from app.core.presets import PRESETS
from app.core.spec import RunSpec
from app.core.trainer import train
from app.core.wire import frame_to_json
from app.runs import log
from app.runs.store import Store, runs
from benchmarks.load_client import Crowd
from benchmarks.step_vs_peers import machine

T = TypeVar("T")
CLASSIC = PRESETS["classic"].experiment


@contextmanager
def serving(*, idle: bool, **settings: str) -> Iterator[tuple[psutil.Process, int, Store]]:
    """A server in a process of its own; ``idle``: one without workers."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/log.db"
        environment = {**os.environ, "VGL_DATABASE": url, "VGL_PORT": "0"}
        environment |= {"VGL_LESSON_RUNS": "false", **settings}
        module = ["benchmarks.load_server"] if idle else ["app", "serve"]
        errors = Path(folder, "errors")
        with errors.open("wb") as written:
            process = subprocess.Popen(
                [sys.executable, "-m", *module],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=written,
                text=True,
            )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert "http://" in line, errors.read_text()
            port = int(line.rsplit(":", 1)[1].strip().rstrip("/"))
            base = f"http://127.0.0.1:{port}"
            while httpx.get(f"{base}/readyz").status_code != 200:
                time.sleep(0.1)
            yield psutil.Process(process.pid), port, Store(url)
        finally:
            process.terminate()
            process.wait(20)


def ask(port: int, body: Any) -> Any:
    answer = httpx.post(f"http://127.0.0.1:{port}/api/v1/experiments", json=body, timeout=60)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def last_frames(store: Store) -> dict[bytes, int]:
    """Return the number of the last frame of each run that is stored."""
    with store.reading() as connection:
        rows = connection.execute(select(runs.c.id, runs.c.seq)).all()
    return {row.id.encode(): row.seq for row in rows}


class Hand:
    """Plays the worker: writes frames of the default preset, ten a second, until it is stopped."""

    def __init__(self, store: Store, runs: list[Any], rate: float) -> None:
        self._stop = threading.Event()
        self._rate = rate
        self._writers = []
        for run in runs:
            claim = log.claim(store, run["id"], {"kernels": "numpy"})
            assert claim is not None
            spec = RunSpec.from_dict(run["spec"])
            bodies = [json.loads(frame_to_json(frame, run["id"])) for frame in train(spec)]
            writer = log.RunWriter(store, run["id"], claim)
            self._writers.append((writer, bodies))
        self._thread = threading.Thread(target=self._write)
        self.written = 0

    def __enter__(self) -> "Hand":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _write(self) -> None:
        begin, seq = time.monotonic(), 0
        while not self._stop.is_set():
            for writer, bodies in self._writers:
                body = dict(bodies[seq % len(bodies)])
                now = time.monotonic()
                body = {
                    "run": body.pop("run"),
                    "seq": seq,
                    "at": round(now, 4),
                    **{name: value for name, value in body.items() if name not in ("seq", "state")},
                    "state": "running",
                }
                writer.append(
                    seq, seq * 10, json.dumps(body, separators=(",", ":")), state="running"
                )
                writer.flush()
            seq += 1
            self.written = seq
            self._stop.wait(max(0.0, begin + seq / self._rate - time.monotonic()))


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def viewers(counts: list[int], models: int, seconds: float, gzip: bool) -> Iterator[dict[str, Any]]:
    """Let more and more viewers come, and measure a while with each number."""
    body = {"runs": CLASSIC["runs"][1:2] if models == 1 else CLASSIC["runs"][:models]}
    settings = {
        "VGL_SLOW_AFTER": "2",
        "VGL_MAX_STREAMS": "5000",
        "VGL_MAX_CLIENT_STREAMS": "5000",
    }
    with serving(idle=True, **settings) as (server, port, store):
        asked = ask(port, body)
        with Hand(store, asked["runs"], 10.0):
            crowd = Crowd(port, asked["links"]["events"], gzip=gzip)
            for count in counts:
                crowd.arrive(count - len(crowd.viewers))
                crowd.run(lambda: crowd.open == count, 30)  # noqa: B023
                crowd.run(lambda: False, 2)
                before = (
                    server.cpu_times(),
                    time.monotonic(),
                    sum(v.frames for v in crowd.viewers),
                )
                received = sum(v.received for v in crowd.viewers)
                crowd.lags.clear()
                crowd.since = time.monotonic()
                client = time.process_time()
                crowd.run(lambda: False, seconds)
                took = time.monotonic() - before[1]
                client = time.process_time() - client
                times, frames = server.cpu_times(), sum(v.frames for v in crowd.viewers) - before[2]
                cpu = times.user + times.system - before[0].user - before[0].system
                yield {
                    "viewers": count,
                    "open": crowd.open,
                    "frames_per_viewer_and_second": round(frames / count / took, 1),
                    "cores": round(cpu / took, 3),
                    "us_per_frame": round(1e6 * cpu / max(1, frames), 1),
                    "p50_ms": round(1000 * percentile(crowd.lags, 0.5), 1),
                    "p99_ms": round(1000 * percentile(crowd.lags, 0.99), 1),
                    "bytes_per_frame": round(
                        (sum(v.received for v in crowd.viewers) - received) / max(1, frames)
                    ),
                    "gaps": sum(v.gaps for v in crowd.viewers),
                    "skips": sum(v.skips for v in crowd.viewers),
                    "memory_mb": round(server.memory_info().rss / 1e6),
                    "client_cores": round(client / took, 2),
                }
            crowd.close()


def together(calls: list[Callable[[], T]]) -> list[T]:
    """Make calls at once: each has a thread, and all wait for the last one to be there."""
    everybody = threading.Barrier(len(calls))

    def one(call: Callable[[], T]) -> T:
        everybody.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def classroom(clients: int) -> Iterator[dict[str, Any]]:
    """Everybody opens the page, asks for the default preset, and watches it to its end."""
    with serving(idle=False) as (server, port, store):
        before, body = server.cpu_times(), json.dumps(CLASSIC)

        def arrive() -> tuple[int, int, float, str]:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            line.request("GET", "/lab")
            page = line.getresponse()
            page.read()
            began = time.monotonic()
            line.request("POST", "/api/v1/experiments", body, {"Content-Type": "application/json"})
            answer = line.getresponse()
            asked = json.loads(answer.read())
            line.close()
            assert answer.status in (200, 201), asked
            return page.status, answer.status, time.monotonic() - began, asked["links"]["events"]

        began = time.monotonic()
        arrived = together([arrive] * clients)
        took = time.monotonic() - began
        crowd = Crowd(port, arrived[0][3])
        crowd.arrive(clients)
        crowd.run(lambda: all(viewer.ended for viewer in crowd.viewers), 600)
        after = server.cpu_times()
        with store.reading() as connection:
            attempts = connection.execute(select(runs.c.attempts)).scalars().all()
        last = last_frames(store)
        yield {
            "clients": clients,
            "answers": dict(Counter(str(found[1]) for found in arrived)),
            "experiments": len({found[3] for found in arrived}),
            "trained": sum(attempts),
            "page_and_post_all_s": round(took, 2),
            "post_p50_ms": round(1000 * percentile([found[2] for found in arrived], 0.5)),
            "post_p99_ms": round(1000 * percentile([found[2] for found in arrived], 0.99)),
            "streams_whole": sum(viewer.has_all(last) for viewer in crowd.viewers),
            "skips": sum(viewer.skips for viewer in crowd.viewers),
            "kB_per_viewer": round(max(viewer.received for viewer in crowd.viewers) / 1000, 1),
            "server_cpu_s": round(after.user + after.system - before.user - before.system, 2),
        }
        crowd.close()


def queue(clients: int) -> Iterator[dict[str, Any]]:
    """Everybody asks for something else."""
    with serving(idle=False) as (_, port, store):
        small = {"task": {"length": 10}, "training": {"steps": 100, "stop_when_solved": False}}
        began = time.monotonic()
        specs = [{"base": {**small, "seed": seed}} for seed in range(clients)]
        asked = together([partial(ask, port, spec) for spec in specs])
        taken = time.monotonic() - began
        told = [run["position"] for one in asked for run in one["runs"] if run["state"] == "queued"]
        states: set[str] = {"queued"}
        while states & {"queued", "running"} and time.monotonic() - began < 900:
            time.sleep(0.5)
            with store.reading() as connection:
                states = set(connection.execute(select(runs.c.state)).scalars())
        with store.reading() as connection:
            rows = connection.execute(select(runs).order_by(runs.c.queued_at, runs.c.id)).all()
        order = {
            row.id: place for place, row in enumerate(sorted(rows, key=lambda r: r.started_at))
        }
        yield {
            "runs": len(rows),
            "states": dict(Counter(row.state for row in rows)),
            "taken_s": round(taken, 2),
            "told_a_place": sum(position is not None for position in told),
            "all_done_s": round(time.monotonic() - began, 1),
            "most_places_overtaken": max(order[row.id] - place for place, row in enumerate(rows)),
        }


def hours(lessons: int, class_size: int) -> Iterator[dict[str, Any]]:
    """Lesson after lesson at speed: a class comes, watches something new to its end, and goes."""
    # The cache of frames is bounded, but by more than a day of small lessons fills: with a small
    # one, what grows here is a leak.
    with serving(idle=False, VGL_CACHE_BYTES="2000000") as (server, port, store):
        for lesson in range(lessons):
            training = {"steps": 60, "stop_when_solved": False}
            spec = {"task": {"length": 20}, "training": training, "seed": lesson, "frame_every": 1}
            asked = ask(port, {"base": spec})
            crowd = Crowd(port, asked["links"]["events"])
            crowd.arrive(class_size)
            crowd.run(lambda: all(viewer.ended for viewer in crowd.viewers), 60)  # noqa: B023
            ids = {run["id"].encode() for run in asked["runs"]}
            last = {run: seq for run, seq in last_frames(store).items() if run in ids}
            whole = sum(viewer.has_all(last) for viewer in crowd.viewers)
            crowd.close()
            if lesson in (0, 1) or (lesson + 1) % max(1, lessons // 6) == 0:
                yield {
                    "lesson": lesson + 1,
                    "streams_whole": whole,
                    "memory_mb": round(server.memory_info().rss / 1e6),
                    "files": server.num_fds(),
                    "threads": server.num_threads(),
                }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenes", nargs="*", default=["viewers", "classroom", "queue", "hours"])
    parser.add_argument("--counts", type=int, nargs="+", default=[100, 300, 1000, 1500, 2000])
    parser.add_argument("--models", type=int, default=1, help="runs that write at once")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--plain", action="store_true", help="viewers who take no gzip")
    parser.add_argument("--clients", type=int, default=300)
    parser.add_argument("--lessons", type=int, default=24)
    chosen = parser.parse_args()
    scenes: dict[str, Iterator[dict[str, Any]]] = {
        "viewers": viewers(chosen.counts, chosen.models, chosen.seconds, not chosen.plain),
        "classroom": classroom(chosen.clients),
        "queue": queue(chosen.clients),
        "hours": hours(chosen.lessons, 30),
    }
    print(machine())
    for name in chosen.scenes:
        for row in scenes[name]:
            print(json.dumps({"scene": name, **row}), flush=True)


if __name__ == "__main__":
    main()
