"""The API described (OpenAPI), with the errors as they are and a unit for every number."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.api.described import ANYWHERE, PURE, ProblemBody, problems

DESCRIPTION = """
Errors are `application/problem+json` (RFC 9457): `code` is stable, `errors` names each field and
the limit that was crossed. Numbers carry their unit as `x-unit`, `1` where they are pure. What
counts against a quota tells what is left of it in `RateLimit`.
"""


def describe(app: FastAPI) -> None:
    """Make ``app.openapi`` describe the API completely."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title,
                version=app.version,
                summary=app.summary,
                description=DESCRIPTION.strip(),
                routes=app.routes,
                servers=[{"url": "."}],  # wherever this description was found
            )
            parts = schema["components"]["schemas"]
            problem = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
            parts.update(problem.pop("$defs"))
            parts["JsonValue"]["description"] = "Any JSON value."
            parts["Problem"] = {**problem, "title": "Problem"}
            for method, call in _calls(schema):
                _add_errors(method, call)
            for name in ("HTTPValidationError", "ValidationError"):
                parts.pop(name, None)
            for part in parts.values():
                for about in part.get("properties", {}).values():
                    if _is_number(about):
                        about.setdefault("x-unit", PURE)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _calls(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for calls in schema["paths"].values():
        yield from calls.items()


def _add_errors(method: str, call: dict[str, Any]) -> None:
    answers = call["responses"]
    # FastAPI's own idea of a 422, which this API never answers. Of a wrong id in the path it
    # answers 404, so without another field there is no 422 at all.
    if "application/json" in answers.get("422", {}).get("content", {}):
        del answers["422"]
        has_fields = any(each["in"] != "path" for each in call.get("parameters", []))
        if has_fields or "requestBody" in call:
            answers.update(_by_text(422))
    for status in (*ANYWHERE, *((403,) if method != "get" else ())):
        for text, answer in _by_text(status).items():
            answers.setdefault(text, answer)
    call["responses"] = dict(sorted(answers.items()))


def _by_text(status: int) -> dict[str, Any]:
    return {str(status): answer for status, answer in problems(status).items()}


def _is_number(about: dict[str, Any]) -> bool:
    """Tell whether a field holds numbers, by itself, or null, or in lists."""
    kinds = [about, *about.get("anyOf", [])]
    kinds += [kind["items"] for kind in kinds if isinstance(kind.get("items"), dict)]
    kinds += [deeper for kind in kinds[1:] for deeper in kind.get("anyOf", [])]
    return any(kind.get("type") in ("number", "integer") for kind in kinds)
