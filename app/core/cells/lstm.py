"""Long Short-Term Memory: a cell state that is carried along by a sum, and three gates around it.

Forward, t = 1 … T; the rows of the stacked weights are in the order i f g o::

    z_t = W_x x_t + W_h h_{t-1} + b              (4H,)
    i_t = σ(z_i)      how much of the candidate is written       (input gate)
    f_t = σ(z_f)      how much of the old cell state is kept     (forget gate)
    g_t = φ(z_g)      what could be written                      (candidate)
    o_t = σ(z_o)      how much of the cell state is shown        (output gate)
    c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t
    h_t = o_t ⊙ φ(c_t)

Backward, t = T … 1; ``dh_t`` and ``dc_t`` are total derivatives ∂ℓ/∂h_t and ∂ℓ/∂c_t::

    dh_t = ∂ℓ/∂h_t (direct) + W_hᵀ dz_{t+1}
    dc_t = dh_t ⊙ o_t ⊙ φ'(c_t) + f_{t+1} ⊙ dc_{t+1}
    dz_i = dc_t ⊙ g_t ⊙ i_t(1 - i_t)
    dz_f = dc_t ⊙ c_{t-1} ⊙ f_t(1 - f_t)
    dz_g = dc_t ⊙ i_t ⊙ φ'(z_g)
    dz_o = dh_t ⊙ φ(c_t) ⊙ o_t(1 - o_t)

The second line is the whole idea. Along the cell state a gradient is multiplied by f, a number the
network chooses, where the plain RNN multiplies by a matrix. The product ∏f is only *one* of the
paths from c_T to c_t, though (the others run through h and the gates), and before training it is
usually not the largest; this is why both ``direct`` and the total are measured.

φ is tanh. ``activation="relu"`` makes *both* φ relu and leaves the gates sigmoid, as Keras's
``LSTM(units, activation="relu")`` does; c is then never negative, and has no upper bound.

A long file, because a student reads a cell as a whole: its equations, forward, backward, Jacobian.
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
    split_stacked,
    stack_weights,
    weight_gradient,
)
from app.core.initialisers import (
    RECURRENT,
    chrono_bias,
    input_weights_and_bias,
    recurrent_matrix,
)
from app.core.options import OptionError, check_options, option
from app.core.rescaling import EVERY, lift


@dataclass(frozen=True)
class LSTM:
    """LSTM cell with a forget gate, and the ablations that take its gates away."""

    cell: Literal["lstm"] = "lstm"
    hidden_size: int = option(
        32,
        low=1,
        high=256,
        scale="log",
        unit="units",
        doc="Hidden size H.",
        source="this project: small enough to train while one watches",
    )
    activation: str = option(
        "tanh",
        choices=("tanh", "relu"),
        doc="φ of the candidate and of the cell state; the gates stay sigmoid.",
        source="Keras LSTM(activation=…)",
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
    forget_bias: float = option(
        1.0,
        low=-5.0,
        high=10.0,
        step=0.1,
        doc="Initial bias of the forget gate. PyTorch's random bias is added to it; PyTorch's own "
        "initialisation is 0 here.",
        source="Gers, Schmidhuber & Cummins (2000); Jozefowicz et al. (2015)",
    )
    chrono_t_max: float | None = option(
        None,
        low=2.0,
        high=2000.0,
        scale="log",
        unit="steps",
        doc="Chrono initialisation: b_f = log U[1, T_max - 1], b_i = -b_f; replaces forget_bias.",
        source="Tallec & Ollivier (2018)",
    )
    clamp_forget: float | None = option(
        None,
        low=0.0,
        high=1.0,
        step=0.01,
        doc="Hold the forget gate at this value; 1 is the constant error carousel of 1997.",
        source="Hochreiter & Schmidhuber (1997)",
    )
    clamp_input: float | None = option(
        None,
        low=0.0,
        high=1.0,
        step=0.01,
        doc="Hold the input gate at this value.",
        source="Greff et al. (2017), where it is held at 1",
    )
    clamp_output: float | None = option(
        None,
        low=0.0,
        high=1.0,
        step=0.01,
        doc="Hold the output gate at this value.",
        source="Greff et al. (2017), where it is held at 1",
    )
    coupled: bool = option(
        False,
        doc="Couple the gates: i = 1 - f, so that writing always erases.",
        source="Greff et al. (2017)",
    )

    gate_names: ClassVar[tuple[str, ...]] = (
        "input_gate",
        "forget_gate",
        "candidate",
        "output_gate",
    )
    retention_gate: ClassVar[str | None] = "forget_gate"

    def __post_init__(self) -> None:
        check_options("model", self)
        if self.coupled and self.clamp_input is not None:
            raise OptionError("model.clamp_input", "a coupled input gate cannot be clamped as well")

    def init_params(self, rng: np.random.Generator, input_size: int) -> Params:
        """Draw W_x (4H, D), W_h (4H, H) and b (4H,), rows in the order i f g o."""
        hidden = self.hidden_size
        w_h = self.gain * recurrent_matrix(rng, self.recurrent_init, 4, hidden, self.init)
        w_x, b = input_weights_and_bias(rng, self.init, 4 * hidden, input_size, hidden)
        if self.chrono_t_max is None:
            b[hidden : 2 * hidden] += self.forget_bias
        else:
            b[hidden : 2 * hidden] = chrono_bias(rng, hidden, self.chrono_t_max)
            b[:hidden] = -b[hidden : 2 * hidden]
        return {"W_x": w_x, "W_h": w_h, "b": b}

    def allocate(self, steps: int, batch_size: int, input_size: int, dtype: Any) -> Trace:
        hidden = self.hidden_size
        trace = new_trace(steps, batch_size, input_size, hidden, 4 * hidden, dtype)
        c = np.zeros((steps + 1, hidden, batch_size), dtype)
        phi_c = np.zeros((steps, hidden, batch_size), dtype)
        trace.kept = {"c": c, "phi_c": phi_c, "dc": np.zeros_like(phi_c)}
        by_gate = trace.gates.reshape(steps, 4, hidden, batch_size)
        trace.steps = [
            (
                trace.stacked[t],
                trace.gates[t],
                *by_gate[t],
                c[t],
                c[t + 1],
                phi_c[t],
                trace.stacked[t + 1, :hidden],
            )
            for t in range(steps)
        ]
        return trace

    def forward(
        self, params: Params, xs: Array, state: State | None = None, trace: Trace | None = None
    ) -> Trace:
        """Run over a batch of sequences.

        Parameters
        ----------
        params : dict
            W_x (4H, D), W_h (4H, H), b (4H,); rows in the order i f g o.
        xs : ndarray of shape (T, B, D)
        state : tuple, optional
            Initial (h, c), each (B, H); zero by default.
        trace : Trace, optional
            Room to use again.

        Returns
        -------
        Trace
        """
        trace = begin(self, params, xs, state, trace)
        trace.kept["c"][0] = 0 if state is None else state[1].T
        hidden, dtype = self.hidden_size, trace.stacked.dtype
        weights = stack_weights(params)

        # σ(z) = 1 / (1 + exp(-z)) over the block of all four gates at once, because exp is the
        # fastest of NumPy's transcendental functions; the minus is folded into the weights. The
        # candidate wants another function, so its pre-activation is set aside first.
        candidate_rows = slice(2 * hidden, 3 * hidden)
        sign = np.full((4 * hidden, 1), -1, dtype)
        sign[candidate_rows] = 1
        weights *= sign
        phi = ACTIVATIONS[self.activation]
        candidate, written = np.empty_like(trace.dh[0]), np.empty_like(trace.dh[0])

        with np.errstate(over="ignore"):  # exp(-z) = inf is right: the gate is 0
            for h_x_1, gates, i, f, g, o, c_before, c, phi_c, h in trace.steps:
                np.matmul(weights, h_x_1, out=gates)  # ±z_t
                np.copyto(candidate, g)
                phi.apply(candidate)
                np.exp(gates, out=gates)
                gates += 1
                np.reciprocal(gates, out=gates)
                np.copyto(g, candidate)
                self._ablate(i, f, o)
                np.multiply(f, c_before, out=c)  # c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t
                np.multiply(i, g, out=written)
                c += written
                np.copyto(phi_c, c)
                phi.apply(phi_c)
                np.multiply(o, phi_c, out=h)  # h_t = o_t ⊙ φ(c_t)
        return trace

    def _ablate(self, i: Array, f: Array, o: Array) -> None:
        """Hold the gates that the options take away from the network."""
        if self.clamp_forget is not None:
            f.fill(self.clamp_forget)
        if self.clamp_output is not None:
            o.fill(self.clamp_output)
        if self.clamp_input is not None:
            i.fill(self.clamp_input)
        elif self.coupled:
            np.subtract(1, f, out=i)

    def _slopes(self, trace: Trace, steps: slice, out: Array) -> tuple[Array, Array]:
        """Return how the pre-activations act on the state, locally.

        Parameters
        ----------
        out : ndarray of shape (T', 4H, B)
            Where the slopes are written.

        Returns
        -------
        slopes : ndarray of shape (T', 4, H, B)
            ∂c_t/∂z_i, ∂c_t/∂z_f, ∂c_t/∂z_g and ∂h_t/∂z_o (at fixed c_t).
        shown : ndarray of shape (T', H, B)
            ∂h_t/∂c_t = o ⊙ φ'(c).
        """
        hidden, phi = self.hidden_size, ACTIVATIONS[self.activation]
        slopes = out.reshape(-1, 4, hidden, out.shape[-1])
        i, f, g, o = np.moveaxis(trace.gates[steps].reshape(slopes.shape), 1, 0)
        d_i, d_f, d_g, d_o = np.moveaxis(slopes, 1, 0)
        c_before, phi_c = trace.kept["c"][:-1][steps], trace.kept["phi_c"][steps]
        sigmoid = ACTIVATIONS["sigmoid"]

        sigmoid.slope(i, out=d_i)
        d_i *= g
        sigmoid.slope(f, out=d_f)
        d_f *= c_before - g if self.coupled else c_before  # coupled: i = 1 - f follows f
        phi.slope(g, out=d_g)
        d_g *= i
        sigmoid.slope(o, out=d_o)
        d_o *= phi_c
        if self.coupled or self.clamp_input is not None:
            d_i.fill(0)
        if self.clamp_forget is not None:
            d_f.fill(0)
        if self.clamp_output is not None:
            d_o.fill(0)

        shown = phi.slope(phi_c, out=np.empty_like(phi_c))
        shown *= o
        return slopes, shown

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
            ``dhs_total`` and ``dcs_total`` of shape (T, B, H) are total derivatives.

        Raises
        ------
        ValueError
            If ``dhs`` does not match the trace.

        References
        ----------
        Hochreiter & Schmidhuber (1997), "Long Short-Term Memory", appendix A, without the
        truncation that was used there; Gers, Schmidhuber & Cummins (2000) for the forget gate.
        """
        check_dhs(dhs, trace)
        hidden, exponent = self.hidden_size, trace.exponent
        dh, dc, dz = trace.dh, trace.kept["dc"], trace.dz
        w_h_transposed = params["W_h"].T
        np.copyto(dh, dhs.transpose(0, 2, 1))
        # Lifting needs a single loss: nothing unlifted may be added to the signal later on.
        lifting = lift_small and not dhs[:-1].any()
        # All slopes at once, written where dz will stand; the loop multiplies dc and dh into them.
        slopes, shown = self._slopes(trace, slice(None), out=dz)
        forget = trace.gates[:, hidden : 2 * hidden]
        exponent[:] = 0
        carried = np.empty_like(dh[0])
        steps = len(dh)
        for t in range(steps - 1, -1, -1):
            if t + 1 < steps:
                np.matmul(w_h_transposed, dz[t + 1], out=carried)
                dh[t] += carried
                exponent[t] = exponent[t + 1]
            np.multiply(dh[t], shown[t], out=dc[t])
            if t + 1 < steps:
                np.multiply(dc[t + 1], forget[t + 1], out=carried)
                dc[t] += carried  # the carousel
            slopes[t, :3] *= dc[t]  # dz of i, f, g
            slopes[t, 3] *= dh[t]  # dz of o
            if lifting and t % EVERY == 0:
                exponent[t] += lift((dh[t], dc[t], dz[t]), lifted=exponent[t])
        return Gradients(
            params=split_stacked(weight_gradient(trace), hidden),
            dhs_total=dh.transpose(0, 2, 1),
            dcs_total=dc.transpose(0, 2, 1),
            exponent=exponent,
        )

    def jacobian(self, params: Params, trace: Trace, t: int | slice) -> Array:
        """Return J of s = (h, c), (B, 2H, 2H), at the 0-based step ``t``.

        With A = ∂c_t/∂h_{t-1} = Σ_{k in i,f,g} diag(∂c/∂z_k) U_k and e = ∂h_t/∂c_t::

            J = [[ e A + diag(∂h/∂z_o) U_o,  diag(e f) ],
                 [ A,                        diag(f)   ]]

        where U_k are the rows of W_h that belong to gate k. A slice of steps gives all of them,
        (T', B, 2H, 2H).
        """
        hidden = self.hidden_size
        steps = slice(t, t + 1) if isinstance(t, int) else t
        slopes, shown = self._slopes(trace, steps, out=np.empty_like(trace.dz[steps]))
        slopes = slopes.transpose(0, 3, 1, 2)  # (T', B, 4, H)
        e = shown.transpose(0, 2, 1)  # (T', B, H)
        f = trace.gates[steps, hidden : 2 * hidden].transpose(0, 2, 1)
        u = params["W_h"].reshape(4, hidden, hidden)
        unit = np.arange(hidden)
        jacobian = np.zeros((*f.shape[:2], 2 * hidden, 2 * hidden), dtype=f.dtype)
        through_cell = jacobian[..., hidden:, :hidden]  # A
        np.einsum("tbkr,krj->tbrj", slopes[:, :, :3], u[:3], out=through_cell)
        through_output = slopes[:, :, 3, :, np.newaxis] * u[3]
        np.multiply(e[..., np.newaxis], through_cell, out=jacobian[..., :hidden, :hidden])
        jacobian[..., :hidden, :hidden] += through_output
        jacobian[..., unit, hidden + unit] = e * f
        jacobian[..., hidden + unit, hidden + unit] = f
        return jacobian[0] if isinstance(t, int) else jacobian

    def gates(self, trace: Trace) -> dict[str, Array]:
        steps, _, batch_size = trace.gates.shape
        by_gate = trace.gates.reshape(steps, 4, self.hidden_size, batch_size)
        return {name: by_gate[:, k].transpose(0, 2, 1) for k, name in enumerate(self.gate_names)}
