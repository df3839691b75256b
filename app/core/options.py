"""One table of options: the range, default, unit and source of every field of a spec.

A spec is made of frozen dataclasses whose fields are declared with :func:`option`. The same
metadata validates the dataclass here, builds the request schema of the REST API, and builds the
controls of the page, so a limit is written once.
"""

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, get_args, get_type_hints


class OptionError(ValueError):
    """A field of a spec is out of its range.

    Parameters
    ----------
    path : str
        Dotted path of the field, such as ``"model.hidden_size"``.
    message : str
        What is wrong, in English.
    limit : object, optional
        The bound that was crossed, or the values that are allowed.
    """

    def __init__(self, path: str, message: str, limit: object = None) -> None:
        super().__init__(f"{path}: {message}")
        self.path, self.message, self.limit = path, message, limit


@dataclass(frozen=True)
class Option:
    """What a field may hold, and what it means."""

    default: Any
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] | None = None
    scale: str = "linear"
    step: float | None = None
    unit: str | None = None
    doc: str = ""
    source: str | None = None
    nullable: bool = False
    kind: str = "number"  # number | integer | choice | boolean


def option(default: Any, **metadata: Any) -> Any:
    """Declare a dataclass field with its :class:`Option` metadata."""
    return dataclasses.field(default=default, metadata={"option": Option(default, **metadata)})


@lru_cache
def options_of(cls: type) -> dict[str, Option]:
    """Return the options of a spec dataclass by field name, with kind and nullability filled in."""
    hints = get_type_hints(cls)
    found: dict[str, Option] = {}
    for field in dataclasses.fields(cls):
        if "option" in field.metadata:
            declared: Option = field.metadata["option"]
            types = set(get_args(hints[field.name])) or {hints[field.name]}
            found[field.name] = dataclasses.replace(
                declared, nullable=type(None) in types, kind=_kind(declared, types)
            )
    return found


def _kind(declared: Option, types: set[Any]) -> str:
    if declared.choices is not None:
        return "choice"
    for python_type, kind in ((bool, "boolean"), (float, "number"), (int, "integer")):
        if python_type in types:
            return kind
    raise TypeError(f"an option cannot be of type {types}")


def check_options(section: str, spec: Any) -> None:
    """Refuse a spec dataclass with a field out of range; integers in float fields become floats.

    Raises
    ------
    OptionError
        Naming the first such field, as ``section.field``, and its limit.
    """
    # mypy compares the hash of instances with the hash of the class, which is what is cached.
    declared_options = options_of(type(spec))  # type: ignore[arg-type]
    for name, declared in declared_options.items():
        value = getattr(spec, name)
        path = f"{section}.{name}" if section else name
        for message, limit in _complaints(declared, value):
            raise OptionError(path, message, limit)
        if declared.kind == "number" and isinstance(value, int):
            object.__setattr__(spec, name, float(value))  # 1 and 1.0 are one spec, with one run id
        elif declared.kind == "number" and value == 0:
            object.__setattr__(spec, name, 0.0)  # and so are 0.0 and -0.0


def _complaints(declared: Option, value: Any) -> Iterator[tuple[str, object]]:
    if value is None:
        if not declared.nullable:
            yield "must not be null", None
        return
    if declared.kind == "choice":
        if value not in (declared.choices or ()):
            yield f"must be one of {', '.join(declared.choices or ())}", declared.choices
        return
    if declared.kind == "boolean":
        if not isinstance(value, bool):
            yield "must be true or false", None
        return
    allowed = (int,) if declared.kind == "integer" else (int, float)
    if isinstance(value, bool) or not isinstance(value, allowed):
        yield f"must be {'an integer' if declared.kind == 'integer' else 'a number'}", None
    elif isinstance(value, float) and not math.isfinite(value):  # an int may exceed any float
        yield "must be finite", None
    elif declared.low is not None and value < declared.low:
        yield f"must be at least {declared.low:g}", declared.low
    elif declared.high is not None and value > declared.high:
        yield f"must be at most {declared.high:g}", declared.high
