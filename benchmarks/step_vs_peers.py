"""One training step against PyTorch, JAX and Keras: ``python -m benchmarks.step_vs_peers``.

Ours computes the norm of ∂ℓ/∂h_t (and ∂ℓ/∂c_t) of every timestep in every step. The peers:

    torch            nn.RNN, nn.LSTM, nn.GRU; no norms
    torch_retained   cells in a loop with retain_grad; norms
    jax              jit and scan; norms
    keras            train_on_batch on JAX; no norms

All run in one process on one processor with one thread, in turns: a round times each of them once,
so that whatever else the machine does hits all alike. What is measured is processor time, of all
threads of the process together. Reported are the fastest round of each, and the median over rounds
of peer ÷ ours within the round.

    pip install -r requirements-peers.txt -r requirements-fused.txt
    python -m benchmarks.step_vs_peers --cell lstm --dtype float32 --json lstm32.json
    python -m benchmarks.step_vs_peers --table *.json > benchmarks/results/step_vs_peers.md
"""

import argparse
import contextlib
import gc
import importlib.metadata
import json
import os
import platform
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np

from app import fused
from app.core.spec import RunSpec
from app.core.trainer import cast
from benchmarks.contenders import PEERS, Step, ours

SHAPES = ((16, 16, 100), (32, 32, 50), (32, 32, 100), (32, 64, 200), (64, 32, 400), (64, 128, 200))
BEFORE = {
    "KERAS_BACKEND": "jax",
    "JAX_PLATFORMS": "cpu",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


def milliseconds(step: Step, repeats: int) -> float:
    begin = time.process_time()
    for _ in range(repeats):
        step()
    return 1000 * (time.process_time() - begin) / repeats


def compare(
    cell: str, dtype: str, shape: tuple[int, int, int], peers: list[str], seconds: float
) -> dict[str, Any]:
    """Time every contender in turns."""
    batch_size, hidden, length = shape
    task = RunSpec.from_dict({"task": {"name": "adding", "length": length}}).task
    batch = cast(task.sample(np.random.default_rng(0), batch_size), np.dtype(dtype))
    steps = {name: ours(fused.kernels_for(name), cell, batch, hidden, dtype) for name in own()}
    for name in peers:
        with contextlib.suppress(NotImplementedError):
            steps[name] = PEERS[name](cell, batch, hidden, dtype)
    peers = [name for name in peers if name in steps]
    repeats = {}
    for name, step in steps.items():
        milliseconds(step, 2)  # compiles
        once = min(milliseconds(step, 1) for _ in range(2))
        repeats[name] = max(1, int(20 / once))
    rounds: dict[str, list[float]] = {name: [] for name in steps}
    gc.collect()
    gc.disable()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(rounds["numpy"]) < 5:
        for name, step in steps.items():
            rounds[name].append(milliseconds(step, repeats[name]))
    gc.enable()
    return {
        "cell": cell,
        "dtype": dtype,
        "B": batch_size,
        "H": hidden,
        "T": length,
        "rounds": len(rounds["numpy"]),
        "ms": {name: round(min(times), 3) for name, times in rounds.items()},
        "ratio": {
            f"{peer}/{mine}": round(
                statistics.median(p / m for p, m in zip(rounds[peer], rounds[mine], strict=True)),
                2,
            )
            for mine in own()
            for peer in peers
        },
    }


def own() -> list[str]:
    return ["numpy", "fused"] if fused.available() else ["numpy"]


def machine() -> str:
    """Name the processor and the versions."""
    cpu = platform.processor() or platform.machine()
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                cpu = line.partition(":")[2].strip()
                break
    versions = []
    for package in ("numpy", "numba", "torch", "jax", "keras"):
        try:
            versions.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return f"{cpu}, {os.cpu_count()} cores; Python {platform.python_version()}, " + ", ".join(
        versions
    )


def table(rows: list[dict[str, Any]]) -> str:
    """Lay results out as Markdown."""
    peers = [name for name in PEERS if any(name in row["ms"] for row in rows)]
    lines = []
    for mine in ("fused", "numpy"):
        if not any(mine in row["ms"] for row in rows):
            continue
        lines += [
            f"\n## Peer ÷ ours, {mine} kernels",
            "",
            "| cell | dtype | B | H | T | ours, ms | " + " | ".join(peers) + " |",
            "|" + "---|" * (6 + len(peers)),
        ]
        for row in rows:
            found = (row["ratio"].get(f"{peer}/{mine}") for peer in peers)
            ratios = ("–" if ratio is None else f"{ratio:.2f}" for ratio in found)
            sizes = (row["cell"], row["dtype"], row["B"], row["H"], row["T"])
            lines.append(
                f"| {' | '.join(map(str, sizes))} | {row['ms'][mine]:.2f} | {' | '.join(ratios)} |"
            )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cell", nargs="+", default=["rnn", "lstm", "gru"])
    parser.add_argument("--dtype", nargs="+", default=["float32", "float64"])
    parser.add_argument("--shape", nargs="+", help="B,H,T", default=[])
    parser.add_argument("--peer", nargs="*", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--seconds", type=float, default=4.0, help="per configuration")
    parser.add_argument("--json", help="write the results there too")
    parser.add_argument("--table", nargs="+", help="only lay these results out")
    options = parser.parse_args()
    if options.table:
        found = [json.loads(Path(path).read_text(encoding="utf-8")) for path in options.table]
        rows = [row for result in found for row in result["rows"]]
        print(f"# One training step\n\n{found[0]['machine']}\n{table(rows)}")
        return
    for name, value in BEFORE.items():
        os.environ.setdefault(name, value)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    shapes = [tuple(map(int, text.split(","))) for text in options.shape] or SHAPES
    rows = []
    for cell in options.cell:
        for dtype in options.dtype:
            for shape in shapes:
                row = compare(cell, dtype, shape, options.peer, options.seconds)
                print(json.dumps(row), flush=True)
                rows.append(row)
    result = {"machine": machine(), "date": time.strftime("%Y-%m-%d"), "rows": rows}
    if options.json:
        Path(options.json).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"\n# One training step\n\n{result['machine']}\n{table(rows)}")


if __name__ == "__main__":
    main()
