"""A frame: what is measured at one training step. ``measure`` makes it, ``wire`` writes it down."""

from dataclasses import dataclass, field
from typing import Literal

from app.core.arrays import Array, Params

FrameState = Literal["running", "solved", "finished", "diverged"]

PROBE_UNITS = 16  # units shown one by one


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
