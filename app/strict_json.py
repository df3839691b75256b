"""Read JSON as the standard has it, and nothing that Python's reader adds to it.

Python takes ``NaN``, turns ``1e999`` into infinity, keeps the last of two equal keys and accepts
half of a surrogate pair; each of these surfaced later as an error 500.
"""

import json
import math
from typing import Any

# 2^63 has 19 digits; Python itself refuses beyond 4300, with another kind of error.
MOST_DIGITS = 40


def parse(text: str) -> Any:
    """Return the value of a JSON text.

    Raises
    ------
    json.JSONDecodeError
        For what is not JSON at all.
    ValueError
        For what only Python takes, naming it.
    """
    try:
        value = json.loads(
            text,
            parse_constant=_constant,
            parse_float=_number,
            parse_int=_integer,
            object_pairs_hook=_object,
        )
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except UnicodeEncodeError:
        raise ValueError("a text that is not Unicode: half of a surrogate pair") from None
    return value


def _constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"the number {text[:MOST_DIGITS]} is too large")
    return value


def _integer(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise ValueError(f"an integer has more than {MOST_DIGITS} digits")
    return int(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {json.dumps(twice[:60])} appears twice in an object")
    return found
