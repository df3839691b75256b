import numpy as np
import pytest

from app.core.tasks.adding import Adding


@pytest.mark.parametrize("length", [2, 3, 50])
def test_one_mark_in_each_half(length):
    batch = Adding(length=length).sample(np.random.default_rng(0), 500)
    values, markers = batch.xs[..., 0], batch.xs[..., 1]
    half = length // 2
    assert set(np.unique(markers)) <= {0.0, 1.0}
    np.testing.assert_array_equal(markers[:half].sum(axis=0), 1)
    np.testing.assert_array_equal(markers[half:].sum(axis=0), 1)
    assert (markers.sum(axis=1) > 0).all()  # every step is marked somewhere
    np.testing.assert_allclose(batch.targets[:, 0], (values * markers).sum(axis=0))
    assert values.min() >= 0
    assert values.max() <= 1


def test_baseline():
    """Always answering 1; and the published 0.1767 is not it."""
    targets = Adding(length=4).sample(np.random.default_rng(0), 400_000).targets
    error = np.mean((targets - 1) ** 2)
    assert error == pytest.approx(Adding().baseline, rel=0.01)
    assert error == pytest.approx(1 / 6, rel=0.01)
    assert error != pytest.approx(0.1767, rel=0.03)


def test_knowing_one_term_halves_the_baseline():
    batch = Adding(length=4).sample(np.random.default_rng(0), 400_000)
    second = (batch.xs[2:, :, 0] * batch.xs[2:, :, 1]).sum(axis=0)
    error = np.mean((batch.targets[:, 0] - second - 0.5) ** 2)
    assert error == pytest.approx(1 / 12, rel=0.01)
