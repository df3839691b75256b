from dataclasses import dataclass

import pytest

from app.core.cells import CELLS
from app.core.options import OptionError, check_options, option, options_of
from app.core.spec import RunSpec, Training
from app.core.tasks import TASKS


@dataclass(frozen=True)
class Example:
    size: int = option(3, low=1, high=9)
    rate: float = option(0.5, low=0.0, high=1.0)
    limit: float | None = option(None, low=0.0, high=1.0)
    kind: str = option("a", choices=("a", "b"))
    on: bool = option(False)

    def __post_init__(self) -> None:
        check_options("example", self)


def test_kind_and_nullability_come_from_the_annotation():
    found = options_of(Example)
    assert {name: o.kind for name, o in found.items()} == {
        "size": "integer", "rate": "number", "limit": "number", "kind": "choice", "on": "boolean"
    }  # fmt: skip
    assert [name for name, o in found.items() if o.nullable] == ["limit"]


@pytest.mark.parametrize(
    ("field", "value", "message", "limit"),
    [
        ("size", 0, "must be at least 1", 1),
        ("size", 10, "must be at most 9", 9),
        ("size", 3.0, "must be an integer", None),
        ("size", True, "must be an integer", None),
        ("size", "3", "must be an integer", None),
        ("size", None, "must not be null", None),
        ("size", 10**400, "must be at most 9", 9),
        ("rate", 1.5, "must be at most 1", 1.0),
        ("rate", -(10**400), "must be at least 0", 0.0),
        ("rate", float("nan"), "must be finite", None),
        ("rate", float("inf"), "must be finite", None),
        ("rate", True, "must be a number", None),
        ("rate", [0.5], "must be a number", None),
        ("limit", -0.1, "must be at least 0", 0.0),
        ("kind", "c", "must be one of a, b", ("a", "b")),
        ("kind", None, "must not be null", None),
        ("kind", {}, "must be one of a, b", ("a", "b")),
        ("on", 1, "must be true or false", None),
    ],
)
def test_a_wrong_value_is_refused_with_its_path_and_limit(field, value, message, limit):
    with pytest.raises(OptionError) as refused:
        Example(**{field: value})
    assert refused.value.path == f"example.{field}"
    assert refused.value.message == message
    assert refused.value.limit == limit
    assert str(refused.value) == f"example.{field}: {message}"


def test_the_ends_of_a_range_belong_to_it():
    Example(size=1, rate=0.0, limit=1.0)
    Example(size=9, rate=1.0, limit=None)


def test_an_integer_in_a_number_field_becomes_a_float():
    assert repr(Example(rate=1).rate) == "1.0"
    assert repr(Example(limit=0).limit) == "0.0"


def test_minus_zero_becomes_zero():
    assert repr(Example(rate=-0.0).rate) == "0.0"


SECTIONS = {**CELLS, **TASKS, "training": Training, "run": RunSpec}


@pytest.mark.parametrize("cls", SECTIONS.values(), ids=SECTIONS)
def test_every_option_of_the_catalogue_is_described_and_bounded(cls):
    found = options_of(cls)
    assert found
    for name, declared in found.items():
        assert declared.doc.endswith("."), name
        if declared.kind in ("number", "integer"):
            assert declared.low is not None, name
            assert declared.high is not None, name
            assert declared.low < declared.high, name
            if declared.default is not None:
                assert declared.low <= declared.default <= declared.high, name
        if declared.kind == "choice":
            assert declared.default in declared.choices, name
        if declared.scale == "log":
            assert declared.low > 0, f"{name}: a logarithmic slider cannot begin at {declared.low}"


@pytest.mark.parametrize("cls", [*CELLS.values(), Training, RunSpec])
def test_every_option_says_what_it_is_and_where_it_comes_from(cls):
    for name, declared in options_of(cls).items():
        assert declared.doc, name
        assert declared.source, name
