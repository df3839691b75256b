"""Speed of the trainer: ``python -m benchmarks.trainer [--json] [--seconds 1.0]``.

For every cell, length and size: milliseconds of one training step (forward, backward, update,
without measuring a frame) and of one frame, in one process with one BLAS thread, as a worker has.
The median of repeated runs is reported; the spread on a shared machine is easily 20%.
"""

import argparse
import json
import platform
import statistics
import time

import numpy as np

from app.core.cells import CELLS
from app.core.spec import RunSpec
from app.core.trainer import train

SIZES = [(50, 32), (100, 32), (100, 64), (200, 128)]  # (T, H)


def seconds_of(spec: dict[str, object]) -> float:
    """Wall time of a whole run."""
    begin = time.perf_counter()
    for _ in train(RunSpec.from_dict(spec)):
        pass
    return time.perf_counter() - begin


def measure(
    cell: str, length: int, hidden_size: int, dtype: str, seconds: float
) -> dict[str, float]:
    """Milliseconds per training step and per frame."""

    def run(steps: int, frame_every: int) -> float:
        # A tiny learning rate: an untrained network takes as long and cannot diverge.
        return seconds_of(
            {
                "task": {"name": "adding", "length": length},
                "model": {"cell": cell, "hidden_size": hidden_size},
                "training": {"steps": steps, "learning_rate": 1e-5, "stop_when_solved": False},
                "dtype": dtype,
                "frame_every": frame_every,
            }
        )

    once = run(3, 1000)
    steps = max(5, min(200, int(seconds / max(once / 3, 1e-5) / 6)))
    # A run of n steps has its first and last frame in any case, so differences are taken.
    step, frame = [], []
    for _ in range(3):
        base, sparse, dense = run(1, 1000), run(1 + steps, 1000), run(1 + steps, 1)
        step.append((sparse - base) / steps)
        frame.append((dense - sparse) / (steps - 1))
    return {
        "step_ms": 1000 * statistics.median(step),
        "frame_ms": 1000 * statistics.median(frame),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--seconds", type=float, default=1.0, help="effort per measurement")
    options = parser.parse_args()
    if not options.json:
        print(f"NumPy {np.__version__}, Python {platform.python_version()}, {platform.machine()}")
        print("adding, B = 32, one thread; milliseconds\n")
        print(f"{'cell':6}{'T':>5}{'H':>5}  {'dtype':9}{'step':>8}{'frame':>8}{'steps/s':>9}")
    for length, hidden_size in SIZES:
        for cell in CELLS:
            for dtype in ("float64", "float32"):
                row = measure(cell, length, hidden_size, dtype, options.seconds)
                if options.json:
                    key = {"cell": cell, "T": length, "H": hidden_size, "dtype": dtype}
                    print(json.dumps(key | row), flush=True)
                else:
                    print(
                        f"{cell:6}{length:5}{hidden_size:5}  {dtype:9}{row['step_ms']:8.2f}"
                        f"{row['frame_ms']:8.2f}{1000 / row['step_ms']:9.0f}",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
