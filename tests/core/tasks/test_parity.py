import numpy as np
import pytest

from app.core.tasks.parity import Parity


def test_the_class_is_the_parity_of_the_minus_ones():
    batch = Parity(length=9).sample(np.random.default_rng(0), 500)
    signs = batch.xs[..., 0]
    assert set(np.unique(signs)) == {-1.0, 1.0}
    np.testing.assert_array_equal(signs.prod(axis=0), np.where(batch.targets == 1, -1, 1))


def test_baseline():
    """All inputs but the first say nothing: the two classes stay equally likely."""
    batch = Parity(length=3).sample(np.random.default_rng(0), 100_000)
    for rest in ([1, 1], [1, -1], [-1, 1], [-1, -1]):
        seen = (np.array(rest) == batch.xs[1:, :, 0].T).all(axis=1)
        share = batch.targets[seen].mean()
        entropy = -(share * np.log(share) + (1 - share) * np.log(1 - share))
        assert entropy == pytest.approx(Parity().baseline, rel=0.01)
