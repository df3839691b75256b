"""What it costs: ``python -m benchmarks.costs [speed instruments vanishing probe worker …]``.

speed        arithmetic per second in one training step, against the same machine's matrix product
instruments  what measuring adds to plain steps, one frame every ten steps
vanishing    what a vanishing signal does to the time of a float32 step
probe        measuring without training (POST /probe)
worker       start and memory of a worker process
contrast     the preset "classic" on one core: until there is something to see, and until its end

Milliseconds are processor time on one thread, the fastest of several; the probe also as the median.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from app import fused
from app.core.frames import Frame
from app.core.interventions import Interventions, probe
from app.core.kernels import Kernels
from app.core.presets import PRESETS
from app.core.spec import RunSpec
from app.core.tasks.base import Batch
from app.core.trainer import _Session, cast, network_of, train
from benchmarks.step_vs_peers import SHAPES, machine, own

ROWS = {"rnn": 1, "lstm": 4, "gru": 3}


def times(call: Callable[[], Any], repeats: int = 20) -> list[float]:
    """Milliseconds of processor time, after one call that does not count."""
    call()
    found = []
    for _ in range(repeats):
        begin = time.process_time()
        call()
        found.append(1000 * (time.process_time() - begin))
    return found


def stepper(spec: RunSpec, kernels: str, batch: Batch) -> Callable[[], Any]:
    """Return a forward and backward pass that uses its trace again."""
    network = network_of(spec, fused.kernels_for(kernels))
    params = network.init_params(np.random.default_rng(0))
    params = {name: w.astype(spec.dtype) for name, w in params.items()}
    trace = network.forward_backward(params, batch).trace
    return lambda: network.forward_backward(params, batch, trace)


def speed() -> None:
    """Count the products of a step: forward, to the earlier state, to the weights."""
    print("\n## Arithmetic: GFLOP/s of a step and of NumPy's product (BLAS) of the same shape\n")
    print("| cell | dtype | B | H | T | BLAS | " + " | ".join(own()) + " |")
    print("|---|---|---|---|---|---|" + "---|" * len(own()))
    for cell, rows in ROWS.items():
        for dtype in ("float64", "float32"):
            for batch_size, hidden, length in SHAPES:
                spec = RunSpec.from_dict(
                    {
                        "task": {"length": length},
                        "model": {"cell": cell, "hidden_size": hidden},
                        "dtype": dtype,
                    }
                )
                sample = spec.task.sample(np.random.default_rng(0), batch_size)
                batch = cast(sample, np.dtype(dtype))
                width = hidden + batch.xs.shape[2] + 1
                a = np.ones((rows * hidden, width), dtype)
                b, c = (
                    np.ones((width, batch_size), dtype),
                    np.empty((rows * hidden, batch_size), dtype),
                )
                per_product = 2e-6 * rows * hidden * width * batch_size  # in 10^6: GFLOP per ms

                def products(a: Any = a, b: Any = b, c: Any = c) -> None:
                    for _ in range(100):
                        np.matmul(a, b, out=c)

                blas = 100 * per_product / min(times(products))
                # The product to the earlier state has H of the H+D+1 columns.
                work = length * per_product * (2 + hidden / width)
                found = [
                    work / min(times(stepper(spec, name, batch), 5 if hidden > 100 else 20))
                    for name in own()
                ]
                print(
                    f"| {cell} | {dtype} | {batch_size} | {hidden} | {length} | {blas:.1f} | "
                    + " | ".join(f"{rate:.1f}" for rate in found)
                    + " |"
                )


def instruments() -> None:
    """Time a step of the trainer without a frame, and a frame."""
    print("\n## Measuring: share of the time of plain steps, one frame every 10 steps\n")
    print("| cell | dtype | B | H | T | kernels | step, ms | frame, ms | share |")
    print("|---|---|---|---|---|---|---|---|---|")
    for cell in ROWS:
        for dtype in ("float64", "float32"):
            for batch_size, hidden, length in ((32, 32, 50), (32, 32, 100)):
                body = {
                    "task": {"length": length},
                    "model": {"cell": cell, "hidden_size": hidden},
                    "training": {"batch_size": batch_size},
                    "dtype": dtype,
                }
                spec = RunSpec.from_dict(body)
                for name in own():
                    session = _Session(spec, fused.kernels_for(name))
                    passed, gradient, norm = session.run_batch()

                    def plain(session: Any = session, gradient: Any = gradient) -> None:
                        session.run_batch()
                        session.optimiser.update(session.flat, gradient)

                    def frame(seq: int, session: Any = session, of: Any = (passed, norm)) -> None:
                        session.frame(seq, 0, "running", *of)

                    step = min(times(plain))
                    # Every tenth frame carries the probe's units and the weights as well.
                    with_units = min(times(lambda frame=frame: frame(0)))
                    without = min(times(lambda frame=frame: frame(1)))
                    cost = 0.9 * without + 0.1 * with_units
                    print(
                        f"| {cell} | {dtype} | {batch_size} | {hidden} | {length} | {name} | "
                        f"{step:.2f} | {cost:.2f} | {cost / (10 * step):.1%} |"
                    )


RETAINING: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "rnn": ({"recurrent_init": "identity"}, {"recurrent_init": "identity", "gain": 0.6}),
    "lstm": ({"forget_bias": 5.0}, {"forget_bias": 0.5}),
    "gru": ({"update_bias": 5.0}, {"update_bias": 0.5}),
}


def vanishing() -> None:
    """Let the signal lose about 0.6 of itself per step.

    Not lifted, it reaches the smallest subnormal number and stays there, because 0.6 of that is
    rounded up to it again.
    """
    print("\n## A vanishing signal: milliseconds of a float32 step, B 32, H 32, T 400\n")
    print("| cell | kernels | retained | vanishing, lifted | vanishing, not lifted |")
    print("|---|---|---|---|---|")
    for cell, (retaining, forgetting) in RETAINING.items():
        for name in own():
            found = []
            for options, lift in ((retaining, True), (forgetting, True), (forgetting, False)):
                spec = RunSpec.from_dict(
                    {
                        "task": {"length": 400},
                        "model": {"cell": cell, **options},
                        "dtype": "float32",
                        "lift_small": lift,
                    }
                )
                sample = spec.task.sample(np.random.default_rng(0), 32)
                found.append(min(times(stepper(spec, name, cast(sample, np.dtype("float32"))), 7)))
            print(f"| {cell} | {name} | " + " | ".join(f"{ms:.2f}" for ms in found) + " |")


def probes() -> None:
    print("\n## Measuring without training (POST /probe): median milliseconds, H 32, T 100\n")
    for cell in ROWS:
        spec = RunSpec.from_dict({"task": {"length": 100}, "model": {"cell": cell}})
        found = times(lambda spec=spec: probe(spec, Interventions()), 25)  # type: ignore[misc]
        print(f"- {cell}: {statistics.median(found):.1f}")


WORKER = """
import json, re, sys, time
from pathlib import Path
begin = time.perf_counter()
import app.runs.worker
imported = time.perf_counter()
from app import fused
from app.core.spec import RunSpec
from app.core.trainer import train
name = sys.argv[1]
if name == "fused":
    fused.warm()
ready = time.perf_counter()
next(iter(train(RunSpec(), kernels=fused.kernels_for(name))))
status = Path("/proc/self/status").read_text()  # Linux only
print(json.dumps({
    "import_s": imported - begin,
    "kernels_s": ready - imported,
    "first_frame_s": time.perf_counter() - ready,
    "processor_s": time.process_time(),
    "memory_mb": int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) / 1024,
}))
"""


def worker() -> None:
    print("\n## A worker process\n")
    print("| kernels | imports, s | kernels, s | first frame, s | processor, s | memory, MB |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        cases = [("numpy", "numpy", None)]
        if fused.available():
            cases += [("fused", "fused, compiling", folder), ("fused", "fused, compiled", folder)]
        for name, label, cache in cases:
            environment = {**os.environ, **({"NUMBA_CACHE_DIR": cache} if cache else {})}
            done = subprocess.run(
                [sys.executable, "-c", WORKER, name],
                env=environment,
                capture_output=True,
                text=True,
                check=True,
            )
            row = json.loads(done.stdout)
            print(
                f"| {label} | {row['import_s']:.2f} | {row['kernels_s']:.2f} | "
                f"{row['first_frame_s']:.2f} | {row['processor_s']:.2f} | {row['memory_mb']:.0f} |"
            )


def contrast(seeds: int = 5) -> None:
    """Train the three models of the preset "classic" in turns, frame by frame, as one worker would.

    The view shows all models at the same training step, so a frame counts once all three have it.
    """
    print(
        "\n## The classic contrast on one core: seconds of processor time, median (slowest) seed\n"
    )
    print(
        "First frame: all three models untrained. Apart: in the LSTM and in the GRU more than 1 % "
        "of the gradient reaches t = 1, in the plain RNN less than a hundredth of that. Learned: "
        "the error of both is less than half of what a network without memory reaches.\n"
    )
    print("| kernels | first frame | apart | learned | all ended |")
    print("|---|---|---|---|---|")
    for name in own():
        kernels = fused.kernels_for(name)
        _seconds_to_contrast(seeds, kernels)  # loads compiled code
        found = [_seconds_to_contrast(seed, kernels) for seed in range(seeds)]
        cells = [f"{statistics.median(of):.2f} ({max(of):.2f})" for of in zip(*found, strict=True)]
        print(f"| {name} | " + " | ".join(cells) + " |")


def _seconds_to_contrast(seed: int, kernels: Kernels) -> tuple[float, float, float, float]:
    bodies = PRESETS["classic"].experiment["runs"]  # RNN, LSTM, GRU
    specs = [RunSpec.from_dict({**body, "seed": seed}) for body in bodies]
    begin = time.process_time()
    runs = [train(spec, kernels=kernels) for spec in specs]
    shown: list[tuple[float, list[Frame]]] = []
    latest: list[Frame] = [next(run) for run in runs]
    while True:
        shown.append((time.process_time() - begin, latest))
        if all(frame.state != "running" for frame in latest):
            break
        latest = [next(run, frame) for run, frame in zip(runs, latest, strict=True)]
    apart = [_apart(frames) for _, frames in shown]
    limit = specs[0].task.baseline / 2  # 1/12: as if one term were known
    learned = [all(frame.metric < limit for frame in frames[1:]) for _, frames in shown]
    times_of = [seconds for seconds, _ in shown]
    return (
        times_of[0],
        times_of[apart.index(True)] if True in apart else math.inf,
        times_of[learned.index(True)] if True in learned else math.inf,
        times_of[-1],
    )


def _apart(frames: list[Frame]) -> bool:
    plain, *gated = (-math.inf if f.retention_h is None else f.retention_h for f in frames)
    return min(gated) > -2 and plain < min(gated) - 2


PARTS = {
    "speed": speed,
    "instruments": instruments,
    "vanishing": vanishing,
    "probe": probes,
    "worker": worker,
    "contrast": contrast,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", nargs="*", choices=[*PARTS, []], default=[])
    chosen = parser.parse_args().part or list(PARTS)
    print(f"# Costs\n\n{machine()}")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    for part in chosen:
        PARTS[part]()
        sys.stdout.flush()


if __name__ == "__main__":
    main()
