"""Who computes the two loops over time: the cells themselves, or a faster equal of them."""

from typing import Protocol

from app.core.arrays import Array, Params
from app.core.cells.base import Cell, Gradients, Trace


class Kernels(Protocol):
    """Forward and backward pass over whole sequences.

    Every implementation fills the same trace with the same numbers up to rounding, so everything
    that reads a trace works with each. Rounding differs, though, and training magnifies it: a run
    stays with one implementation from its first step to its last.
    """

    @property
    def name(self) -> str:
        """Return the name under which a run records what computed it."""
        ...

    def forward(self, cell: Cell, params: Params, xs: Array, trace: Trace | None) -> Trace:
        """Run a cell over xs (T, B, D) from a zero state; ``trace`` is used again if it fits."""
        ...

    def backward(
        self, cell: Cell, params: Params, trace: Trace, dhs: Array, *, lift_small: bool
    ) -> Gradients:
        """Backpropagate dhs (T, B, H), the direct ∂ℓ/∂h_t, through the recorded steps."""
        ...


class Plain:
    """The cells as they are written in ``app.core.cells``: NumPy."""

    name = "numpy"

    def forward(self, cell: Cell, params: Params, xs: Array, trace: Trace | None) -> Trace:
        return cell.forward(params, xs, trace=trace)

    def backward(
        self, cell: Cell, params: Params, trace: Trace, dhs: Array, *, lift_small: bool
    ) -> Gradients:
        return cell.backward(params, trace, dhs, lift_small=lift_small)


PLAIN = Plain()
