"""The engine: ``python -m benchmarks.engine [workers start grid growth]``; about three minutes.

workers  runs per minute and frames per second against the number of worker processes, and what a
         run costs over the bare trainer
start    from POST until the first frame has arrived
grid     300 short runs in one experiment: taken, computed, told
growth   a training step as T and H grow; asking for and reading experiments of more and more runs

Tables are Markdown on standard output. Wall time depends on what else the machine does, so the load
is told with it; processor time, which the kernel counts for a process, depends on it far less.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import psutil
from sqlalchemy import func, select

from app import fused
from app.core.spec import RunSpec
from app.core.trainer import train
from app.core.wire import frame_to_json
from app.runs.store import UNFINISHED, Store, frames, runs
from benchmarks.load import ask, serving
from benchmarks.step_vs_peers import machine

# An LSTM as a student trains it, cut short: ten frames of a hundred steps.
SHORT = {
    "task": {"length": 50},
    "training": {"steps": 100, "stop_when_solved": False},
    "frame_every": 10,
}
TINY = {
    "task": {"length": 10},
    "model": {"cell": "rnn", "hidden_size": 8},
    "training": {"steps": 20, "stop_when_solved": False},
}
LIVE = 12  # runs of one experiment that count as somebody's own; more are a grid
PATIENCE = 120.0


def table(title: str, columns: str, rows: Iterator[tuple[object, ...]]) -> None:
    print(f"\n## {title}\n\n| {columns} |\n|{'---|' * (columns.count('|') + 1)}")
    for row in rows:
        print("| " + " | ".join(str(value) for value in row) + " |", flush=True)


def load() -> str:
    return f"{os.getloadavg()[0]:.0f}"


def finish(store: Store) -> None:
    """Wait until nothing is queued or running."""
    deadline = time.monotonic() + PATIENCE
    waiting = select(func.count()).select_from(runs).where(runs.c.state.in_(UNFINISHED))
    while True:
        with store.reading() as connection:
            if not connection.scalar(waiting):
                return
        assert time.monotonic() < deadline, "the runs do not end"
        time.sleep(0.05)


def count(store: Store) -> tuple[int, int]:
    with store.reading() as connection:
        return tuple(  # type: ignore[return-value]
            connection.scalar(select(func.count()).select_from(rows)) for rows in (runs, frames)
        )


def processor(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def warm(port: int, store: Store, workers: int) -> None:
    """Let every worker compile or load its loops before anything is measured."""
    ask(
        port,
        {
            "base": {**TINY, "seed": 99_000},
            "vary": {"seed": list(range(99_000, 99_000 + min(LIVE, 3 * workers)))},
        },
    )
    finish(store)


def bare(spec: dict[str, Any]) -> float:
    """Processor seconds of a run in this process: training and the writing down of its frames."""
    parsed, kernels = RunSpec.from_dict(spec), fused.kernels_for(fused.best())
    begin = time.process_time()
    for frame in train(parsed, kernels=kernels):
        frame_to_json(frame, "x" * 16)
    return time.process_time() - begin


def workers(counts: list[int], runs_each: int) -> Iterator[tuple[object, ...]]:
    bare(SHORT)
    alone = statistics.median(bare({**SHORT, "seed": seed}) for seed in range(5))
    for number in counts:
        with serving(idle=False, VGL_WORKERS=str(number)) as (server, port, store):
            warm(port, store, number)
            children = server.children(recursive=True)
            before, cpu = count(store), processor(server)
            work = sum(processor(child) for child in children)
            began = time.monotonic()
            for first in range(0, runs_each, LIVE):
                seeds = list(range(first, min(first + LIVE, runs_each)))
                ask(port, {"base": SHORT, "vary": {"seed": seeds}})
            finish(store)
            took, after = time.monotonic() - began, count(store)
            done = after[0] - before[0]
            work = (sum(processor(child) for child in children) - work) / done
            yield (
                number,
                f"{60 * done / took:.0f}",
                f"{(after[1] - before[1]) / took:.0f}",
                f"{1000 * alone:.0f}",
                f"{1000 * work:.0f}",
                f"{1000 * (processor(server) - cpu) / done:.0f}",
                load(),
            )


def start(repeats: int) -> Iterator[tuple[object, ...]]:
    with serving(idle=False) as (_, port, store):
        warm(port, store, 3)
        base = f"http://127.0.0.1:{port}"
        accepted, first = [], []
        for seed in range(repeats):
            began = time.monotonic()
            links = ask(port, {"base": SHORT, "vary": {"seed": [seed]}})["links"]
            accepted.append(time.monotonic() - began)
            with httpx.stream("GET", base + links["events"], timeout=60) as stream:
                for line in stream.iter_lines():
                    if line == "event: frame":
                        first.append(time.monotonic() - began)
                        break
            finish(store)
        for name, found in (("the answer", accepted), ("the first frame", first)):
            yield name, *(f"{1000 * f(found):.0f}" for f in (min, statistics.median, max)), load()


def grid(number: int) -> Iterator[tuple[object, ...]]:
    with serving(idle=False, VGL_WORKERS="3") as (server, port, store):
        warm(port, store, 3)
        cpu, began = processor(server), time.monotonic()
        asked = ask(port, {"base": TINY, "vary": {"seed": list(range(number))}})
        taken = time.monotonic() - began
        finish(store)
        took = time.monotonic() - began
        cpu = processor(server) - cpu
        began = time.monotonic()
        results = httpx.get(f"http://127.0.0.1:{port}{asked['links']['results']}", timeout=60)
        told = time.monotonic() - began
        assert len(results.json()["results"]) == number
        yield (
            number,
            f"{taken:.2f}",
            f"{took:.1f}",
            f"{1000 * cpu / number:.0f}",
            f"{told:.2f}",
            load(),
        )


def fastest(call: Callable[[], float], repeats: int = 3) -> float:
    return min(call() for _ in range(repeats))


def growth_of_a_step() -> Iterator[tuple[object, ...]]:
    shapes = [(25, 32), (50, 32), (100, 32), (200, 32), (400, 32)]
    for length, hidden in [
        *shapes,
        (50, 8),
        (50, 16),
        (50, 64),
        (50, 128),
    ]:
        cells: list[object] = []
        for cell in ("rnn", "lstm", "gru"):
            spec = {
                "task": {"length": length},
                "model": {"cell": cell, "hidden_size": hidden},
                "training": {"steps": 20, "stop_when_solved": False, "learning_rate": 1e-5},
                "frame_every": 1000,
            }
            bare(spec)
            cells.append(f"{1000 * fastest(lambda: bare(spec)) / 20:.2f}")  # noqa: B023
        yield length, hidden, *cells


def growth_of_an_experiment() -> Iterator[tuple[object, ...]]:
    with serving(idle=True) as (server, port, _):
        for number in (1, 10, 100, 500):
            body = {"base": {**TINY, "frame_every": number}, "vary": {"seed": list(range(number))}}
            cpu = processor(server)
            links = ask(port, body)["links"]
            taken, cpu = processor(server) - cpu, processor(server)
            for _ in range(3):
                httpx.get(f"http://127.0.0.1:{port}{links['self']}", timeout=60)
            yield number, f"{1000 * taken:.0f}", f"{1000 * (processor(server) - cpu) / 3:.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenes", nargs="*", default=["workers", "start", "grid", "growth"])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--runs", type=int, default=24, help="of each row of workers")
    parser.add_argument("--grid", type=int, default=300)
    chosen = parser.parse_args()
    fused.prepare()  # as a worker does; the first time on a machine takes a minute
    fused.best(wait=200)
    print(f"{machine()}\n\nKernels: {fused.best()}; load average at the start: {load()}")
    if "workers" in chosen.scenes:
        table(
            "Workers: an LSTM, T 50, H 32, 100 steps, 11 frames",
            "workers | runs per minute | frames per second | bare run, ms of processor | "
            "run in a worker, ms of processor | web process per run, ms of processor | load",
            workers(chosen.workers, chosen.runs),
        )
    if "start" in chosen.scenes:
        table("From POST, ms", "until | fastest | median | slowest | load", start(5))
    if "grid" in chosen.scenes:
        table(
            "A grid of short runs (RNN, T 10, H 8, 20 steps), 3 workers, one kept for people",
            "runs | POST, s | all done, s | web process, ms of processor per run | "
            "results, s | load",
            grid(chosen.grid),
        )
    if "growth" in chosen.scenes:
        table(
            "Growth with T and H: ms of processor per training step, B 32, float64",
            "T | H | RNN | LSTM | GRU",
            growth_of_a_step(),
        )
        table(
            "Growth with the number of runs: ms of processor of the web process",
            "runs | POST | GET of the experiment",
            growth_of_an_experiment(),
        )


if __name__ == "__main__":
    main()
