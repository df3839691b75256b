"""One shape for every error: RFC 9457 ``application/problem+json``.

``code`` is stable and is what a client translates; ``errors`` names each field, what is wrong with
it and the limit that was crossed.
"""

import json
import logging
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from app.core.cells import CELLS
from app.core.options import OptionError
from app.core.tasks import TASKS
from app.runs.store import reason

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 50  # a body of a megabyte can be wrong in a hundred thousand places

# What pydantic calls it → our code, and the name of the limit in its context.
_CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "greater_than_equal": "out_of_range",
    "greater_than": "out_of_range",
    "less_than_equal": "out_of_range",
    "less_than": "out_of_range",
    "too_short": "out_of_range",
    "too_long": "out_of_range",
    "string_too_long": "out_of_range",
    "literal_error": "not_a_choice",
    "union_tag_invalid": "not_a_choice",
    "finite_number": "not_finite",
    "model_attributes_type": "wrong_type",
    "model_type": "wrong_type",
    "dict_type": "wrong_type",
    "list_type": "wrong_type",
}
_LIMITS = ("ge", "gt", "le", "lt", "min_length", "max_length", "expected", "expected_tags")


class Problem(HTTPException):
    """An answer that is an error.

    Parameters
    ----------
    status : int
        HTTP status.
    code : str
        Stable name of the kind of error.
    detail : str
        One sentence for a person.
    errors : sequence of dict
        Per field: ``path``, ``message``, ``limit``, ``code``.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, headers)
        self.code, self.errors = code, list(errors)


def problem_response(problem: Problem) -> Response:
    """Return the answer that a problem is."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status_code).phrase,
        "status": problem.status_code,
        "detail": problem.detail,
        "code": problem.code,
        "errors": problem.errors,
    }
    # ASCII: what a client sent is quoted here, and may hold what is not valid Unicode.
    return Response(
        json.dumps(body, allow_nan=False),
        problem.status_code,
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **(problem.headers or {})},
    )


def from_option_error(error: OptionError) -> Problem:
    """Return the 422 for a spec that the core refuses."""
    limit = error.limit
    code = getattr(error, "code", None)
    if code is None:
        is_list = isinstance(limit, list | tuple)
        is_bound = isinstance(limit, int | float)
        code = "not_a_choice" if is_list else "out_of_range" if is_bound else "wrong_type"
    field = {"path": error.path, "message": error.message, "limit": limit, "code": code}
    return Problem(422, "invalid", f"{error.path}: {error.message}", errors=[field])


def from_validation(found: Sequence[Any]) -> Problem:
    """Return the 422 for what pydantic found."""
    errors = [_field_error(item) for item in found[:MOST_ERRORS]]
    first = errors[0]
    detail = f"{first['path']}: {first['message']}"
    if len(found) > 1:
        detail += f" (and {len(found) - 1} more)"
    return Problem(422, "invalid", detail, errors=errors)


def _field_error(item: Mapping[str, Any]) -> dict[str, Any]:
    context, kind = item.get("ctx", {}), item["type"]
    path = _path(item["loc"])
    if kind == "union_tag_invalid":
        path += "." + context["discriminator"].strip("'")
    limit = next((context[name] for name in _LIMITS if name in context), None)
    if isinstance(limit, str):  # "'rnn', 'lstm' or 'gru'"
        limit = re.findall(r"'([^']*)'", limit)
    return {
        "path": path,
        "message": item["msg"],
        "limit": limit,
        "code": _CODES.get(kind, "wrong_type" if kind.endswith("_type") else "invalid"),
    }


def _path(location: Sequence[int | str]) -> str:
    """Return ``base.model.forget_bias`` for ('body', 'base', 'model', 'lstm', 'forget_bias')."""
    parts = [str(part) for part in location]
    if parts and parts[0] in ("body", "query", "path", "header"):
        parts = parts[1:]
    kept = [
        part
        for before, part in zip([None, *parts], parts, strict=False)
        if not (before == "model" and part in CELLS) and not (before == "task" and part in TASKS)
    ]
    return ".".join(kept)


def from_store_error(error: SQLAlchemyError) -> Problem:
    """Return what to say when the database does not do its part."""
    if "disk is full" in reason(error) or "No space left" in reason(error):
        return Problem(507, "disk_full", "The server's disk is full; what is finished can be read.")
    return Problem(
        503,
        "store_unavailable",
        "The server cannot reach its database right now.",
        headers={"Retry-After": "5"},
    )


def _from_http(error: HTTPException) -> Problem:
    if isinstance(error, Problem):
        return error
    codes = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}
    details = {
        404: "There is nothing at this address.",
        405: "This address does not take that method.",
    }
    status = error.status_code
    return Problem(
        status,
        codes.get(status, "http_error"),
        details.get(status, str(error.detail)),
        headers=dict(error.headers) if error.headers else None,
    )


def _allow(request: Request) -> dict[str, str]:
    """Return all methods of an address of the API; a router names those of its first route."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    for template, calls in request.app.openapi()["paths"].items():
        if compile_path(template)[0].match(path):
            return {"Allow": ", ".join(sorted(method.upper() for method in calls))}
    return {}


def install(app: FastAPI) -> None:
    """Answer every error of the application in this shape."""

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        problem = _from_http(error)
        if problem.status_code == 405:
            problem.headers = {**(problem.headers or {}), **_allow(request)}
        return problem_response(problem)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return problem_response(from_validation(error.errors()))

    @app.exception_handler(OptionError)
    async def option_error(request: Request, error: OptionError) -> Response:
        return problem_response(from_option_error(error))

    @app.exception_handler(SQLAlchemyError)
    async def store_error(request: Request, error: SQLAlchemyError) -> Response:
        log.error("the store does not answer", extra={"error": reason(error)})
        return problem_response(from_store_error(error))
