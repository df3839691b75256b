import numpy as np
import pytest

from app.core.tasks.recall import Recall


def test_symbols():
    batch = Recall(length=30, symbols=4, noise=0.1).sample(np.random.default_rng(0), 2000)
    np.testing.assert_array_equal(batch.xs[0].argmax(axis=1), batch.targets)
    np.testing.assert_array_equal(np.sort(batch.xs[0], axis=1)[:, :3], 0)
    assert batch.xs[1:].std() == pytest.approx(0.1, rel=0.02)
    assert abs(batch.xs[1:].mean()) < 0.002


def test_a_single_number():
    task = Recall(length=30, symbols=1, noise=0.5)
    batch = task.sample(np.random.default_rng(0), 2000)
    assert (task.loss, task.metric, task.higher_is_better) == ("mse", "mse", False)
    np.testing.assert_array_equal(batch.xs[0], batch.targets)
    assert set(np.unique(batch.targets)) == {-1.0, 1.0}
    assert batch.xs[1:].std() == pytest.approx(0.5, rel=0.02)


def test_without_noise_the_rest_is_silence():
    assert not Recall(noise=0.0).sample(np.random.default_rng(0), 3).xs[1:].any()


@pytest.mark.parametrize("symbols", [2, 4, 16])
def test_baseline_of_symbols(symbols):
    task = Recall(length=2, symbols=symbols)
    targets = task.sample(np.random.default_rng(0), 100_000).targets
    shares = np.bincount(targets, minlength=symbols) / len(targets)
    assert -(shares * np.log(shares)).sum() == pytest.approx(task.baseline, rel=0.01)


def test_baseline_of_a_number():
    task = Recall(length=2, symbols=1)
    assert task.sample(np.random.default_rng(0), 100_000).targets.var() == pytest.approx(
        task.baseline, rel=0.01
    )
