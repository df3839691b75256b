"""The words of the API's description: fields, answers that are not JSON, and every error."""

from typing import Any

from pydantic import BaseModel, Field

RUN_ID, EXPERIMENT_ID = "116ae985c3dec2c1", "3d1f0c9a72b45e68"  # in examples
PURE = "1"  # the unit of a pure number, as UCUM writes it

# Status → what it says, and the codes of its problems. ``tests/api/test_openapi.py`` finds every
# problem of the source here.
ERRORS: dict[int, tuple[str, tuple[str, ...]]] = {
    400: (
        "The request cannot be read, or asks for another host",
        ("invalid_json", "invalid_http", "host_not_allowed", "bad_position", "bad_frames"),
    ),
    403: ("A page of another site asks for a change", ("origin_not_allowed",)),
    404: ("There is no such thing", ("not_found", "no_weights")),
    405: (
        "This address does not take that method; ``Allow`` names those it takes",
        ("method_not_allowed",),
    ),
    406: ("None of the accepted types is offered", ("not_acceptable",)),
    408: ("The request did not arrive in time", ("request_timeout",)),
    413: ("The body is too large", ("body_too_large",)),
    415: ("The body is not JSON, or is compressed", ("not_json", "compressed_body")),
    422: ("A field is wrong, or asks for too much", ("invalid", "unsupported")),
    429: (
        "Too many; try again after ``Retry-After`` seconds",
        ("too_many_requests", "too_many_runs", "too_many_streams", "too_many_connections"),
    ),
    431: ("The head of the request is too large", ("headers_too_large",)),
    500: ("A fault of the server, which was logged", ("internal_error",)),
    503: (
        "Not now; try again later",
        (
            "store_unavailable",
            "engine_not_ready",
            "draining",
            "too_many_streams",
            "too_many_connections",
        ),
    ),
    507: ("The disk is full; what is stored can be read", ("disk_full",)),
}
# What may be answered before it is known which call it is.
ANYWHERE = (400, 408, 429, 431, 500, 503)

TEXTS = {
    "text/csv": "run,label,state,step,loss\r\n116ae985c3dec2c1,lstm,solved,840,0.009\r\n",
    "text/event-stream": (
        f'id: 3\nevent: frame\ndata: {{"run":"{RUN_ID}","seq":3,"step":30,"loss":0.17}}\n\n'
    ),
    "application/x-ndjson": f'{{"run":"{RUN_ID}","seq":3,"step":30,"loss":0.17}}\n',
    "text/plain": 'vgl_runs{state="finished"} 12.0\n',
    "text/x-python": "import torch\n",
}
NOTEBOOK = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}


def told(description: str, example: Any, unit: str | None = None) -> Any:
    """Return the field of an answer: what it is, an example, and its unit if it has one."""
    extra: dict[str, Any] = {"x-unit": unit} if unit else {}
    return Field(description=description, examples=[example], json_schema_extra=extra)


class FieldError(BaseModel):
    """One thing that is wrong with a request."""

    path: str = told("Dotted path of the field; empty for the whole.", "base.model.hidden_size")
    message: str = told("What is wrong, for a person.", "must be at most 256")
    limit: Any = told("The bound that was crossed, or what is allowed.", 256)
    code: str = told(
        "Stable; what a client translates: missing, unknown_field, wrong_type, not_a_choice, "
        "out_of_range, not_finite, unsupported or invalid.",
        "out_of_range",
    )


class ProblemBody(BaseModel):
    """An error (RFC 9457)."""

    type: str = told("Always this: ``code`` says which error it is.", "about:blank")
    title: str = told("Phrase of the HTTP status.", "Unprocessable Content")
    status: int = told("HTTP status.", 422)
    detail: str = told("One sentence for a person.", "base.seed: must be at least 0")
    code: str = told(
        "Stable; what a client translates. Each status lists those it has here.", "invalid"
    )
    errors: list[FieldError] = told("Field by field; empty for most errors.", [])


def also(*media_types: str, **more: Any) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI entry of a successful answer in these representations."""
    if media_types:
        more["content"] = {name: _content_of(name) for name in media_types}
    return {200: more}


def _content_of(media_type: str) -> dict[str, Any]:
    if media_type == "application/octet-stream":
        return {"schema": {"type": "string", "format": "binary"}}
    if media_type == "application/x-ipynb+json":
        return {"schema": {"type": "object"}, "example": NOTEBOOK}
    return {"schema": {"type": "string"}, "example": TEXTS[media_type]}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI entry of the errors that a call may answer."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {
            "description": f"{ERRORS[status][0]} (`code`: {', '.join(ERRORS[status][1])})",
            "content": content,
        }
        for status in statuses
    }
