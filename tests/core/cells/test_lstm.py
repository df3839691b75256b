"""The LSTM: its equations, its ablations, and how its weights begin."""

import numpy as np
import pytest

from app.core import quantities
from app.core.cells import LSTM
from app.core.options import OptionError

H = 4


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def by_the_book(params, xs, phi, ablate=lambda i, f, o: (i, f, o)):
    """Return h_1 … h_T and c_1 … c_T of one sequence (T, D), by the equations."""
    h, c = np.zeros(H), np.zeros(H)
    hs, cs = [], []
    for x in xs:
        z = params["W_x"] @ x + params["W_h"] @ h + params["b"]
        z_i, z_f, z_g, z_o = np.split(z, 4)
        i, f, o = ablate(sigmoid(z_i), sigmoid(z_f), sigmoid(z_o))
        c = f * c + i * phi(z_g)
        h = o * phi(c)
        hs.append(h)
        cs.append(c)
    return np.array(hs), np.array(cs)


ABLATIONS = {
    "whole": ({}, lambda i, f, o: (i, f, o)),
    "carousel": ({"clamp_forget": 1.0}, lambda i, f, o: (i, np.ones(H), o)),
    "forget": ({"clamp_forget": 0.3}, lambda i, f, o: (i, np.full(H, 0.3), o)),
    "input": ({"clamp_input": 0.5}, lambda i, f, o: (np.full(H, 0.5), f, o)),
    "output": ({"clamp_output": 1.0}, lambda i, f, o: (i, f, np.ones(H))),
    "coupled": ({"coupled": True}, lambda i, f, o: (1 - f, f, o)),
    "coupled and clamped": (
        {"coupled": True, "clamp_forget": 0.3},
        lambda i, f, o: (np.full(H, 0.7), np.full(H, 0.3), o),
    ),
}


@pytest.mark.parametrize(("options", "ablate"), ABLATIONS.values(), ids=ABLATIONS)
@pytest.mark.parametrize(
    ("activation", "phi"), [("tanh", np.tanh), ("relu", lambda z: np.maximum(z, 0))]
)
def test_its_equations(run, activation, phi, options, ablate):
    passed = run(LSTM(hidden_size=H, activation=activation, **options), steps=7, drawn=True)
    for b in range(3):
        hs, cs = by_the_book(passed.params, passed.xs[:, b], phi, ablate)
        np.testing.assert_allclose(passed.trace.hs[:, b], hs, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(passed.trace.cs[:, b], cs, rtol=1e-12, atol=1e-14)


def test_relu_is_both_activations_and_not_the_gates(run):
    """As in Keras: c is never negative, h = o c, and the gates stay between 0 and 1."""
    passed = run(LSTM(hidden_size=H, activation="relu"), drawn=True)
    gates = passed.cell.gates(passed.trace)
    assert passed.trace.cs.min() >= 0 < passed.trace.cs.max()
    np.testing.assert_allclose(passed.trace.hs, gates["output_gate"] * passed.trace.cs)
    for name in ("input_gate", "forget_gate", "output_gate"):
        assert 0 < gates[name].min() < gates[name].max() < 1


@pytest.mark.parametrize("v", [1.0, 0.9, 0.5])
def test_a_clamped_forget_gate_decays_exactly_as_a_power_on_the_direct_path(run, v):
    passed = run(LSTM(hidden_size=H, clamp_forget=v), steps=50)
    direct = quantities.direct_path(passed.cell, passed.trace, passed.gradients)
    arrived = quantities.profile(passed.gradients.dcs_total, passed.gradients.exponent)[-1]
    np.testing.assert_allclose(direct, v ** np.arange(49.0, -1, -1) * arrived, rtol=1e-12)


def test_the_carousel_alone_carries_an_error_without_loss(run):
    """f = 1 and no recurrent weights: every path but ∏f is closed, so dc_t is the same at all t."""
    passed = run(LSTM(hidden_size=H, clamp_forget=1.0, gain=0.0), steps=100)
    dcs = passed.gradients.dcs_total
    np.testing.assert_allclose(dcs, np.broadcast_to(dcs[-1], dcs.shape), rtol=1e-12)


def test_a_coupled_gate_cannot_be_clamped_as_well():
    with pytest.raises(OptionError, match=r"^model\.clamp_input: a coupled"):
        LSTM(coupled=True, clamp_input=0.5)


def initial(**options):
    return LSTM(hidden_size=32, **options).init_params(np.random.default_rng(0), 3)


def test_keras_weights():
    params = initial(init="keras")
    np.testing.assert_allclose(params["W_h"].T @ params["W_h"], np.eye(32), atol=1e-12)
    limit = np.sqrt(6 / (3 + 4 * 32))  # of the concatenated kernel
    assert 0.9 * limit < np.abs(params["W_x"]).max() <= limit
    i, f, g, o = np.split(params["b"], 4)
    assert (f == 1).all()
    assert not (i.any() or g.any() or o.any())


def test_pytorch_weights():
    params = initial(init="pytorch", forget_bias=0.0)
    limit = 1 / np.sqrt(32)
    for name, of_sums in (("W_x", 1), ("W_h", 1), ("b", 2)):  # b is b_ih + b_hh
        largest = np.abs(params[name]).max()
        assert 0.9 * limit < largest <= of_sums * limit


@pytest.mark.parametrize("init", ["keras", "pytorch"])
def test_the_forget_bias_moves_the_forget_rows_only(init):
    moved = initial(init=init, forget_bias=3.0)["b"] - initial(init=init, forget_bias=0.0)["b"]
    np.testing.assert_allclose(moved, np.repeat([0.0, 3.0, 0.0, 0.0], 32), atol=1e-15)


@pytest.mark.parametrize("init", ["keras", "pytorch"])
def test_chrono_replaces_the_forget_bias_and_mirrors_it_in_the_input_gate(init):
    b = initial(init=init, chrono_t_max=100.0, forget_bias=5.0)["b"]
    assert (b[32:64] >= 0).all()
    assert (b[32:64] <= np.log(99)).all()
    np.testing.assert_array_equal(b[:32], -b[32:64])
