import numpy as np
import pytest

from app.core.losses import mean_squared_error, softmax_cross_entropy

RNG = np.random.default_rng(0)
OUTPUTS = RNG.normal(0.0, 2.0, (4, 3, 5))
NUMBERS = RNG.normal(0.0, 1.0, (4, 3, 5))
CLASSES = RNG.integers(0, 5, (4, 3))


def test_mean_squared_error_is_a_mean_over_steps_and_outputs_of_one_sequence():
    losses, _ = mean_squared_error(OUTPUTS, NUMBERS)
    for b in range(3):
        assert losses[b] == pytest.approx(((OUTPUTS[:, b] - NUMBERS[:, b]) ** 2).mean())


def test_cross_entropy_is_a_mean_over_steps_in_nats():
    losses, _ = softmax_cross_entropy(OUTPUTS, CLASSES)
    for b in range(3):
        terms = []
        for n in range(4):
            probabilities = np.exp(OUTPUTS[n, b]) / np.exp(OUTPUTS[n, b]).sum()
            terms.append(-np.log(probabilities[CLASSES[n, b]]))
        assert losses[b] == pytest.approx(np.mean(terms))


def test_cross_entropy_of_no_preference_is_the_logarithm_of_the_number_of_classes():
    losses, d_outputs = softmax_cross_entropy(np.zeros((1, 2, 4)), np.array([[0, 3]]))
    np.testing.assert_allclose(losses, np.log(4))
    np.testing.assert_allclose(d_outputs[0, 0], [-0.75, 0.25, 0.25, 0.25])


@pytest.mark.parametrize(
    ("loss", "targets"), [(mean_squared_error, NUMBERS), (softmax_cross_entropy, CLASSES)]
)
def test_derivative_by_the_outputs(loss, targets):
    _, d_outputs = loss(OUTPUTS, targets)
    numeric = np.empty_like(OUTPUTS)
    for index in np.ndindex(OUTPUTS.shape):
        moved = np.zeros_like(OUTPUTS)
        moved[index] = 1e-5
        up, down = (loss(OUTPUTS + sign * moved, targets)[0].sum() for sign in (1, -1))
        numeric[index] = (up - down) / 2e-5
    np.testing.assert_allclose(d_outputs, numeric, atol=1e-9)


def test_large_logits_do_not_overflow():
    outputs = np.array([[[1e4, 0.0], [-1e4, 0.0]]])
    losses, d_outputs = softmax_cross_entropy(outputs, np.array([[0, 0]]))
    np.testing.assert_allclose(losses, [0.0, 1e4])
    assert np.isfinite(d_outputs).all()


@pytest.mark.parametrize(
    ("loss", "targets"), [(mean_squared_error, NUMBERS), (softmax_cross_entropy, CLASSES)]
)
def test_float32_stays_float32(loss, targets):
    if targets.dtype.kind == "f":
        targets = targets.astype(np.float32)
    losses, d_outputs = loss(OUTPUTS.astype(np.float32), targets)
    assert losses.dtype == d_outputs.dtype == np.float32
