"""Every derivative of every cell against central differences, in float64.

Parameters: every entry of every array, through the whole network. States: ∂ℓ_b/∂h_t and ∂ℓ_b/∂c_t
at every timestep, by running to t, moving the state, and running on from there.
"""

from dataclasses import dataclass

import numpy as np
import pytest

from app.core.cells import GRU, LSTM, RNN, Cell
from app.core.losses import LOSSES
from app.core.network import Network, Pass
from app.core.tasks import Batch

T, B, D, H, O = 5, 2, 2, 3, 2  # noqa: E741 - the legend's names
STEP = 5e-4
MAX_RELATIVE_ERROR = 1e-6
OFF_THE_KINK = 0.05  # how far pre-activations of a relu must stay from 0

ABLATIONS = {
    "whole": {},
    "clamp_forget": {"clamp_forget": 0.9},
    "carousel": {"clamp_forget": 1.0},
    "clamp_input": {"clamp_input": 0.6},
    "clamp_output": {"clamp_output": 1.0},
    "coupled": {"coupled": True},
    "coupled+clamp_forget": {"coupled": True, "clamp_forget": 0.7},
    "all_clamped": {"clamp_forget": 0.9, "clamp_input": 1.0, "clamp_output": 0.8},
}
CELLS = {
    **{f"rnn-{a}": RNN(hidden_size=H, activation=a) for a in ("tanh", "relu", "sigmoid", "linear")},
    **{
        f"lstm-{activation}-{name}": LSTM(hidden_size=H, activation=activation, **options)
        for activation in ("tanh", "relu")
        for name, options in ABLATIONS.items()
    },
    "gru": GRU(hidden_size=H),
}


@dataclass
class Example:
    """A small network at a point where it is smooth, and its exact pass."""

    network: Network
    params: dict
    batch: Batch
    passed: Pass


def make_example(cell: Cell, readout: str, loss: str) -> Example:
    """Draw weights and inputs until no relu is near its kink."""
    network = Network(cell, D, O, loss, readout)
    lead = (B,) if readout == "last" else (T, B)
    for seed in range(20_000):
        rng = np.random.default_rng(seed)
        shapes = {name: w.shape for name, w in network.init_params(rng).items()}
        params = {name: rng.normal(0.0, 0.8, shape) for name, shape in shapes.items()}
        if cell.cell == "lstm":
            params["b"][2 * H : 3 * H] += 0.5  # relu: some candidates off, but c never at 0
        xs = rng.normal(0.0, 1.0, (T, B, D))
        trace = cell.forward(params, xs)
        if getattr(cell, "activation", "tanh") == "relu" and not smooth(cell, params, xs, trace):
            continue
        numbers, classes = rng.normal(0.0, 1.0, (*lead, O)), rng.integers(0, O, lead)
        targets = numbers if loss == "mse" else classes
        batch = Batch(xs, targets)
        return Example(network, params, batch, network.forward_backward(params, batch))
    raise AssertionError("no smooth example found")


def smooth(cell, params, xs, trace):
    """Whether every relu is clearly on or off, some are off, and every c_t is clearly above 0."""
    h_before = np.concatenate([np.zeros((1, B, H)), trace.hs[:-1]])
    z = xs @ params["W_x"].T + h_before @ params["W_h"].T + params["b"]
    if trace.cs is not None:
        z = z[..., 2 * H : 3 * H]  # the candidate
        if trace.cs.min() < OFF_THE_KINK:
            return False
    return np.abs(z).min() > OFF_THE_KINK and (z < 0).any()


def difference(function, step=STEP):
    """Return f'(0) by the five-point central difference, whose error is O(step⁴)."""
    near = function(step) - function(-step)
    far = function(2 * step) - function(-2 * step)
    return (8 * near - far) / (12 * step)


def assert_close(what, analytic, numeric):
    """Compare entry by entry; entries far below the largest count as fractions of it."""
    floor = 1e-3 * np.abs(numeric).max()
    scale = np.maximum(np.maximum(np.abs(analytic), np.abs(numeric)), max(floor, 1e-6))
    error = np.abs(analytic - numeric) / scale
    assert error.max() < MAX_RELATIVE_ERROR, (
        f"{what}: relative error {error.max():.3g}\nanalytic\n{analytic}\nnumeric\n{numeric}"
    )


@pytest.mark.parametrize("loss", ["mse", "cross_entropy"])
@pytest.mark.parametrize("readout", ["last", "every"])
@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
class TestGradient:
    def test_of_every_parameter(self, cell, readout, loss):
        example = make_example(cell, readout, loss)
        network, params, batch = example.network, example.params, example.batch
        add_axis = readout == "last"

        def mean_loss():
            outputs, _ = network.forward(params, batch.xs)
            targets = batch.targets[np.newaxis] if add_axis else batch.targets
            losses, _ = LOSSES[loss](outputs[np.newaxis] if add_axis else outputs, targets)
            return losses.mean()

        for name, w in params.items():
            numeric = np.empty_like(w)
            for index in np.ndindex(w.shape):
                here = w[index]

                def moved(by, w=w, index=index, here=here):
                    w[index] = here + by
                    return mean_loss()

                numeric[index] = difference(moved)
                w[index] = here
            assert_close(name, example.passed.gradients.params[name], numeric)

    def test_of_every_state(self, cell, readout, loss):
        example = make_example(cell, readout, loss)
        gradients, trace = example.passed.gradients, example.passed.trace
        hs = trace.hs.copy()
        cs = None if trace.cs is None else trace.cs.copy()
        numeric_h, numeric_c = np.empty((T, B, H)), np.empty((T, B, H))
        for t in range(T):
            for unit in range(H):
                by_one = np.zeros((B, H))
                by_one[:, unit] = 1.0  # all sequences at once: ℓ_b depends on its own state only

                def moved_h(by, t=t, by_one=by_one):
                    h = hs[t] + by * by_one
                    return losses_from(example, hs, t, (h,) if cs is None else (h, cs[t]))

                numeric_h[t, :, unit] = difference(moved_h)
                if cs is None:
                    continue
                output_gate = cell.gates(trace)["output_gate"][t]

                def moved_c(by, t=t, by_one=by_one, output_gate=output_gate):
                    c = cs[t] + by * by_one  # h_t = o_t ⊙ φ(c_t) moves with it: a total derivative
                    phi = np.tanh(c) if cell.activation == "tanh" else np.maximum(c, 0)
                    return losses_from(example, hs, t, (output_gate * phi, c))

                numeric_c[t, :, unit] = difference(moved_c)
        for t in range(T):
            assert_close(f"dh at index {t}", gradients.dhs_total[t], numeric_h[t])
            if cs is not None:
                assert_close(f"dc at index {t}", gradients.dcs_total[t], numeric_c[t])


def losses_from(example, hs, t, state):
    """Return ℓ_b where the state of index t is given and the rest follows from it."""
    network, batch = example.network, example.batch
    hs = hs.copy()
    hs[t] = state[0]
    if t + 1 < T:
        hs[t + 1 :] = network.cell.forward(example.params, batch.xs[t + 1 :], state=state).hs
    targets = batch.targets
    if network.readout == "last":
        hs, targets = hs[-1:], targets[np.newaxis]
    outputs = hs @ example.params["W_y"].T + example.params["b_y"]
    return LOSSES[network.loss](outputs, targets)[0]


def test_the_check_would_see_a_wrong_gradient():
    """Away from the truth by one part in 10⁵, in a single entry."""
    cell = CELLS["lstm-tanh-whole"]
    exact = make_example(cell, "last", "mse").passed.gradients.params["W_h"]
    wrong = exact.copy()
    largest = np.unravel_index(np.abs(exact).argmax(), exact.shape)
    wrong[largest] *= 1 + 1e-5
    assert_close("W_h", exact, exact)
    with pytest.raises(AssertionError, match=r"(?s)W_h: relative error.*analytic.*numeric"):
        assert_close("W_h", wrong, exact)
