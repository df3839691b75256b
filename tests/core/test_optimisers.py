"""Each rule against its formula, written out for one weight at a time."""

import numpy as np
import pytest

from app.core.optimisers import OPTIMISERS, clip_by_global_norm, global_norm, make_optimiser

RNG = np.random.default_rng(0)
GRADIENTS = RNG.normal(0.0, 1.0, (20, 3))
START = np.array([1.0, -2.0, 0.5])


def descend(name, momentum=0.0):
    weights = START.copy()
    optimiser = make_optimiser(name, weights, 0.1, momentum)
    history = []
    for gradient in GRADIENTS:
        optimiser.update(weights, gradient)
        history.append(weights.copy())
    return np.array(history)


def sgd(w, gradients, momentum):
    v = 0.0
    for g in gradients:
        v = momentum * v - 0.1 * g
        w = w + v
        yield w


def rmsprop(w, gradients):
    s = 0.0
    for g in gradients:
        s = 0.9 * s + 0.1 * g**2
        w = w - 0.1 * g / (np.sqrt(s) + 1e-8)
        yield w


def adam(w, gradients):
    m = v = 0.0
    for t, g in enumerate(gradients, start=1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
        w = w - 0.1 * m_hat / (np.sqrt(v_hat) + 1e-8)
        yield w


@pytest.mark.parametrize(
    ("name", "momentum", "formula"),
    [
        ("sgd", 0.0, lambda w, g: sgd(w, g, 0.0)),
        ("sgd", 0.9, lambda w, g: sgd(w, g, 0.9)),
        ("rmsprop", 0.0, rmsprop),
        ("adam", 0.0, adam),
    ],
)
def test_formula(name, momentum, formula):
    ours = descend(name, momentum)
    for k in range(3):
        expected = list(formula(START[k], GRADIENTS[:, k]))
        np.testing.assert_allclose(ours[:, k], expected, rtol=1e-11)


def test_the_first_step_of_adam_has_the_size_of_the_learning_rate():
    moved = np.abs(descend("adam")[0] - START)
    np.testing.assert_allclose(moved, 0.1, rtol=1e-6)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_weights_are_changed_in_place_and_stay_float32(name):
    weights = START.astype(np.float32)
    optimiser = make_optimiser(name, weights, 0.1, 0.9)
    optimiser.update(weights, GRADIENTS[0].astype(np.float32))
    assert weights.dtype == np.float32
    assert (weights != START).all()
    for value in vars(optimiser).values():
        if isinstance(value, np.ndarray):
            assert value.dtype == np.float32


class TestClipping:
    def test_keeps_every_ratio(self):
        gradient = np.array([3.0, -4.0, 1e-9])
        before = gradient.copy()
        assert clip_by_global_norm(gradient, 5.0, 1.0)
        np.testing.assert_allclose(gradient, before / 5, rtol=1e-15)
        assert np.linalg.norm(gradient) == pytest.approx(1.0)

    @pytest.mark.parametrize("clip_norm", [None, 5.0, 6.0])
    def test_leaves_a_small_gradient_alone(self, clip_norm):
        gradient = np.array([3.0, -4.0])
        assert not clip_by_global_norm(gradient, 5.0, clip_norm)
        assert gradient.tolist() == [3.0, -4.0]

    def test_does_not_hide_a_gradient_that_is_not_a_number(self):
        gradient = np.array([np.nan])
        assert not clip_by_global_norm(gradient, float("nan"), 1.0)


class TestGlobalNorm:
    @pytest.mark.parametrize("scale", [1e-200, 1e-5, 1.0, 1e200])
    def test_is_finite_for_every_finite_gradient(self, scale):
        with np.errstate(all="ignore"):
            assert global_norm(scale * np.array([3.0, -4.0])) == pytest.approx(5 * scale)

    def test_of_nothing_of_infinity_and_of_no_number(self):
        assert global_norm(np.zeros(3)) == 0
        assert global_norm(np.array([1.0, -np.inf])) == np.inf
        assert np.isnan(global_norm(np.array([1.0, np.nan])))
