"""The sequences of experiments 4 and 5 of Hochreiter & Schmidhuber (1997), and both tasks."""

import numpy as np
import pytest

from app.core.tasks.adding_hs97 import AddingHS97
from app.core.tasks.marked_pairs import longest, marked_pairs
from app.core.tasks.multiplication import Multiplication


def draw(length=100, batch_size=2000, low=-1.0, neutral=0.0, seed=0):
    return marked_pairs(np.random.default_rng(seed), batch_size, length, low, neutral)


@pytest.mark.parametrize("length", [10, 11, 30, 100])
def test_markers(length):
    xs, first, second = draw(length)
    values, markers = xs[..., 0], xs[..., 1]
    marked = markers == 1
    np.testing.assert_array_equal(marked.sum(axis=0), 2)
    assert not marked[length // 2 - 1 :].any()  # both among the first T/2 - 1
    assert marked[: min(10, length // 2 - 1)].any(axis=0).all()  # one among the first ten
    np.testing.assert_array_equal(markers[-1], -1)
    np.testing.assert_array_equal(markers[0], np.where(marked[0], 1, -1))
    assert not markers[1:-1][~marked[1:-1]].any()
    np.testing.assert_allclose((values * marked).sum(axis=0), first + second)


def test_lengths_are_spread_from_t_to_eleven_tenths_of_it():
    lengths = [len(draw(50, 1, seed=seed)[0]) for seed in range(300)]
    assert (min(lengths), max(lengths)) == (50, 55) == (50, longest(50))


@pytest.mark.parametrize("neutral", [0.0, 1.0])
def test_a_marked_first_pair_has_the_neutral_value(neutral):
    xs, _, _ = draw(neutral=neutral)
    first_is_marked = xs[0, :, 1] == 1
    assert 0.05 < first_is_marked.mean() < 0.2
    np.testing.assert_array_equal(xs[0, first_is_marked, 0], neutral)


@pytest.mark.parametrize("task", [AddingHS97(length=30), AddingHS97(length=10)])
def test_target_and_baseline_of_adding(task):
    batch = task.sample(np.random.default_rng(0), 100_000)
    values, markers = batch.xs[..., 0], batch.xs[..., 1]
    sums = (values * (markers == 1)).sum(axis=0)
    np.testing.assert_allclose(batch.targets[:, 0], 0.5 + sums / 4)
    assert batch.targets.mean() == pytest.approx(0.5, abs=0.01)
    assert batch.targets.var() == pytest.approx(task.baseline, rel=0.01)


@pytest.mark.parametrize("task", [Multiplication(length=30), Multiplication(length=10)])
def test_target_and_baseline_of_multiplication(task):
    batch = task.sample(np.random.default_rng(0), 100_000)
    values, markers = batch.xs[..., 0], batch.xs[..., 1]
    np.testing.assert_allclose(batch.targets[:, 0], np.where(markers == 1, values, 1).prod(axis=0))
    assert batch.targets.var() == pytest.approx(task.baseline, rel=0.01)


def test_the_baselines_are_near_the_textbook_values():
    assert AddingHS97(length=900).baseline == pytest.approx(1 / 24, rel=0.06)
    assert Multiplication(length=900).baseline == pytest.approx(7 / 144, rel=0.2)


def test_right_is_an_absolute_error_below_four_hundredths():
    for task in (AddingHS97(), Multiplication()):
        outputs = np.array([[0.5], [0.539], [0.541], [0.459]])
        assert task.score(outputs, np.full((4, 1), 0.5)).tolist() == [1, 1, 0, 0]
