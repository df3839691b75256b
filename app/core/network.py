"""A cell, a linear readout and a loss: forward, and backward through time.

y_t = W_y h_t + b_y        at the last step, or at every step
ℓ_b = loss(y, target)      one number per sequence
L   = mean over b of ℓ_b   what the optimiser descends
"""

from dataclasses import dataclass, replace

import numpy as np

from app.core.arrays import Array, Params
from app.core.cells.base import Cell, Gradients, Trace
from app.core.initialisers import glorot_uniform, torch_uniform
from app.core.kernels import PLAIN, Kernels
from app.core.losses import LOSSES
from app.core.tasks.base import Batch, Loss, Readout


@dataclass(frozen=True)
class Pass:
    """One forward and backward pass over a batch.

    Attributes
    ----------
    losses : ndarray of shape (B,)
        ℓ_b.
    outputs : ndarray
        (B, O) for a readout at the last step, (T, B, O) at every step.
    gradients : Gradients
        ``params`` holds ∂L/∂W for every weight of the network; the derivatives by the states are
        of ℓ_b, not divided by B.
    """

    losses: Array
    outputs: Array
    trace: Trace
    gradients: Gradients


def init_readout(
    rng: np.random.Generator, preset: str, output_size: int, hidden_size: int
) -> Params:
    """Draw W_y (O, H) and b_y (O,) as the dense layer of a library does."""
    if preset == "keras":
        w_y, b_y = glorot_uniform(rng, output_size, hidden_size), np.zeros(output_size)
        return {"W_y": w_y, "b_y": b_y}
    return {
        "W_y": torch_uniform(rng, (output_size, hidden_size), hidden_size),
        "b_y": torch_uniform(rng, (output_size,), hidden_size),
    }


@dataclass(frozen=True)
class Network:
    """Shapes and rules of one model on one task; the weights live outside."""

    cell: Cell
    input_size: int
    output_size: int
    loss: Loss
    readout: Readout
    lift_small: bool = True
    kernels: Kernels = PLAIN

    def init_params(self, rng: np.random.Generator) -> Params:
        """Draw all weights, float64; the readout begins as in the cell's library."""
        params = self.cell.init_params(rng, self.input_size)
        params.update(init_readout(rng, self.cell.init, self.output_size, self.cell.hidden_size))
        return params

    def forward(self, params: Params, xs: Array, trace: Trace | None = None) -> tuple[Array, Trace]:
        """Return the outputs, (B, O) or (T, B, O), and the trace."""
        trace = self.kernels.forward(self.cell, params, xs, trace)
        read = trace.hs[-1] if self.readout == "last" else trace.hs
        outputs: Array = read @ params["W_y"].T + params["b_y"]
        return outputs, trace

    def forward_backward(self, params: Params, batch: Batch, trace: Trace | None = None) -> Pass:
        """Run a batch and backpropagate its loss to every weight and every state.

        Parameters
        ----------
        params : dict
            Weights of the cell, W_y (O, H) and b_y (O,).
        batch : Batch
        trace : Trace, optional
            Room to use again.
        """
        outputs, trace = self.forward(params, batch.xs, trace)
        read = trace.hs[-1:] if self.readout == "last" else trace.hs  # (N, B, H), N = 1 or T
        last = self.readout == "last"
        losses, d_outputs = LOSSES[self.loss](
            outputs[np.newaxis] if last else outputs,
            batch.targets[np.newaxis] if last else batch.targets,
        )
        dhs = np.zeros_like(trace.dh).transpose(0, 2, 1)  # (T, B, H), in memory as the trace is
        dhs[-len(read) :] = d_outputs @ params["W_y"]
        gradients = self.kernels.backward(self.cell, params, trace, dhs, lift_small=self.lift_small)
        batch_size = len(losses)
        of_params: Params = {name: d / batch_size for name, d in gradients.params.items()}
        of_params["W_y"] = np.einsum("nbo,nbh->oh", d_outputs, read) / batch_size
        of_params["b_y"] = d_outputs.sum(axis=(0, 1)) / batch_size
        return Pass(losses, outputs, trace, replace(gradients, params=of_params))
