"""A body that must be JSON: refused as a problem that says what is wrong with it."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from app import strict_json
from app.api.errors import Problem


def parse(body: bytes) -> Any:
    """Return the value of a JSON text in UTF-8.

    Raises
    ------
    Problem
        400, naming what is wrong.
    """
    try:
        return strict_json.parse(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        detail = f"The body is not UTF-8 (byte {error.start})"
    except json.JSONDecodeError as error:
        detail = f"The body is not JSON: {error.msg} (line {error.lineno}, column {error.colno})"
    except ValueError as error:
        detail = f"The body is not JSON as the standard has it: {error}"
    raise Problem(400, "invalid_json", f"{detail}.")


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
