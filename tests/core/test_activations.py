import numpy as np
import pytest

from app.core.activations import ACTIVATIONS

REFERENCE = {
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "linear": lambda z: z,
}
Z = np.linspace(-8, 8, 1601) + 0.0031  # not on the kink


@pytest.mark.parametrize("name", REFERENCE)
def test_value(name):
    y = Z.copy()
    ACTIVATIONS[name].apply(y)
    np.testing.assert_allclose(y, REFERENCE[name](Z), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("name", REFERENCE)
def test_slope(name):
    y = REFERENCE[name](Z)
    slope = ACTIVATIONS[name].slope(y, out=np.empty_like(y))
    numeric = (REFERENCE[name](Z + 1e-5) - REFERENCE[name](Z - 1e-5)) / 2e-5
    np.testing.assert_allclose(slope, numeric, atol=1e-9)


@pytest.mark.parametrize("name", REFERENCE)
def test_max_slope(name):
    z = np.linspace(-8, 8, 1601)
    y = REFERENCE[name](z)
    slope = ACTIVATIONS[name].slope(y, out=np.empty_like(y))
    assert slope.max() == pytest.approx(ACTIVATIONS[name].max_slope)


def test_the_slope_of_relu_at_the_kink_is_zero():
    slope = ACTIVATIONS["relu"].slope(np.array([-0.0, 0.0, 1e-300]), out=np.empty(3))
    assert slope.tolist() == [0, 0, 1]


def test_sigmoid_never_overflows():
    z = np.array([-1e300, 0.0, 1e300])
    ACTIVATIONS["sigmoid"].apply(z)
    assert z.tolist() == [0, 0.5, 1]
