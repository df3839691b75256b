"""Train a list of specs in worker processes and keep a summary of each."""

import math
import os
import platform
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from typing import Any

import numpy as np

from app import fused
from app.core.frames import Frame
from app.core.spec import ENGINE_VERSION, RunSpec
from app.core.tasks import Task
from app.core.trainer import cast, network_of, streams, train


@dataclass(frozen=True)
class Summary:
    """How one run went.

    Attributes
    ----------
    state : str
    step : int
        The last step: where it was solved, or the budget.
    metric : float
        At the last frame; of a diverged run the worst there is, whatever it was before.
    loss_peak, grad_peak : float
        Largest loss, and largest global gradient norm before clipping, of all frames; infinite if
        one of them is not finite.
    recurrent_grad_before, readout_grad_before : float
        Norms of ∂L/∂W_h and ∂L/∂W_y of the untrained network, on its first batch.
    retention_h_before, retention_h_after, retention_c_before, retention_c_after : float, optional
        log10 of grad[1] / grad[T] in the first and in the last frame.
    zeros_before : int
        Timesteps whose gradient norm reads as zero in the first frame.
    """

    state: str
    step: int
    metric: float
    loss_peak: float
    grad_peak: float
    recurrent_grad_before: float
    readout_grad_before: float
    retention_h_before: float | None
    retention_h_after: float | None
    retention_c_before: float | None
    retention_c_after: float | None
    zeros_before: int


def summarise(spec: RunSpec, frames: Iterable[Frame]) -> Summary:
    """Read a whole run and keep its summary."""
    iterator = iter(frames)
    first = last = next(iterator)
    losses, norms = [first.loss], [first.grad_norm]
    for last in iterator:
        losses.append(last.loss)
        norms.append(last.grad_norm)
    diverged = last.state == "diverged" or not math.isfinite(last.metric)
    recurrent, readout = first_gradients(spec)
    return Summary(
        state=last.state,
        step=last.step,
        metric=worst_score(spec.task) if diverged else last.metric,
        loss_peak=_peak(losses),
        grad_peak=_peak(norms),
        recurrent_grad_before=recurrent,
        readout_grad_before=readout,
        retention_h_before=first.retention_h,
        retention_h_after=last.retention_h,
        retention_c_before=first.retention_c,
        retention_c_after=last.retention_c,
        zeros_before=int((first.grad_h == 0).sum()),
    )


def worst_score(task: Task) -> float:
    """Return the worst score that a task knows."""
    return 0.0 if task.higher_is_better else math.inf


def first_gradients(spec: RunSpec) -> tuple[float, float]:
    """Return the norms of ∂L/∂W_h and ∂L/∂W_y in the first training step of a run."""
    weights_rng, sequences_rng, _ = streams(spec.seed)
    network, dtype = network_of(spec), np.dtype(spec.dtype)
    params = {name: w.astype(dtype) for name, w in network.init_params(weights_rng).items()}
    batch = cast(spec.task.sample(sequences_rng, spec.training.batch_size), dtype)
    with np.errstate(all="ignore"):  # overflow is a result
        gradients = network.forward_backward(params, batch).gradients.params
        return float(np.linalg.norm(gradients["W_h"])), float(np.linalg.norm(gradients["W_y"]))


def _peak(values: list[float]) -> float:
    return max(values) if all(map(math.isfinite, values)) else math.inf


def kernels_here() -> str:
    """Return the name of the kernels that studies compute with on this machine.

    Studies are shares and medians over seeds: the last digits, in which kernels differ, are of no
    consequence, and the compiled ones are several times faster.
    """
    return "fused" if fused.available() else "numpy"


def made_with() -> dict[str, str]:
    """Return what numbers made here and now depend on: kernels and versions."""
    found = {
        "engine": ENGINE_VERSION,
        "kernels": kernels_here(),
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
    if found["kernels"] == "fused":
        import numba

        found["numba"] = numba.__version__
    return found


def train_summary(body: dict[str, Any]) -> dict[str, Any]:
    """Train one spec, given as JSON values, and return its summary as such."""
    spec = RunSpec.from_dict(body)
    return asdict(summarise(spec, train(spec, kernels=fused.kernels_for(kernels_here()))))


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
