"""Read a JSON body as the standard has it, and nothing that Python's reader adds to it.

Python takes ``NaN``, turns ``1e999`` into infinity, keeps the last of two equal keys and accepts
half of a surrogate pair; each of these surfaced later as an error 500.
"""

import json
import math
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from app.api.errors import Problem

# 2^63 has 19 digits; Python itself refuses beyond 4300, with another kind of error.
MOST_DIGITS = 40


def parse(body: bytes) -> Any:
    """Return the value of a JSON text in UTF-8.

    Raises
    ------
    Problem
        400, naming what is wrong.
    """
    try:
        value = json.loads(
            body.decode("utf-8"),
            parse_constant=_constant,
            parse_float=_number,
            parse_int=_integer,
            object_pairs_hook=_object,
        )
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise _invalid("the body is nested too deeply") from None
    except UnicodeDecodeError as error:
        raise _invalid(f"the body is not UTF-8 (byte {error.start})") from None
    except UnicodeEncodeError:
        raise _invalid("a text holds half of a surrogate pair") from None
    except json.JSONDecodeError as error:
        raise _invalid(
            f"the body is not JSON: {error.msg} (line {error.lineno}, column {error.colno})"
        ) from None
    return value


def _invalid(detail: str) -> Problem:
    return Problem(400, "invalid_json", detail[0].upper() + detail[1:] + ".")


def _constant(name: str) -> None:
    raise _invalid(f"{name} is not a JSON number")


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _invalid(f"the number {text[:MOST_DIGITS]} is too large")
    return value


def _integer(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise _invalid(f"an integer has more than {MOST_DIGITS} digits")
    return int(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _invalid(f"the key {json.dumps(twice[:60])} appears twice in an object")
    return found


class _StrictRequest(Request):
    async def json(self) -> Any:
        return parse(await self.body())


class JsonRoute(APIRoute):
    """A route whose body, if it has one, must be JSON as the standard has it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            if self.body_field is not None:
                media_type = request.headers.get("content-type", "").partition(";")[0]
                if media_type.strip().lower() != "application/json":
                    raise Problem(
                        415,
                        "not_json",
                        "The body must be JSON, with Content-Type: application/json.",
                        headers={"Accept-Post": "application/json"},
                    )
                if request.headers.get("content-encoding", "identity").lower() != "identity":
                    raise Problem(
                        415,
                        "compressed_body",
                        "Compressed bodies are not accepted.",
                        headers={"Accept-Encoding": "identity"},
                    )
            return await handle(_StrictRequest(request.scope, request.receive))

        return strictly
