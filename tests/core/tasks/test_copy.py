import numpy as np
import pytest

from app.core.tasks.base import one_hot
from app.core.tasks.copy import ALPHABET, BLANK, GO, Copy


@pytest.mark.parametrize(("length", "symbols"), [(1, 1), (30, 10), (7, 3)])
def test_layout(length, symbols):
    batch = Copy(length=length, symbols=symbols).sample(np.random.default_rng(0), 50)
    shown, target = batch.xs.argmax(axis=2), batch.targets
    assert len(shown) == length + 2 * symbols
    assert shown[:symbols].max() < ALPHABET
    assert (shown[symbols : symbols + length - 1] == BLANK).all()
    assert (shown[symbols + length - 1] == GO).all()
    assert (shown[symbols + length :] == BLANK).all()
    assert (target[: symbols + length] == BLANK).all()
    np.testing.assert_array_equal(target[symbols + length :], shown[:symbols])


def test_ten_symbols_make_t_plus_20_steps():
    assert Copy(length=100).steps == 120
    assert Copy(length=100).baseline == pytest.approx(10 * np.log(8) / 120)


def test_baseline():
    """Blank until the go sign, then the shares in which letters occur."""
    task = Copy(length=5)
    targets = task.sample(np.random.default_rng(0), 30_000).targets
    letters = np.bincount(targets[-10:].ravel(), minlength=ALPHABET) / targets[-10:].size
    per_step = np.zeros(task.steps)
    per_step[-10:] = -(letters * np.log(letters)).sum()
    assert per_step.mean() == pytest.approx(task.baseline, rel=0.01)


def test_the_score_looks_at_the_letters_only():
    task = Copy(length=5, symbols=4)
    targets = task.sample(np.random.default_rng(0), 3).targets
    blank = one_hot(np.full_like(targets, BLANK), task.output_size)
    np.testing.assert_array_equal(task.score(blank, targets), 0)
    half = one_hot(targets, task.output_size)
    half[-2:] = blank[-2:]
    np.testing.assert_array_equal(task.score(half, targets), 0.5)
