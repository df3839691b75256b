"""The request schema follows the options of the core, whatever they become."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from app.api.schemas import ExperimentSpec, RunSpecBody
from app.core.cells import CELLS
from app.core.options import OptionError, options_of
from app.core.presets import PRESETS
from app.core.spec import RunSpec, Training
from app.core.tasks import TASKS
from app.runs.plan import Limits, plan

LIMITS = Limits(100, 1e12, 1e9)
PARTS = [
    *(("task", "name", name, cls) for name, cls in TASKS.items()),
    *(("model", "cell", name, cls) for name, cls in CELLS.items()),
    ("training", None, None, Training),
]
OPTIONS = [
    (section, tag, kind, name, option)
    for section, tag, kind, cls in PARTS
    for name, option in options_of(cls).items()
] + [(None, None, None, name, option) for name, option in options_of(RunSpec).items()]


def body_with(section, tag, kind, name, value) -> dict[str, Any]:
    if section is None:
        return {name: value}
    # A season has to fit into the length.
    fitting = {"season": 2} if (kind, name) == ("sales", "length") else {}
    return {section: {**({tag: kind} if tag else {}), **fitting, name: value}}


def accepted(body) -> bool:
    """Whether the edge takes it; the core must say the same."""
    try:
        RunSpecBody.model_validate(body)
        edge = True
    except ValidationError:
        edge = False
    try:
        RunSpec.from_dict(body)
        core = True
    except OptionError:
        core = False
    assert edge == core, f"the edge says {edge}, the core {core}: {body}"
    return edge


@pytest.mark.parametrize("case", OPTIONS, ids=lambda case: f"{case[2]}.{case[3]}")
def test_the_edge_and_the_core_draw_the_same_line(case):
    *where, option = case
    assert accepted(body_with(*where, option.default))
    assert accepted(body_with(*where, None)) == option.nullable
    assert not accepted(body_with(*where, "5" if option.choices is None else "nope"))
    assert not accepted(body_with(*where, []))
    assert accepted(body_with(*where, True)) == (option.kind == "boolean")
    if option.low is not None:
        kind, step = (int, 1) if option.kind == "integer" else (float, 1e-9)
        assert accepted(body_with(*where, kind(option.low)))
        assert not accepted(body_with(*where, option.low - step))
    if option.high is not None and option.kind == "integer":
        assert not accepted(body_with(*where, int(option.high) + 1))


def test_every_preset_is_a_valid_experiment():
    for preset in PRESETS.values():
        asked = ExperimentSpec.model_validate(preset.experiment)
        assert plan(asked.as_asked(), LIMITS).runs


def test_left_out_is_not_the_same_as_asked():
    assert ExperimentSpec.model_validate({"base": {"seed": 1}}).as_asked() == {"base": {"seed": 1}}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
names = st.sampled_from(
    ["base", "vary", "runs", "task", "model", "training", "name", "cell", "seed", "task.length"]
)
experiments = st.dictionaries(
    names, json_values | st.dictionaries(names, json_values | st.lists(json_values)), max_size=4
)


@settings(max_examples=60, deadline=None)
@given(experiments)
def test_any_value_is_taken_or_refused_but_never_breaks(body):
    try:
        asked = ExperimentSpec.model_validate(body)
        planned = plan(asked.as_asked(), LIMITS)
    except (ValidationError, OptionError):
        return
    assert all(len(run.spec.run_id) == 16 for run in planned.runs)
    json.dumps(asked.as_asked())
