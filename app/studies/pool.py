"""Train a list of specs in worker processes and keep a summary of each."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from typing import Any

from app.core.frames import Frame
from app.core.spec import RunSpec


@dataclass(frozen=True)
class Summary:
    """How one run went.

    Attributes
    ----------
    state : str
    step : int
        The last step: where it was solved, or the budget.
    loss, metric : float
        At the last frame.
    retention_h_before, retention_h_after, retention_c_before, retention_c_after : float, optional
        log10 of grad[1] / grad[T] in the first and in the last frame.
    grad_peak : float
        Largest global gradient norm of all frames, before clipping.
    zeros_before : int
        Timesteps whose gradient norm reads as zero in the first frame.
    """

    state: str
    step: int
    loss: float
    metric: float
    retention_h_before: float | None
    retention_h_after: float | None
    retention_c_before: float | None
    retention_c_after: float | None
    grad_peak: float
    zeros_before: int


def summarise(frames: Iterable[Frame]) -> Summary:
    """Read a whole run and keep its summary."""
    iterator = iter(frames)
    first = last = next(iterator)
    peak = first.grad_norm
    for last in iterator:
        peak = max(peak, last.grad_norm)
    return Summary(
        state=last.state,
        step=last.step,
        loss=last.loss,
        metric=last.metric,
        retention_h_before=first.retention_h,
        retention_h_after=last.retention_h,
        retention_c_before=first.retention_c,
        retention_c_after=last.retention_c,
        grad_peak=peak,
        zeros_before=int((first.grad_h == 0).sum()),
    )


def train_summary(body: dict[str, Any]) -> dict[str, Any]:
    """Train one spec, given as JSON values, and return its summary as such."""
    from app import fused
    from app.core.trainer import train

    # Studies are shares and medians over seeds: the last digits, in which kernels differ, are
    # of no consequence, and the compiled ones are several times faster.
    kernels = fused.kernels_for("fused" if fused.available() else "numpy")
    return asdict(summarise(train(RunSpec.from_dict(body), kernels=kernels)))


def train_all(
    bodies: list[dict[str, Any]], processes: int, progress: Callable[[int, int], None]
) -> Iterator[dict[str, Any]]:
    """Train specs in parallel; yield their summaries in order."""
    # One BLAS thread per process: the matrices are small, and more threads only get in the way.
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for done, summary in enumerate(pool.map(train_summary, bodies), start=1):
            progress(done, len(bodies))
            yield summary
