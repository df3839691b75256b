"""What a cell is, and what every cell shares.

A cell is a frozen dataclass. It owns sizes and options and never weights: weights are a plain
dictionary of arrays, so that they can be saved, perturbed and compared from outside.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

import numpy as np

from app.core.arrays import Array, Params

State = tuple[Array, ...]  # (h,) or (h, c), each (B, H)


@dataclass
class Trace:
    """Everything a forward pass leaves behind, and the room its backward pass works in.

    All arrays are feature-major. A trace is allocated once and used again by every training step:
    asking the system for megabytes of fresh memory at each step costs more than the arithmetic.

    Attributes
    ----------
    stacked : ndarray of shape (T+1, H+D+1, B)
        ``[h_{t-1}; x_t; 1]`` at index t, so that one matrix product per step serves the recurrent
        weights, the input weights and the bias of all gates. h_t is written straight into the
        block of the next step.
    gates : ndarray of shape (T, rows, B)
        Gates after their activation.
    dh, dz : ndarray
        Total ∂ℓ/∂h_t (T, H, B) and ∂ℓ/∂(pre-activation) (T, rows, B), filled by ``backward``.
    exponent : ndarray of int, shape (T,)
        The derivatives of step t are stored times 2**exponent[t] (see ``rescaling``).
    kept : dict
        What one kind of cell needs beyond this: ``c``, ``phi_c`` and ``dc`` of the LSTM, …
    steps : list
        Per timestep, the views that the forward loop touches; made once.
    """

    hidden_size: int
    stacked: Array
    gates: Array
    dh: Array
    dz: Array
    exponent: np.ndarray
    kept: dict[str, Array] = field(default_factory=dict)
    steps: list[Any] = field(default_factory=list)

    @property
    def hs(self) -> Array:
        """h_1 … h_T as (T, B, H)."""
        return self.stacked[1:, : self.hidden_size].transpose(0, 2, 1)

    @property
    def cs(self) -> Array | None:
        """c_1 … c_T as (T, B, H); None for a cell without a cell state."""
        return self.kept["c"][1:].transpose(0, 2, 1) if "c" in self.kept else None


@dataclass(frozen=True)
class Gradients:
    """Derivatives of the sum over the batch of ℓ.

    Attributes
    ----------
    params : dict of ndarray
        ∂(Σ_b ℓ_b)/∂W, with the names and shapes of the weights.
    dhs_total, dcs_total : ndarray of shape (T, B, H)
        Total derivatives ∂ℓ_b/∂h_t and ∂ℓ_b/∂c_t (None without a cell state), stored times
        ``2**exponent[t]``. In float64 the exponent is 0 unless a signal falls below 2^-400.
    exponent : ndarray of int, shape (T,)
    """

    params: Params
    dhs_total: Array
    dcs_total: Array | None
    exponent: np.ndarray


class Cell(Protocol):
    """One recurrent cell; its dataclass fields are the ``model`` part of a spec."""

    gate_names: ClassVar[tuple[str, ...]]
    retention_gate: ClassVar[str | None]

    @property
    def cell(self) -> str: ...
    @property
    def hidden_size(self) -> int: ...
    @property
    def init(self) -> str:
        """Return whose initial weights: ``keras`` or ``pytorch``."""
        ...

    def init_params(self, rng: np.random.Generator, input_size: int) -> Params:
        """Draw initial weights, float64."""
        ...

    def allocate(self, steps: int, batch_size: int, input_size: int, dtype: Any) -> Trace:
        """Make room for sequences of this size."""
        ...

    def forward(
        self, params: Params, xs: Array, state: State | None = None, trace: Trace | None = None
    ) -> Trace:
        """Run over xs (T, B, D); ``trace`` is used again if its sizes fit, else a new one made."""
        ...

    def backward(
        self, params: Params, trace: Trace, dhs: Array, *, lift_small: bool = True
    ) -> Gradients:
        """Backpropagate dhs (T, B, H), the direct ∂ℓ/∂h_t, through the recorded steps."""
        ...

    def jacobian(self, params: Params, trace: Trace, t: int | slice) -> Array:
        """Return the state Jacobian of the 0-based step t, (B, S, S), or of a slice of steps.

        It needs only the forward pass, and leaves the backward pass alone.
        """
        ...

    def gates(self, trace: Trace) -> dict[str, Array]:
        """Return each gate over time, (T, B, H)."""
        ...


def new_trace(
    steps: int, batch_size: int, input_size: int, hidden_size: int, rows: int, dtype: Any
) -> Trace:
    """Allocate the arrays that every cell needs."""
    stacked = np.zeros((steps + 1, hidden_size + input_size + 1, batch_size), dtype)
    stacked[:, -1] = 1  # the input of the bias
    return Trace(
        hidden_size=hidden_size,
        stacked=stacked,
        gates=np.zeros((steps, rows, batch_size), dtype),
        dh=np.zeros((steps, hidden_size, batch_size), dtype),
        dz=np.zeros((steps, rows, batch_size), dtype),
        exponent=np.zeros(steps, dtype=np.int64),
    )


def begin(cell: Cell, params: Params, xs: Array, state: State | None, trace: Trace | None) -> Trace:
    """Put the inputs and the initial hidden state of a forward pass in their place."""
    steps, batch_size, input_size = xs.shape
    hidden_size, dtype = cell.hidden_size, params["W_h"].dtype
    width = hidden_size + input_size + 1
    if (
        trace is None
        or trace.stacked.shape != (steps + 1, width, batch_size)
        or trace.stacked.dtype != dtype
    ):
        trace = cell.allocate(steps, batch_size, input_size, dtype)
    trace.stacked[:steps, hidden_size:-1] = xs.transpose(0, 2, 1)
    trace.stacked[0, :hidden_size] = 0 if state is None else state[0].T
    return trace


def check_dhs(dhs: Array, trace: Trace) -> None:
    """Refuse a readout gradient that does not belong to this trace."""
    steps, hidden_size, batch_size = trace.dh.shape
    if dhs.shape != (steps, batch_size, hidden_size):
        raise ValueError(
            f"dhs must have the shape of the trace, {(steps, batch_size, hidden_size)}, "
            f"not {dhs.shape}"
        )


def stack_weights(params: Params) -> Array:
    """Return [W_h W_x b], (rows, H+D+1), which multiplies [h_{t-1}; x_t; 1]."""
    stacked: Array = np.hstack([params["W_h"], params["W_x"], params["b"][:, np.newaxis]])
    return stacked


def split_stacked(gradient: Array, hidden_size: int) -> Params:
    """Name the parts of a stacked (rows, H+D+1) gradient."""
    return {
        "W_x": gradient[:, hidden_size:-1],
        "W_h": gradient[:, :hidden_size],
        "b": gradient[:, -1],
    }


def weight_gradient(trace: Trace) -> Array:
    """Return Σ_t dz_t [h_{t-1}; x_t; 1]ᵀ, shape (rows, H+D+1): all weights in one product.

    Rescaled steps are brought back to scale first. A step that then comes near the end of the
    number range (2^-100 in float32, 2^-996 in float64) is dropped, because subnormal numbers would
    slow the product down many times.
    """
    dz, inputs = trace.dz, trace.stacked[:-1]
    if trace.exponent.any():
        largest = np.abs(dz).max(axis=(1, 2))
        magnitude = np.frexp(largest)[1] - trace.exponent  # log2, rounded up
        kept = (magnitude > np.finfo(dz.dtype).minexp + 26) | ~np.isfinite(largest)
        factor = np.ldexp(1.0, -trace.exponent[kept]).astype(dz.dtype)
        dz, inputs = dz[kept] * factor[:, np.newaxis, np.newaxis], inputs[kept]
    gradient: Array = np.tensordot(dz, inputs, axes=([0, 2], [0, 2]))
    return gradient
