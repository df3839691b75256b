"""What a run must show, as data, and whether it does.

A criterion names a quantity of a run: a dotted path of its spec (``model.cell``), its ``state``, or
something that was measured ``before`` training (frame 0) or ``after`` (its last frame).
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Value = float | str | bool | None

FINAL = ("solved", "finished", "diverged")


@dataclass(frozen=True)
class Criterion:
    """One thing that must hold.

    Attributes
    ----------
    quantity : str
        Dotted path of the spec; ``state``; or ``before.`` or ``after.`` with ``share_h``,
        ``share_c`` (the share of the last step's gradient that arrives at t = 1),
        ``direct_share`` (the same along the direct path alone) or ``half_life`` (steps).
    sign : {"=", "≥", "≤", "one of"}
    value : number, str, None or tuple
        None is an option that is switched off.
    """

    quantity: str
    sign: str
    value: Value | tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """A criterion, what the run has there, and whether that passes."""

    criterion: Criterion
    found: Value
    passed: bool


@dataclass(frozen=True)
class Challenge:
    """A challenge.

    Attributes
    ----------
    start : dict
        The spec to begin with, which fails.
    controls : tuple of str
        Dotted paths that the page offers; anything else may be changed in the Lab.
    criteria : tuple of Criterion
        All must hold.
    level : int
        1 is easy, 3 is hard.
    """

    id: str
    level: int
    start: dict[str, Any]
    controls: tuple[str, ...]
    criteria: tuple[Criterion, ...]


def quantities(
    spec: Mapping[str, Any], state: str, first: Mapping[str, Any], last: Mapping[str, Any]
) -> Callable[[str], Value]:
    """Return a look-up of the quantities of a run.

    Parameters
    ----------
    spec : mapping
        The complete spec.
    first, last : mapping
        Frame 0 and the last frame, as JSON.
    """

    def look_up(quantity: str) -> Value:
        if quantity == "state":
            return state
        section, _, name = quantity.partition(".")
        if section in ("before", "after"):
            return _measured(first if section == "before" else last, name)
        part = spec.get(section)
        found: Value = part.get(name) if isinstance(part, Mapping) else part
        return found

    return look_up


def _measured(frame: Mapping[str, Any], name: str) -> float | None:
    if name == "direct_share":
        direct = frame["direct"]
        if not direct or direct[0] is None or not direct[-1]:
            return None
        return float(direct[0] / direct[-1])
    if name.startswith("share_"):
        power = frame[f"retention_{name.removeprefix('share_')}"]
        return None if power is None else float(10.0 ** min(power, 300.0))
    value = frame[name]
    return None if value is None else float(value)


def grade(challenge: Challenge, look_up: Callable[[str], Value]) -> list[Verdict]:
    """Hold every criterion of a challenge against a run."""
    return [
        Verdict(criterion, found := look_up(criterion.quantity), _holds(criterion, found))
        for criterion in challenge.criteria
    ]


def _holds(criterion: Criterion, found: Value) -> bool:
    value = criterion.value
    if criterion.sign == "one of":
        return isinstance(value, tuple) and found in value
    if criterion.sign == "=":
        return found == value
    if not isinstance(found, float | int) or not isinstance(value, float | int):
        return False
    if math.isnan(found):
        return False
    return found >= value if criterion.sign == "≥" else found <= value
