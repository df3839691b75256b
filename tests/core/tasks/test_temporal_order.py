import numpy as np
import pytest

from app.core.tasks.temporal_order import DISTRACTORS, TemporalOrder
from app.core.tasks.temporal_order_3 import TemporalOrder3

WINDOWS = {TemporalOrder: [(10, 20), (50, 60)], TemporalOrder3: [(10, 20), (30, 40), (60, 70)]}


@pytest.mark.parametrize("cls", WINDOWS)
def test_positions_and_classes(cls):
    batch = cls(length=100).sample(np.random.default_rng(0), 3000)
    symbols = batch.xs.argmax(axis=2)
    assert (batch.xs.sum(axis=2) == 1).all()
    target = np.zeros(3000, int)
    relevant = symbols >= DISTRACTORS
    for k, (start, stop) in enumerate(WINDOWS[cls]):
        np.testing.assert_array_equal(relevant[start:stop].sum(axis=0), 1)
        assert relevant[start:stop].any(axis=1).all()  # every place of the window is used
        is_y = (symbols[start:stop] == DISTRACTORS + 1).any(axis=0)
        target += is_y * 2**k
    assert (relevant.sum(axis=0) == len(WINDOWS[cls])).all()
    np.testing.assert_array_equal(batch.targets, target)


@pytest.mark.parametrize("cls", WINDOWS)
def test_baseline(cls):
    task = cls(length=10)
    targets = task.sample(np.random.default_rng(0), 100_000).targets
    shares = np.bincount(targets, minlength=task.output_size) / len(targets)
    assert -(shares * np.log(shares)).sum() == pytest.approx(task.baseline, rel=0.01)


def test_noise_lies_on_every_channel():
    clean, noisy = (
        TemporalOrder(noise=noise).sample(np.random.default_rng(0), 200) for noise in (0.0, 0.5)
    )
    np.testing.assert_array_equal(clean.targets, noisy.targets)
    assert (noisy.xs - clean.xs).std() == pytest.approx(0.5, rel=0.02)


@pytest.mark.parametrize("cls", WINDOWS)
@pytest.mark.parametrize("length", [*range(10, 60), 999, 1000])
def test_every_length_has_room_for_its_symbols(cls, length):
    task = cls(length=length)
    xs = task.sample(np.random.default_rng(0), 50).xs
    relevant = (xs.argmax(axis=2) >= DISTRACTORS).sum(axis=0)
    assert (relevant == np.log2(task.output_size)).all()
