"""From the words of a command line to an experiment as ``POST /experiments`` takes it."""

import itertools
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app import strict_json
from app.core.options import OptionError
from app.core.presets import PRESETS
from app.core.presets.preset import merged

_RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)", re.ASCII)
MOST_VALUES = 100_000


def experiment(
    file: str | None, preset: str | None, settings: Sequence[str], varied: Sequence[str]
) -> dict[str, Any]:
    """Return the experiment that a command asks for.

    Parameters
    ----------
    file : str, optional
        A JSON file with an experiment or one spec; ``-``: standard input.
    preset : str, optional
        Id of a preset, instead of a file.
    settings, varied : sequence of str
        ``path=value`` for all runs, and ``path=values`` to vary.

    Raises
    ------
    OptionError
        Naming the argument and what is allowed.
    """
    asked = _read(file) if file else _preset(preset) if preset else {}
    if not asked.keys() & {"base", "vary", "runs"}:
        asked = {"base": asked}
    change = dict(_pair("--set", text, value_of) for text in settings)
    vary = dict(_pair("--vary", text, values_of) for text in varied)
    if "runs" in asked:
        # A list of runs takes no grid beside it: each run is repeated over the grid.
        grid = itertools.product(*vary.values())
        choices = [dict(zip(vary, values, strict=True)) for values in grid]
        specs = [merged(run, change) for run in asked["runs"]]
        return {"runs": [merged(spec, choice) for choice in choices for spec in specs]}
    found = {"base": merged(asked.get("base") or {}, change)}
    all_varied = {**(asked.get("vary") or {}), **vary}
    return {**found, "vary": all_varied} if all_varied else found


def value_of(text: str) -> Any:
    """Return a JSON value, or the text itself: ``50``, ``0.01``, ``null``, ``true``, ``lstm``.

    Raises
    ------
    ValueError
        For what Python's reader takes and JSON does not have: ``NaN``, ``1e999``.
    """
    try:
        return _strict(text)
    except json.JSONDecodeError:
        return text


def values_of(text: str) -> list[Any]:
    """Return the values of a list such as ``20,50,100``, ``0..9`` or ``rnn,lstm``.

    A JSON list is one too: ``[{"cell": "rnn"}, {"cell": "lstm", "forget_bias": 3}]``.
    """
    whole = value_of(text)
    if isinstance(whole, list):
        return whole
    values: list[Any] = []
    for part in text.split(","):
        if found := _RANGE.fullmatch(part.strip()):
            first, last = map(int, found.groups())
            if last - first >= MOST_VALUES:
                raise ValueError(f"{part} is more than {MOST_VALUES} values")
            values += range(first, last + 1)
        else:
            values.append(value_of(part.strip()))
    return values


def _pair(option: str, text: str, read: Any) -> tuple[str, Any]:
    path, equals, value = text.partition("=")
    if not equals or not path or not value:
        raise OptionError(option, f"must be PATH=VALUE, such as task.length=50, not {text!r}")
    try:
        found = read(value)
    except ValueError as error:
        raise OptionError(f"{option} {path}", str(error)) from None
    if found == []:
        raise OptionError(f"{option} {path}", "has no value")
    return path, found


def _preset(name: str) -> dict[str, Any]:
    if name not in PRESETS:
        raise OptionError("--preset", f"there is no {name!r}", sorted(PRESETS))
    return PRESETS[name].experiment


def _read(file: str) -> dict[str, Any]:
    try:
        # utf-8-sig: some editors and shells begin a file with a byte order mark.
        text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8-sig")
        found = _strict(text)
    except OSError as error:
        raise OptionError(file, error.strerror or str(error)) from None
    except ValueError as error:
        raise OptionError(file, f"is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise OptionError(file, "must hold a JSON object: an experiment, or one spec")
    return found


def _strict(text: str) -> Any:
    """Return a value that can be sent as JSON, so that a server and this machine refuse the same.

    Raises
    ------
    ValueError
    """
    try:
        text.encode("utf-8")  # a command line may hold bytes that are not
    except UnicodeEncodeError:
        raise ValueError("a text that is not Unicode") from None
    return strict_json.parse(text)
