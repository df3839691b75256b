"""Train one spec and yield a frame now and then."""

from collections import deque
from collections.abc import Callable, Iterator

import numpy as np

from app.core.arrays import Array, flatten
from app.core.cells.base import Trace
from app.core.frames import Frame, FrameState
from app.core.kernels import PLAIN, Kernels
from app.core.measure import measure_frame
from app.core.network import Network, Pass
from app.core.optimisers import clip_by_global_norm, global_norm, make_optimiser
from app.core.spec import RunSpec
from app.core.tasks.base import Batch

SCORE_WINDOW = 10  # steps that the metric is averaged over
PROBE_EVERY = 10  # frames from probe to probe


def _never() -> bool:
    return False


def network_of(spec: RunSpec, kernels: Kernels = PLAIN) -> Network:
    """Return the network that a spec describes."""
    task = spec.task
    return Network(
        spec.model,
        task.input_size,
        task.output_size,
        task.loss,
        task.readout,
        spec.lift_small,
        kernels,
    )


def streams(seed: int) -> tuple[np.random.Generator, np.random.Generator, np.random.Generator]:
    """Return independent generators for weights, training sequences and the probe sequence.

    They are separate so that models of one seed see the same sequences, whatever their weights.
    """
    weights, sequences, probe = map(np.random.default_rng, np.random.SeedSequence(seed).spawn(3))
    return weights, sequences, probe


def cast(batch: Batch, dtype: np.dtype[np.floating]) -> Batch:
    """Return a batch in the number format of a run; class indices stay integers."""
    targets = batch.targets.astype(dtype) if batch.targets.dtype.kind == "f" else batch.targets
    return Batch(batch.xs.astype(dtype), targets)


class _Session:
    """The state of one training: weights, optimiser, buffers."""

    def __init__(self, spec: RunSpec, kernels: Kernels) -> None:
        self.spec, self.task, self.dtype = spec, spec.task, np.dtype(spec.dtype)
        self.network = network_of(spec, kernels)
        weights_rng, self.sequences_rng, probe_rng = streams(spec.seed)
        initial = self.network.init_params(weights_rng)
        self.flat, self.params = flatten({k: w.astype(self.dtype) for k, w in initial.items()})
        self.probe_xs = cast(self.task.sample(probe_rng, 1), self.dtype).xs
        training = spec.training
        self.optimiser = make_optimiser(
            training.optimiser, self.flat, training.learning_rate, training.momentum
        )
        self.scores: deque[float] = deque(maxlen=SCORE_WINDOW)
        self.trace: Trace | None = None
        self.probe_trace: Trace | None = None

    def run_batch(self) -> tuple[Pass, Array, float]:
        """Run a fresh batch; return the pass, the flat gradient and its global norm."""
        batch = self.task.sample(self.sequences_rng, self.spec.training.batch_size)
        batch = cast(batch, self.dtype)
        passed = self.network.forward_backward(self.params, batch, self.trace)
        self.trace = passed.trace
        gradient, _ = flatten({name: passed.gradients.params[name] for name in self.params})
        self.scores.append(float(self.task.score(passed.outputs, batch.targets).mean()))
        return passed, gradient, global_norm(gradient)

    @property
    def metric(self) -> float:
        return float(np.mean(self.scores))

    def state_after(self, step: int, passed: Pass, grad_norm: float) -> FrameState:
        """Tell whether the run ends here, and how."""
        if not (np.isfinite(passed.losses).all() and np.isfinite(grad_norm)):
            return "diverged"
        if self.spec.training.stop_when_solved and len(self.scores) == SCORE_WINDOW:
            if self.task.higher_is_better and self.metric > self.task.threshold:
                return "solved"
            if not self.task.higher_is_better and self.metric < self.task.threshold:
                return "solved"
        return "finished" if step == self.spec.training.steps else "running"

    def frame(
        self, seq: int, step: int, state: FrameState, passed: Pass, grad_norm: float
    ) -> Frame:
        _, self.probe_trace = self.network.forward(self.params, self.probe_xs, self.probe_trace)
        return measure_frame(
            self.spec.model,
            self.params,
            passed,
            self.probe_trace,
            self.probe_xs,
            seq=seq,
            step=step,
            state=state,
            metric=self.metric,
            grad_norm=grad_norm,
            clip_norm=self.spec.training.clip_norm,
            with_units=seq % PROBE_EVERY == 0 or state != "running",
        )


def train(
    spec: RunSpec, *, should_stop: Callable[[], bool] = _never, kernels: Kernels = PLAIN
) -> Iterator[Frame]:
    """Train a spec and yield a frame every ``frame_every`` steps and at the end.

    A frame of step s is measured on the batch of step s with the weights before that update, so
    frame 0 shows the untrained network. The same spec gives the same frames on the same machine.

    Parameters
    ----------
    spec : RunSpec
    should_stop : callable
        Asked after every step; training ends without a last frame when it returns True.
    kernels : Kernels
        What computes the loops over time; part of "the same machine" above.

    Yields
    ------
    Frame
        The last one has the state ``solved``, ``finished`` or ``diverged``. A run has diverged
        when its loss or its gradient is no longer finite; the weights are then left alone.
    """
    session = _Session(spec, kernels)
    seq = 0
    for step in range(spec.training.steps + 1):
        # Overflow is a result that is shown, not an accident. No yield inside these blocks: the
        # setting would leak into the caller, and into another run that is read side by side.
        with np.errstate(all="ignore"):
            passed, gradient, grad_norm = session.run_batch()
            state = session.state_after(step, passed, grad_norm)
            frame = None
            if step % spec.frame_every == 0 or state != "running":
                frame = session.frame(seq, step, state, passed, grad_norm)
        if frame is not None:
            yield frame
            seq += 1
        if state != "running" or should_stop():
            return
        with np.errstate(all="ignore"):
            clip_by_global_norm(gradient, grad_norm, spec.training.clip_norm)
            session.optimiser.update(session.flat, gradient)
