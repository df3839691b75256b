"""A frame: what is measured at one training step, and how it is written down."""

import base64
import json
import math
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from app.core.arrays import Array, Params

FrameState = Literal["running", "solved", "finished", "diverged"]

DIGITS = 5  # significant digits on the wire
# Bands are looked at, not computed with, and are most of a frame: on one access point 300 phones
# share the bytes.
MEAN_DIGITS, EDGE_DIGITS = 4, 3
PROBE_UNITS = 16  # units shown one by one
LEVELS = 2**16 - 1  # of an entry of a typed array


@dataclass(frozen=True)
class GateBand:
    """A gate over time on the probe sequence, over its units: mean, 10th and 90th percentile."""

    mean: Array  # (T,)
    p10: Array  # (T,)
    p90: Array  # (T,)


@dataclass(frozen=True)
class ProbeUnits:
    """The probe sequence, and every activation of the first units on it.

    Attributes
    ----------
    inputs : ndarray of shape (T, D)
    units : dict of ndarray of shape (T, min(H, 16))
        By name: the gates, ``hidden_state``, ``cell_state`` (LSTM), ``pre_activation`` (RNN).
    """

    inputs: Array
    units: dict[str, Array]


@dataclass(frozen=True)
class Frame:
    """Everything measured at one training step, before the update of that step.

    Norms are means over the batch of per-sequence norms; index 0 of an array over time is t = 1.

    Attributes
    ----------
    seq, step : int
        Number of the frame and of the training step; frame 0 is the untrained network.
    state : str
        ``running``, or how the run ended if this is its last frame.
    loss : float
        Mean over the batch of ℓ_b.
    metric : float
        Score in units of the task's metric, averaged over the last (at most ten) steps. Every
        batch is fresh and is scored before it is learned from, so this is a test score.
    grad_norm : float
        Global norm of ∂L/∂W before clipping; ``clipped`` tells whether it was scaled down.
    grad_h, grad_c : ndarray of shape (T,)
        mean_b ‖∂ℓ_b/∂h_t‖₂ and mean_b ‖∂ℓ_b/∂c_t‖₂ (LSTM; else None).
    direct : ndarray of shape (T,), optional
        The retention path alone: mean_b ‖(∏ f) ⊙ ∂ℓ_b/∂c_T‖₂ (LSTM), with z and h for the GRU.
    bound : ndarray of shape (T,), optional
        Pascanu's bound (σ_max(W_h) γ)^(T-t) · grad_h[T] (RNN).
    retention_h, retention_c : float, optional
        log10 of grad[1] / grad[T]; None where a norm is zero.
    long_range_share : float, optional
        Norm of the part of ∂L/∂W_h that the first ⌈T/10⌉ steps contribute, over the norm of the
        whole; above 1 where later steps cancel it, None for T ≤ 10.
    half_life : float, optional
        ln 2 / ln(1/f̄) steps, f̄ the geometric mean of the retention gate.
    saturation : dict
        Per gate the shares ``low`` (< 0.1) and ``high`` (> 0.9); of the candidate, or of the RNN's
        hidden state, the share ``flat`` (φ' < 0.1, whichever φ).
    gates : dict of GateBand
    probe : ProbeUnits, optional
    weights : dict of ndarray, optional
        A copy of the weights on frames that carry a probe; never part of the written frame.
    """

    seq: int
    step: int
    state: FrameState
    loss: float
    metric: float
    grad_norm: float
    clipped: bool
    grad_h: Array
    grad_c: Array | None
    direct: Array | None
    bound: Array | None
    retention_h: float | None
    retention_c: float | None
    long_range_share: float | None
    half_life: float | None
    saturation: dict[str, dict[str, float]]
    gates: dict[str, GateBand]
    probe: ProbeUnits | None = None
    weights: Params | None = field(default=None, repr=False)


def significant(value: float, digits: int = DIGITS) -> float | None:
    """Round to the digits of the wire; NaN and infinities become None."""
    if not math.isfinite(value):
        return None
    rounded = float(f"{value:.{digits}g}")
    return rounded if math.isfinite(rounded) else value  # the largest float would round to infinity


def typed_array(values: Array) -> dict[str, Any]:
    """Encode an array as two bytes per entry with its range, in Plotly's typed-array form.

    ``value = low + (high - low) * u2 / 65535``, little-endian; NaN and infinities count as the
    nearer end. Two bytes, because people check c_t = f c_{t-1} + i g by hand: with one, a sum of
    rounded terms is visibly another number than the rounded sum.
    """
    finite = values[np.isfinite(values)]
    low = float(finite.min()) if finite.size else 0.0
    high = float(finite.max()) if finite.size else 0.0
    half = high / 2 - low / 2  # the whole range of a diverging run may exceed the largest float
    offset = np.clip(np.nan_to_num(values.astype(np.float64)), low, high) / 2 - low / 2
    levels = np.round(LEVELS * (offset / half if half > 0 else offset)).astype("<u2")
    return {
        "dtype": "u2",
        "shape": ", ".join(map(str, values.shape)),
        "bdata": base64.b64encode(levels.tobytes()).decode("ascii"),
        "low": significant(low),
        "high": significant(high),
    }


class _Writer:
    """Turns numbers and arrays into JSON values, and remembers which fields were not finite."""

    def __init__(self) -> None:
        self.nonfinite: list[str] = []

    def number(self, name: str, value: float | None) -> float | None:
        if value is not None and not math.isfinite(value):
            self._flag(name)
        return None if value is None else significant(value)

    def array(
        self, name: str, values: Array | None, digits: int = DIGITS
    ) -> list[float | None] | None:
        if values is None:
            return None
        if not np.isfinite(values).all():
            self._flag(name)
        return [significant(value, digits) for value in values.tolist()]

    def _flag(self, name: str) -> None:
        if name not in self.nonfinite:
            self.nonfinite.append(name)


def frame_to_dict(frame: Frame, run_id: str) -> dict[str, Any]:
    """Return a frame as JSON values.

    JSON has no NaN and no infinity: such a number is null, and its field is named in
    ``nonfinite``. A null that is not named there is not defined: for this cell (``grad_c``), for
    this length (``long_range_share``), or because a norm is zero or not finite (``retention_h``).
    """
    write = _Writer()
    body: dict[str, Any] = {
        "run": run_id,
        "seq": frame.seq,
        "step": frame.step,
        "state": frame.state,
        "loss": write.number("loss", frame.loss),
        "metric": write.number("metric", frame.metric),
        "grad_norm": write.number("grad_norm", frame.grad_norm),
        "clipped": frame.clipped,
        "grad_h": write.array("grad_h", frame.grad_h),
        "grad_c": write.array("grad_c", frame.grad_c),
        "direct": write.array("direct", frame.direct),
        "bound": write.array("bound", frame.bound),
        "retention_h": write.number("retention_h", frame.retention_h),
        "retention_c": write.number("retention_c", frame.retention_c),
        "long_range_share": write.number("long_range_share", frame.long_range_share),
        "half_life": write.number("half_life", frame.half_life),
        "saturation": {
            name: {part: write.number("saturation", share) for part, share in shares.items()}
            for name, shares in frame.saturation.items()
        },
        "gates": {
            name: {
                "mean": write.array("gates", band.mean, MEAN_DIGITS),
                "p10": write.array("gates", band.p10, EDGE_DIGITS),
                "p90": write.array("gates", band.p90, EDGE_DIGITS),
            }
            for name, band in frame.gates.items()
        },
        "probe": None,
    }
    if frame.probe is not None:
        body["probe"] = {
            "inputs": typed_array(frame.probe.inputs),
            "units": {name: typed_array(values) for name, values in frame.probe.units.items()},
        }
    body["nonfinite"] = write.nonfinite
    return body


def frame_to_json(frame: Frame, run_id: str) -> str:
    """Return a frame as one line of JSON."""
    return json.dumps(frame_to_dict(frame, run_id), separators=(",", ":"), allow_nan=False)
