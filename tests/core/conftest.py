"""What several tests of the core share."""

import numpy as np
import pytest

from app.core.cells import Cell
from app.core.cells.base import Gradients, Trace


class Passed:
    """A cell with random weights that has run forward, and back from a loss at the last step."""

    def __init__(
        self,
        cell: Cell,
        *,
        steps: int = 20,
        batch_size: int = 3,
        input_size: int = 2,
        dtype: str = "float64",
        seed: int = 0,
        every: bool = False,
        lift_small: bool = True,
        drawn: bool = False,
    ) -> None:
        """``drawn`` replaces the cell's initial weights by normal ones, biases too."""
        rng = np.random.default_rng(seed)
        params = cell.init_params(rng, input_size)
        if drawn:
            scale = 1 / np.sqrt(cell.hidden_size)
            params = {name: rng.normal(0.0, scale, w.shape) for name, w in params.items()}
        self.cell = cell
        self.params = {name: w.astype(dtype) for name, w in params.items()}
        self.xs = rng.normal(0.0, 1.0, (steps, batch_size, input_size))
        self.dhs = np.zeros((steps, batch_size, cell.hidden_size), dtype)
        direct = rng.normal(0.0, 1.0, self.dhs.shape)
        self.dhs[-1] = direct[-1]
        if every:
            self.dhs[:] = direct
        self.trace: Trace = cell.forward(self.params, self.xs)
        self.gradients: Gradients = cell.backward(
            self.params, self.trace, self.dhs, lift_small=lift_small
        )


@pytest.fixture
def run():
    """``run(cell, steps=…, dtype=…)``: a forward and a backward pass on random sequences."""
    return Passed
