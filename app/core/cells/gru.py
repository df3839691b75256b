"""Gated Recurrent Unit: one state, carried along by an interpolation.

Forward, t = 1 … T; the rows of the stacked weights are in the order r z n, as in PyTorch, and the
reset gate acts *after* the matrix product, so the candidate has a recurrent bias b_hn of its own::

    r_t = σ(W_rx x_t + W_rh h_{t-1} + b_r)                   (reset gate)
    z_t = σ(W_zx x_t + W_zh h_{t-1} + b_z)                   (update gate: how much is kept)
    u_t = W_nh h_{t-1} + b_hn
    n_t = φ(W_nx x_t + b_n + r_t ⊙ u_t)                      (candidate), φ = tanh
    h_t = z_t ⊙ h_{t-1} + (1 - z_t) ⊙ n_t

Backward, t = T … 1; every pre-activation is reached from dh_t alone::

    dh_t = ∂ℓ/∂h_t (direct) + z_{t+1} ⊙ dh_{t+1} + W_rhᵀ dr + W_zhᵀ dz + W_nhᵀ du   (at t+1)
    dn = dh_t ⊙ (1 - z_t) ⊙ φ'
    dr = dn ⊙ u_t ⊙ r_t(1 - r_t)
    dz = dh_t ⊙ (h_{t-1} - n_t) ⊙ z_t(1 - z_t)
    du = dn ⊙ r_t

(In the code below ``trace.dz`` is, as in every cell, the gradient of *all* pre-activations; the
``dz`` of these equations is its second block of rows.)

The path that keeps a gradient alive is ∏z. In the notation of Chung et al. (2014) z is the share
that is *replaced*, and the same path is ∏(1 - z).
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from app.core.activations import ACTIVATIONS
from app.core.arrays import Array, Params
from app.core.cells.base import (
    Gradients,
    State,
    Trace,
    begin,
    check_dhs,
    new_trace,
    weight_gradient,
)
from app.core.initialisers import (
    RECURRENT,
    chrono_bias,
    input_weights_and_bias,
    recurrent_matrix,
    torch_uniform,
)
from app.core.options import check_options, option
from app.core.rescaling import EVERY, lift


@dataclass(frozen=True)
class GRU:
    """GRU cell with the reset after the matrix product."""

    cell: Literal["gru"] = "gru"
    hidden_size: int = option(
        32,
        low=1,
        high=256,
        scale="log",
        unit="units",
        doc="Hidden size H.",
        source="this project: small enough to train while one watches",
    )
    init: str = option(
        "keras", choices=("keras", "pytorch"), doc="Whose initial weights.", source="library source"
    )
    recurrent_init: str = option(
        "default",
        choices=RECURRENT,
        doc="Initial W_h; default: the library's own (Keras: orthogonal, PyTorch: U(±1/√H)).",
        source="library source; Saxe, McClelland & Ganguli (2014) for orthogonal",
    )
    gain: float = option(
        1.0,
        low=0.0,
        high=10.0,
        step=0.05,
        doc="Factor on the initial recurrent weights W_h.",
        source="this project; as one scales the W_h of a plain RNN",
    )
    update_bias: float = option(
        0.0,
        low=-5.0,
        high=10.0,
        step=0.1,
        doc="Initial bias of the update gate z, the share that is kept (added to PyTorch's own).",
        source="as Jozefowicz et al. (2015) for the forget gate",
    )
    chrono_t_max: float | None = option(
        None,
        low=2.0,
        high=2000.0,
        scale="log",
        unit="steps",
        doc="Chrono initialisation: b_z = log U[1, T_max - 1]; replaces update_bias.",
        source="Tallec & Ollivier (2018)",
    )

    gate_names: ClassVar[tuple[str, ...]] = ("reset_gate", "update_gate", "candidate")
    retention_gate: ClassVar[str | None] = "update_gate"

    def __post_init__(self) -> None:
        check_options("model", self)

    def init_params(self, rng: np.random.Generator, input_size: int) -> Params:
        """Draw W_x (3H, D), W_h (3H, H), b (3H,), rows in the order r z n, and b_hn (H,)."""
        hidden = self.hidden_size
        w_h = self.gain * recurrent_matrix(rng, self.recurrent_init, 3, hidden, self.init)
        w_x, b = input_weights_and_bias(rng, self.init, 3 * hidden, input_size, hidden)
        b_hn: Array = np.zeros(hidden)
        if self.init == "pytorch":  # here b_in and b_hn do not merge, so each is one draw
            b[2 * hidden :] = torch_uniform(rng, (hidden,), hidden)
            b_hn = torch_uniform(rng, (hidden,), hidden)
        if self.chrono_t_max is None:
            b[hidden : 2 * hidden] += self.update_bias
        else:
            b[hidden : 2 * hidden] = chrono_bias(rng, hidden, self.chrono_t_max)
        return {"W_x": w_x, "W_h": w_h, "b": b, "b_hn": b_hn}

    def allocate(self, steps: int, batch_size: int, input_size: int, dtype: Any) -> Trace:
        hidden = self.hidden_size
        # Four blocks of rows, r z u n: u must be kept apart from n for the backward pass, and the
        # three blocks that see h_{t-1} stand together.
        trace = new_trace(steps, batch_size, input_size, hidden, 4 * hidden, dtype)
        change = np.zeros((steps, hidden, batch_size), dtype)  # h_{t-1} - n_t
        trace.kept = {"change": change}
        by_gate = trace.gates.reshape(steps, 4, hidden, batch_size)
        trace.steps = [
            (
                trace.stacked[t],
                trace.gates[t],
                trace.gates[t, : 2 * hidden],
                *by_gate[t],
                change[t],
                trace.stacked[t, :hidden],
                trace.stacked[t + 1, :hidden],
            )
            for t in range(steps)
        ]
        return trace

    def stack_weights(self, params: Params) -> Array:
        """Arrange the weights as rows r z u n over the columns [h; x; 1]."""
        hidden = self.hidden_size
        w_x, w_h, b = params["W_x"], params["W_h"], params["b"]
        weights = np.zeros((4 * hidden, hidden + w_x.shape[1] + 1), w_h.dtype)
        weights[: 3 * hidden, :hidden] = w_h  # r z u
        r_z, u, n = slice(0, 2 * hidden), slice(2 * hidden, 3 * hidden), slice(3 * hidden, None)
        weights[r_z, hidden:-1] = w_x[r_z]
        weights[n, hidden:-1] = w_x[2 * hidden :]
        weights[r_z, -1] = b[r_z]
        weights[u, -1] = params["b_hn"]
        weights[n, -1] = b[2 * hidden :]
        return weights

    def forward(
        self, params: Params, xs: Array, state: State | None = None, trace: Trace | None = None
    ) -> Trace:
        """Run over a batch of sequences.

        Parameters
        ----------
        params : dict
            W_x (3H, D), W_h (3H, H), b (3H,), rows in the order r z n; b_hn (H,).
        xs : ndarray of shape (T, B, D)
        state : tuple, optional
            Initial (h,), each (B, H); zero by default.
        trace : Trace, optional
            Room to use again.

        Returns
        -------
        Trace
        """
        trace = begin(self, params, xs, state, trace)
        weights = self.stack_weights(params)
        weights[: 2 * self.hidden_size] *= -1  # σ(z) = 1 / (1 + exp(-z)): the minus
        gated = np.empty_like(trace.kept["change"][0])
        with np.errstate(over="ignore"):  # exp(-z) = inf is right: the gate is 0
            for h_x_1, rows, r_z, r, z, u, n, change, h_before, h in trace.steps:
                np.matmul(weights, h_x_1, out=rows)
                np.exp(r_z, out=r_z)
                r_z += 1
                np.reciprocal(r_z, out=r_z)
                np.multiply(r, u, out=gated)
                n += gated
                np.tanh(n, out=n)
                np.subtract(h_before, n, out=change)
                np.multiply(z, change, out=h)  # h_t = n_t + z_t ⊙ (h_{t-1} - n_t)
                h += n
        return trace

    def _slopes(self, trace: Trace, steps: slice, out: Array) -> Array:
        """Write ∂h_t by the pre-activations of r, z, u and n into ``out``, as (T', 4, H, B)."""
        hidden, tanh, sigmoid = self.hidden_size, ACTIVATIONS["tanh"], ACTIVATIONS["sigmoid"]
        slopes = out.reshape(-1, 4, hidden, out.shape[-1])
        r, z, u, n = np.moveaxis(trace.gates[steps].reshape(slopes.shape), 1, 0)
        d_r, d_z, d_u, d_n = np.moveaxis(slopes, 1, 0)
        sigmoid.slope(z, out=d_z)
        d_z *= trace.kept["change"][steps]
        tanh.slope(n, out=d_n)
        d_n *= 1 - z
        np.multiply(d_n, r, out=d_u)
        sigmoid.slope(r, out=d_r)
        d_r *= u
        d_r *= d_n
        return slopes

    def backward(
        self, params: Params, trace: Trace, dhs: Array, *, lift_small: bool = True
    ) -> Gradients:
        """Backpropagate through time over a recorded trace.

        Parameters
        ----------
        dhs : ndarray of shape (T, B, H)
            Direct ∂ℓ/∂h_t from the readout; zero where no loss is applied.
        lift_small : bool
            Keep a vanishing signal in the number range (see ``rescaling``).

        Returns
        -------
        Gradients

        Raises
        ------
        ValueError
            If ``dhs`` does not match the trace.

        References
        ----------
        Cho et al. (2014); Chung et al. (2014). The reset after the product is cuDNN's form.
        """
        check_dhs(dhs, trace)
        hidden, exponent, dh, dz = self.hidden_size, trace.exponent, trace.dh, trace.dz
        w_h_transposed = params["W_h"].T
        np.copyto(dh, dhs.transpose(0, 2, 1))
        # Lifting needs a single loss: nothing unlifted may be added to the signal later on.
        lifting = lift_small and not dhs[:-1].any()
        # All slopes at once, written where dz will stand; the loop multiplies dh into them.
        slopes = self._slopes(trace, slice(None), out=dz)
        update = trace.gates[:, hidden : 2 * hidden]
        exponent[:] = 0
        carried = np.empty_like(dh[0])
        steps = len(dh)
        for t in range(steps - 1, -1, -1):
            if t + 1 < steps:
                np.matmul(w_h_transposed, dz[t + 1, : 3 * hidden], out=carried)
                dh[t] += carried
                np.multiply(update[t + 1], dh[t + 1], out=carried)
                dh[t] += carried
                exponent[t] = exponent[t + 1]
            slopes[t] *= dh[t]
            if lifting and t % EVERY == 0:
                exponent[t] += lift((dh[t], dz[t]), lifted=exponent[t])
        gradient = weight_gradient(trace)
        r_z_n = np.r_[0 : 2 * hidden, 3 * hidden : 4 * hidden]
        return Gradients(
            params={
                "W_x": gradient[r_z_n, hidden:-1],
                "W_h": gradient[: 3 * hidden, :hidden],
                "b": gradient[r_z_n, -1],
                "b_hn": gradient[2 * hidden : 3 * hidden, -1],
            },
            dhs_total=dh.transpose(0, 2, 1),
            dcs_total=None,
            exponent=exponent,
        )

    def jacobian(self, params: Params, trace: Trace, t: int | slice) -> Array:
        """Return J, (B, H, H), of the 0-based step ``t``; a slice gives all of them, (T', B, H, H).

        J = diag(z) + diag(∂h/∂z_r) W_rh + diag(∂h/∂z_z) W_zh + diag(∂h/∂u) W_nh.
        """
        hidden = self.hidden_size
        steps = slice(t, t + 1) if isinstance(t, int) else t
        slopes = self._slopes(trace, steps, out=np.empty_like(trace.dz[steps]))
        slopes = slopes[:, :3].transpose(0, 3, 1, 2)  # (T', B, 3, H)
        rows = slopes[..., np.newaxis] * params["W_h"].reshape(3, hidden, hidden)
        jacobian: Array = rows.sum(axis=2)
        unit = np.arange(hidden)
        jacobian[..., unit, unit] += trace.gates[steps, hidden : 2 * hidden].transpose(0, 2, 1)
        return jacobian[0] if isinstance(t, int) else jacobian

    def gates(self, trace: Trace) -> dict[str, Array]:
        steps, _, batch_size = trace.gates.shape
        r, z, _, n = np.moveaxis(
            trace.gates.reshape(steps, 4, self.hidden_size, batch_size).transpose(0, 1, 3, 2), 1, 0
        )
        return dict(zip(self.gate_names, (r, z, n), strict=True))
