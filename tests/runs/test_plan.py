"""From what was asked to a list of runs, and what is too much."""

import pytest

from app.core.options import OptionError
from app.runs.plan import Limits, flat_spec, labels_of, plan

LIMITS = Limits(max_runs=100, max_cost=1e10, max_values=1e6)


def refused(asked):
    with pytest.raises(OptionError) as caught:
        plan(asked, LIMITS)
    return caught.value


def test_nothing_asked_is_one_run_of_defaults():
    (run,) = plan({}, LIMITS).runs
    assert run.spec.task.name == "adding"
    assert run.label == "lstm"


def test_the_last_path_varies_fastest():
    planned = plan({"vary": {"model": [{"cell": "rnn"}, {"cell": "gru"}], "seed": [0, 1]}}, LIMITS)
    assert [(run.spec.model.cell, run.spec.seed) for run in planned.runs] == [
        ("rnn", 0),
        ("rnn", 1),
        ("gru", 0),
        ("gru", 1),
    ]
    assert [run.label for run in planned.runs] == [
        "rnn · seed=0",
        "rnn · seed=1",
        "gru · seed=0",
        "gru · seed=1",
    ]


def test_a_field_is_set_in_the_section_that_was_chosen_whatever_the_order():
    planned = plan(
        {"vary": {"model.hidden_size": [4, 5], "model": [{"cell": "rnn", "hidden_size": 9}]}},
        LIMITS,
    )
    assert [run.spec.model.hidden_size for run in planned.runs] == [4, 5]
    assert {run.spec.model.cell for run in planned.runs} == {"rnn"}


def test_the_base_is_not_changed_by_what_varies():
    base = {"task": {"length": 30}}
    plan({"base": base, "vary": {"task.length": [10, 20]}}, LIMITS)
    assert base == {"task": {"length": 30}}


def test_a_list_of_runs():
    planned = plan({"runs": [{"seed": 3}, {"seed": 4}]}, LIMITS)
    assert [run.spec.seed for run in planned.runs] == [3, 4]


def test_equal_runs_are_one_run():
    planned = plan({"runs": [{"seed": 3}, {}, {"seed": 3, "task": {"length": 50}}]}, LIMITS)
    assert [run.spec.seed for run in planned.runs] == [3, 0]


def test_the_id_follows_from_the_runs_alone():
    listed = plan({"runs": [{"seed": 0}, {"seed": 1}]}, LIMITS)
    varied = plan({"base": {"task": {"name": "adding"}}, "vary": {"seed": [0, 1]}}, LIMITS)
    other_order = plan({"vary": {"seed": [1, 0]}}, LIMITS)
    assert listed.id == varied.id
    assert listed.id != other_order.id
    assert len(listed.id) == 16


@pytest.mark.parametrize(
    ("asked", "path", "limit"),
    [
        ({"vary": {"task.length": [50, 5, 1]}}, "vary.task.length.2", 2),
        ({"vary": {"model": [{}, {"hidden_size": 0}]}}, "vary.model.1.hidden_size", 1),
        ({"base": {"seed": -1}, "vary": {"task.length": [5]}}, "base.seed", 0),
        ({"runs": [{}, {"training": {"momentum": 2}}]}, "runs.1.training.momentum", 0.999),
        ({"vary": {"seed": [0] * 11, "task.length": [9] * 10}}, "vary", 100),
        ({"runs": [{}] * 101}, "runs", 100),
        ({"runs": []}, "runs", 1),
        ({"vary": {"seed": []}}, "vary", 1),
        ({"base": {"training": {"steps": 20000}}}, "base.training.steps", 1e10),
        (
            {
                "base": {
                    "task": {"length": 1000},
                    "model": {"hidden_size": 1},
                    "training": {"batch_size": 1, "steps": 400},
                    "frame_every": 1,
                }
            },
            "base.frame_every",
            1e6,
        ),
    ],
)
def test_a_refusal_names_the_place_and_the_limit(asked, path, limit):
    error = refused(asked)
    assert (error.path, error.limit) == (path, limit)


@pytest.mark.parametrize(
    "path", ["task.nope", "nope", "nope.length", "task.length.deep", "task.", "seed.x", ""]
)
def test_an_unknown_path_is_refused(path):
    assert refused({"vary": {path: [1]}}).path.startswith(f"vary.{path}")


def test_a_grid_of_a_billion_is_counted_not_built():
    many = list(range(1000))
    error = refused({"vary": {"seed": many, "task.length": many, "model.hidden_size": many}})
    assert "1000000000 runs" in error.message


def test_a_label_says_only_what_differs_among_runs_of_the_same_cell():
    lstm = {"cell": "lstm", "forget_bias": 1.0}
    specs = [{"model": {"cell": "rnn"}}, {"model": lstm}, {"model": {**lstm, "forget_bias": 3.0}}]
    assert labels_of(specs) == ["rnn", "lstm · forget_bias=1.0", "lstm · forget_bias=3.0"]


def test_a_spec_as_columns():
    assert flat_spec({"a": {"b": {"c": 1}, "d": 2}, "e": 3}) == {"a.b.c": 1, "a.d": 2, "e": 3}
