"""The plain cell: its equation, and how its weights begin."""

import numpy as np
import pytest

from app.core.cells import RNN
from app.core.initialisers import spectral_radius

PHI = {
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "linear": lambda z: z,
}


@pytest.mark.parametrize("activation", PHI)
def test_its_equation(activation, run):
    passed = run(RNN(hidden_size=4, activation=activation), steps=6, drawn=True)
    w_x, w_h, b = (passed.params[name] for name in ("W_x", "W_h", "b"))
    for sequence in range(3):
        h = np.zeros(4)
        for t in range(6):
            h = PHI[activation](w_x @ passed.xs[t, sequence] + w_h @ h + b)
            np.testing.assert_allclose(passed.trace.hs[t, sequence], h, rtol=1e-12, atol=1e-14)


def initial(**options):
    return RNN(hidden_size=32, **options).init_params(np.random.default_rng(0), 3)


def test_keras_weights():
    params = initial(init="keras")
    np.testing.assert_allclose(params["W_h"].T @ params["W_h"], np.eye(32), atol=1e-12)
    assert np.abs(params["W_x"]).max() <= np.sqrt(6 / (3 + 32))
    assert not params["b"].any()


def test_pytorch_weights():
    params = initial(init="pytorch")
    limit = 1 / np.sqrt(32)
    for name, of_sums in (("W_x", 1), ("W_h", 1), ("b", 2)):  # b is b_ih + b_hh
        largest = np.abs(params[name]).max()
        assert 0.8 * limit < largest <= of_sums * limit


def test_identity_and_relu_is_the_irnn():
    params = initial(recurrent_init="identity", activation="relu")
    np.testing.assert_array_equal(params["W_h"], np.eye(32))


def test_gain_multiplies_the_recurrent_weights_only():
    one, three = initial(gain=1.0), initial(gain=3.0)
    np.testing.assert_allclose(three["W_h"], 3 * one["W_h"])
    np.testing.assert_array_equal(three["W_x"], one["W_x"])


@pytest.mark.parametrize("kind", ["default", "orthogonal", "uniform", "glorot", "gaussian"])
@pytest.mark.parametrize("radius", [0.0, 0.5, 1.1])
def test_the_spectral_radius_is_what_was_asked_for(kind, radius):
    params = initial(recurrent_init=kind, spectral_radius=radius, gain=7.0)
    assert spectral_radius(params["W_h"]) == pytest.approx(radius, abs=1e-12)


def test_a_linear_network_vanishes_too(run):
    """No unit saturates here: h is linear, and dh_t is W_hᵀ to the power T - t times dh_T."""
    passed = run(RNN(hidden_size=8, activation="linear", spectral_radius=0.5), steps=60)
    power = np.linalg.matrix_power(passed.params["W_h"], 59)
    expected = passed.dhs[-1] @ power
    np.testing.assert_allclose(passed.gradients.dhs_total[0], expected, rtol=1e-9)
    assert np.linalg.norm(expected) < 1e-12 * np.linalg.norm(passed.dhs[-1])
