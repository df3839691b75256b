"""Generated programs: what they define is what the server computes."""

import ast

import numpy as np
import pytest

from app.core.spec import RunSpec
from app.core.tasks import TASKS
from app.core.trainer import network_of, streams
from app.interop.inline import Inliner
from app.interop.program import program


@pytest.mark.parametrize("task", TASKS)
def test_the_copied_task_draws_the_same_sequences(task: str) -> None:
    spec = RunSpec.from_dict({"task": {"name": task}})
    inliner = Inliner()
    inliner.instance(spec.task)
    names: dict = {"__name__": "copied"}
    exec(compile(inliner.source(), "copied", "exec"), names)
    copied = names[type(spec.task).__name__]()
    ours = spec.task.sample(np.random.default_rng(3), 8)
    theirs = copied.sample(np.random.default_rng(3), 8)
    np.testing.assert_array_equal(ours.xs, theirs.xs)
    np.testing.assert_array_equal(ours.targets, theirs.targets)


@pytest.mark.parametrize(
    "model",
    [
        {"cell": "rnn", "spectral_radius": 0.9},
        {"cell": "lstm", "init": "pytorch", "forget_bias": 2.0},
        {"cell": "gru", "chrono_t_max": 40},
    ],
)
def test_the_copied_initialisers_draw_the_same_weights(model: dict) -> None:
    spec = RunSpec.from_dict({"model": model, "seed": 5})
    inliner = Inliner()
    inliner.instance(spec.model, methods=("init_params",))
    names: dict = {"__name__": "copied"}
    exec(compile(inliner.source(), "copied", "exec"), names)
    copied = names[type(spec.model).__name__]()
    ours = network_of(spec).init_params(streams(5)[0])
    theirs = copied.init_params(streams(5)[0], spec.task.input_size)
    for name, array in theirs.items():
        np.testing.assert_array_equal(ours[name], array)


@pytest.mark.parametrize("framework", ["pytorch", "keras"])
@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_program_stands_alone(cell: str, task: str, framework: str) -> None:
    text = program(RunSpec.from_dict({"model": {"cell": cell}, "task": {"name": task}}), framework)
    imported = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    library = "torch" if framework == "pytorch" else "keras"
    assert imported <= {"sys", "dataclasses", "functools", "numpy", library}
