"""What every task promises."""

import numpy as np
import pytest

from app.core.losses import LOSSES
from app.core.options import options_of
from app.core.tasks import TASKS
from app.core.tasks.base import correct, one_hot, squared_error

LENGTHS = {name: options_of(cls)["length"] for name, cls in TASKS.items()}


def shortest(name):
    """Options of the shortest sequences of a task; a season has to fit into its window."""
    length = int(LENGTHS[name].low)
    return {"length": length, **({"season": length} if name == "sales" else {})}


VARIANTS = {
    **{name: cls() for name, cls in TASKS.items()},
    **{f"shortest {name}": cls(**shortest(name)) for name, cls in TASKS.items()},
    "recall of a number": TASKS["recall"](symbols=1),
    "noisy temporal_order": TASKS["temporal_order"](noise=0.3),
    "raw sales": TASKS["sales"](scale="raw"),
    "copy of one": TASKS["copy"](symbols=1),
}


@pytest.fixture(params=VARIANTS.values(), ids=VARIANTS)
def task(request):
    return request.param


def draw(task, seed=0, batch_size=6):
    return task.sample(np.random.default_rng(seed), batch_size)


def test_the_registry_knows_each_task_by_its_name():
    assert {name: cls().name for name, cls in TASKS.items()} == {n: n for n in TASKS}


def test_shapes(task):
    for seed in range(20):
        batch = draw(task, seed)
        steps = len(batch.xs)
        assert batch.xs.shape == (steps, 6, task.input_size)
        assert 1 <= steps <= task.steps
        assert batch.xs.dtype == np.float64
        assert np.isfinite(batch.xs).all()
        lead = (6,) if task.readout == "last" else (steps, 6)
        if task.loss == "mse":
            assert batch.targets.shape == (*lead, task.output_size)
            assert batch.targets.dtype.kind == "f"
        else:
            assert batch.targets.shape == lead
            assert batch.targets.dtype.kind == "i"
            assert 0 <= batch.targets.min() <= batch.targets.max() < task.output_size


def test_the_longest_promised_sequence_comes(task):
    assert max(len(draw(task, seed, 1).xs) for seed in range(300)) == task.steps or (
        task.name == "reber"  # long strings are rare
    )


def test_the_generator_decides_alone(task):
    one, again, other = draw(task, 1), draw(task, 1), draw(task, 2)
    np.testing.assert_array_equal(one.xs, again.xs)
    np.testing.assert_array_equal(one.targets, again.targets)
    assert one.xs.shape != other.xs.shape or not np.array_equal(one.xs, other.xs)


def test_sequences_of_a_batch_differ(task):
    xs = draw(task, 0, 40).xs
    assert len({xs[:, b].tobytes() for b in range(40)}) > 1


def test_its_loss_and_score_take_its_targets(task):
    batch = draw(task)
    shape = (*batch.targets.shape, task.output_size) if task.loss != "mse" else batch.targets.shape
    outputs = np.zeros(shape)
    score = task.score(outputs, batch.targets)
    assert score.shape == (6,)
    if task.readout == "last":
        losses, _ = LOSSES[task.loss](outputs[np.newaxis], batch.targets[np.newaxis])
    else:
        losses, _ = LOSSES[task.loss](outputs, batch.targets)
    assert losses.shape == (6,)


def test_the_right_answer_solves_it(task):
    if task.name == "reber":
        return  # its score asks for all legal successors: see test_reber.py
    batch = draw(task)
    right = batch.targets
    if task.loss == "cross_entropy":
        right = 20 * one_hot(batch.targets, task.output_size)
    score = task.score(right, batch.targets).mean()
    assert score > task.threshold if task.higher_is_better else score < task.threshold


def test_the_baseline_does_not_solve_it(task):
    """A loss to beat, above zero; where the metric is that loss, the threshold is not above it."""
    assert task.baseline > 0
    if task.metric == "mse":
        assert task.threshold <= task.baseline


def test_its_source_is_named(task):
    assert task.source
    doc = type(task).__doc__
    assert "Baseline:" in doc
    assert "Solved" in doc or "solved" in doc
    assert ("References" in doc) != ("no published claim" in task.source)


def test_squared_error_is_a_mean_over_outputs():
    np.testing.assert_allclose(squared_error(np.array([[1.0, 3.0]]), np.zeros((1, 2))), [5.0])


def test_correct_is_about_the_largest_output():
    outputs = np.array([[0.1, 0.9], [2.0, 1.0]])
    assert correct(outputs, np.array([1, 1])).tolist() == [1, 0]
