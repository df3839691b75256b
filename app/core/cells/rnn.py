"""The plain recurrent network (Elman), whose gradient is a bare product of Jacobians.

Forward, t = 1 … T::

    z_t = W_x x_t + W_h h_{t-1} + b
    h_t = φ(z_t)

Backward, t = T … 1, where ``dh_t`` is the total derivative ∂ℓ/∂h_t::

    dh_t = ∂ℓ/∂h_t (direct) + W_hᵀ dz_{t+1}
    dz_t = dh_t ⊙ φ'(z_t)

    dW_h = Σ_t dz_t h_{t-1}ᵀ     dW_x = Σ_t dz_t x_tᵀ     db = Σ_t dz_t

So dh_t = (∏_{k>t} J_k)ᵀ dh_T with J_k = diag(φ'(z_k)) W_h. Each factor has a norm of at most
γ σ_max(W_h); where that is below one, the past disappears exponentially (Pascanu, Mikolov & Bengio
2013). No saturation is needed for this: a linear network forgets in the same way.
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
    input_weights_and_bias,
    recurrent_matrix,
    spectral_radius,
)
from app.core.options import check_options, option
from app.core.rescaling import EVERY, lift


@dataclass(frozen=True)
class RNN:
    """Plain recurrent cell."""

    cell: Literal["rnn"] = "rnn"
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
        choices=("tanh", "relu", "sigmoid", "linear"),
        doc="Activation φ.",
        source="Elman (1990); Le, Jaitly & Hinton (2015) for relu",
    )
    init: str = option(
        "keras", choices=("keras", "pytorch"), doc="Whose initial weights.", source="library source"
    )
    recurrent_init: str = option(
        "default",
        choices=RECURRENT,
        doc="Initial W_h; default: the library's own (Keras: orthogonal, PyTorch: U(±1/√H)).",
        source="Le, Jaitly & Hinton (2015) for identity",
    )
    gain: float = option(
        1.0,
        low=0.0,
        high=10.0,
        step=0.05,
        doc="Factor on the initial recurrent weights W_h.",
        source="Pascanu, Mikolov & Bengio (2013)",
    )
    spectral_radius: float | None = option(
        None,
        low=0.0,
        high=5.0,
        step=0.01,
        doc="Rescale the initial W_h to this spectral radius; overrides the gain.",
        source="Pascanu, Mikolov & Bengio (2013)",
    )

    gate_names: ClassVar[tuple[str, ...]] = ()
    retention_gate: ClassVar[str | None] = None

    def __post_init__(self) -> None:
        check_options("model", self)

    def init_params(self, rng: np.random.Generator, input_size: int) -> Params:
        """Draw W_x (H, D), W_h (H, H) and b (H,)."""
        hidden = self.hidden_size
        w_h = recurrent_matrix(rng, self.recurrent_init, 1, hidden, self.init)
        if self.spectral_radius is None:
            w_h = w_h * self.gain
        else:
            radius = spectral_radius(w_h)
            w_h = w_h * (self.spectral_radius / radius if radius > 0 else 0.0)
        w_x, b = input_weights_and_bias(rng, self.init, hidden, input_size, hidden)
        return {"W_x": w_x, "W_h": w_h, "b": b}

    def allocate(self, steps: int, batch_size: int, input_size: int, dtype: Any) -> Trace:
        hidden = self.hidden_size
        trace = new_trace(steps, batch_size, input_size, hidden, hidden, dtype)
        trace.steps = [(trace.stacked[t], trace.stacked[t + 1, :hidden]) for t in range(steps)]
        return trace

    def forward(
        self, params: Params, xs: Array, state: State | None = None, trace: Trace | None = None
    ) -> Trace:
        """Run over a batch of sequences.

        Parameters
        ----------
        params : dict
            W_x (H, D), W_h (H, H), b (H,).
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
        weights = stack_weights(params)
        phi = ACTIVATIONS[self.activation]
        for h_x_1, h in trace.steps:
            np.matmul(weights, h_x_1, out=h)  # z_t = [W_h W_x b] [h_{t-1}; x_t; 1]
            phi.apply(h)
        return trace

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
        Werbos (1990), "Backpropagation through time: what it does and how to do it".
        """
        check_dhs(dhs, trace)
        hidden, dh, dz, exponent = self.hidden_size, trace.dh, trace.dz, trace.exponent
        w_h_transposed = params["W_h"].T
        np.copyto(dh, dhs.transpose(0, 2, 1))
        # Lifting needs a single loss: nothing unlifted may be added to the signal later on.
        lifting = lift_small and not dhs[:-1].any()
        # The slopes φ'(z_t) of all steps at once; the loop turns them into dz_t = dh_t ⊙ φ'(z_t).
        ACTIVATIONS[self.activation].slope(trace.stacked[1:, :hidden], out=dz)
        exponent[:] = 0
        carried = np.empty_like(dh[0])
        steps = len(dh)
        for t in range(steps - 1, -1, -1):
            if t + 1 < steps:
                np.matmul(w_h_transposed, dz[t + 1], out=carried)
                dh[t] += carried
                exponent[t] = exponent[t + 1]
            dz[t] *= dh[t]
            if lifting and t % EVERY == 0:
                exponent[t] += lift((dh[t], dz[t]), lifted=exponent[t])
        return Gradients(
            params=split_stacked(weight_gradient(trace), hidden),
            dhs_total=dh.transpose(0, 2, 1),
            dcs_total=None,
            exponent=exponent,
        )

    def jacobian(self, params: Params, trace: Trace, t: int | slice) -> Array:
        """Return J = diag(φ'(z)) W_h, (B, H, H), of the 0-based step ``t``.

        A slice of steps gives them all, (T', B, H, H).
        """
        h = trace.hs[t]
        slope = ACTIVATIONS[self.activation].slope(h, out=np.empty_like(h))
        return slope[..., np.newaxis] * params["W_h"]

    def gates(self, trace: Trace) -> dict[str, Array]:
        return {}
