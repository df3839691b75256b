"""Train one spec and yield a frame now and then."""

from collections import deque
from collections.abc import Callable, Iterator

import numpy as np

from app.core import probes
from app.core.arrays import Array, flatten
from app.core.cells.base import Trace
from app.core.frames import PROBE_UNITS, Frame, FrameState, GateBand, ProbeUnits
from app.core.network import Network, Pass
from app.core.optimisers import clip_by_global_norm, make_optimiser
from app.core.spec import RunSpec
from app.core.tasks.base import Batch

SCORE_WINDOW = 10  # steps that the metric is averaged over
PROBE_EVERY = 10  # frames from probe to probe


def _never() -> bool:
    return False


def network_of(spec: RunSpec) -> Network:
    """Return the network that a spec describes."""
    task = spec.task
    return Network(spec.model, task.input_size, task.output_size, task.loss, task.readout)


def streams(seed: int) -> tuple[np.random.Generator, np.random.Generator, np.random.Generator]:
    """Return independent generators for weights, training sequences and the probe sequence.

    They are separate so that models of one seed see the same sequences, whatever their weights.
    """
    weights, sequences, probe = np.random.SeedSequence(seed).spawn(3)
    return tuple(np.random.default_rng(s) for s in (weights, sequences, probe))  # type: ignore[return-value]


class _Session:
    """The state of one training: weights, optimiser, buffers."""

    def __init__(self, spec: RunSpec) -> None:
        self.spec, self.task = spec, spec.task
        self.network = network_of(spec)
        self.dtype = np.dtype(spec.dtype)
        weights_rng, self.sequences_rng, probe_rng = streams(spec.seed)
        initial = self.network.init_params(weights_rng)
        self.flat, self.params = flatten({k: w.astype(self.dtype) for k, w in initial.items()})
        self.probe_xs = self._cast(self.task.sample(probe_rng, 1)).xs
        self.optimiser = make_optimiser(
            spec.training.optimiser,
            self.flat,
            spec.training.learning_rate,
            spec.training.momentum,
        )
        self.scores: deque[float] = deque(maxlen=SCORE_WINDOW)
        self.trace: Trace | None = None
        self.probe_trace: Trace | None = None

    def _cast(self, batch: Batch) -> Batch:
        targets = batch.targets
        if targets.dtype.kind == "f":
            targets = targets.astype(self.dtype)
        return Batch(batch.xs.astype(self.dtype), targets)

    def measure(self) -> tuple[Pass, Array, float]:
        """Run a fresh batch; return the pass, the flat gradient and its global norm."""
        batch = self._cast(self.task.sample(self.sequences_rng, self.spec.training.batch_size))
        passed = self.network.forward_backward(self.params, batch, self.trace)
        self.trace = passed.trace
        gradient, _ = flatten({name: passed.gradients.params[name] for name in self.params})
        self.scores.append(float(self.task.score(passed.outputs, batch.targets).mean()))
        return passed, gradient, float(np.linalg.norm(gradient.astype(np.float64)))

    @property
    def metric(self) -> float:
        return float(np.mean(self.scores))

    @property
    def solved(self) -> bool:
        if len(self.scores) < SCORE_WINDOW:
            return False
        if self.task.higher_is_better:
            return self.metric > self.task.threshold
        return self.metric < self.task.threshold

    def frame(
        self, seq: int, step: int, state: FrameState, passed: Pass, grad_norm: float
    ) -> Frame:
        """Measure everything that a frame shows."""
        cell, trace, gradients = self.spec.model, passed.trace, passed.gradients
        clip_norm = self.spec.training.clip_norm
        grad_h = probes.profile(gradients.dhs_total, gradients.exponent)
        grad_c = None
        if gradients.dcs_total is not None:
            grad_c = probes.profile(gradients.dcs_total, gradients.exponent)
        gates = cell.gates(trace)
        whole = gradients.params["W_h"] * len(passed.losses)  # back to the sum over the batch
        with_units = seq % PROBE_EVERY == 0 or state != "running"
        bands, units = self._probe(with_units)
        return Frame(
            seq=seq,
            step=step,
            state=state,
            loss=float(passed.losses.mean()),
            metric=self.metric,
            grad_norm=grad_norm,
            clipped=clip_norm is not None and grad_norm > clip_norm,
            grad_h=grad_h,
            grad_c=grad_c,
            direct=probes.direct_path(cell, trace, gradients),
            bound=probes.pascanu_bound(cell, self.params, grad_h),
            retention_h=probes.retention(grad_h),
            retention_c=probes.retention(grad_c),
            long_range_share=probes.long_range_share(trace, whole),
            half_life=probes.half_life(gates.get(cell.retention_gate or "")),
            saturation=probes.saturation(cell, trace),
            gates=bands,
            probe=units,
            weights={name: w.copy() for name, w in self.params.items()} if with_units else None,
        )

    def _probe(self, with_units: bool) -> tuple[dict[str, GateBand], ProbeUnits | None]:
        """Run the probe sequence, which is the same at every step of a run."""
        _, self.probe_trace = self.network.forward(self.params, self.probe_xs, self.probe_trace)
        trace = self.probe_trace
        gates = {name: gate[:, 0] for name, gate in self.spec.model.gates(trace).items()}  # (T, H)
        bands = {name: _band(gate) for name, gate in gates.items()}
        if not with_units:
            return bands, None
        shown = {**gates, "hidden_state": trace.hs[:, 0]}
        if trace.cs is not None:
            shown["cell_state"] = trace.cs[:, 0]
        return bands, ProbeUnits(
            inputs=self.probe_xs[:, 0],
            units={name: values[:, :PROBE_UNITS].copy() for name, values in shown.items()},
        )


def _band(gate: Array) -> GateBand:
    p10, p90 = np.percentile(gate, (10, 90), axis=1)
    return GateBand(gate.mean(axis=1), p10, p90)


def train(spec: RunSpec, *, should_stop: Callable[[], bool] = _never) -> Iterator[Frame]:
    """Train a spec and yield a frame every ``frame_every`` steps and at the end.

    A frame of step s is measured on the batch of step s with the weights before that update, so
    frame 0 shows the untrained network. The same spec gives the same frames on the same machine.

    Parameters
    ----------
    spec : RunSpec
    should_stop : callable
        Asked after every step; training ends without a last frame when it returns True.

    Yields
    ------
    Frame
        The last one has the state ``solved``, ``finished`` or ``diverged``. A run has diverged
        when its loss or its gradient is no longer finite; the weights are then left alone.
    """
    training = spec.training
    session = _Session(spec)
    seq = 0
    for step in range(training.steps + 1):
        # Overflow is a result that is shown, not an accident. (No yield inside: the setting would
        # leak into the caller.)
        with np.errstate(all="ignore"):
            passed, gradient, grad_norm = session.measure()
            state = _state_after(session, step, passed, grad_norm)
            frame = None
            if step % spec.frame_every == 0 or state != "running":
                frame = session.frame(seq, step, state, passed, grad_norm)
        if frame is not None:
            yield frame
            seq += 1
        if state != "running" or should_stop():
            return
        with np.errstate(all="ignore"):
            clip_by_global_norm(gradient, grad_norm, training.clip_norm)
            session.optimiser.update(session.flat, gradient)


def _state_after(session: _Session, step: int, passed: Pass, grad_norm: float) -> FrameState:
    if not (np.isfinite(passed.losses).all() and np.isfinite(grad_norm)):
        return "diverged"
    if session.spec.training.stop_when_solved and session.solved:
        return "solved"
    return "finished" if step == session.spec.training.steps else "running"
