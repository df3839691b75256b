"""The page that shows the API: Swagger UI from an installed package, so it works offline.

Only the files of ``fastapi_offline`` are used. Its own page starts Swagger UI with a script inside
the HTML, which our content security policy refuses, so the page here loads a script instead.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from app.api.errors import Problem

router = APIRouter(include_in_schema=False)

# Every address is relative to /docs: it works under any prefix that a proxy adds.
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Vanishing Gradient Lab: API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="icon" href="docs/favicon.png">
</head>
<body>
<main id="swagger-ui"></main>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
START = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
});
"""
FILES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon.png": "image/png",
}


@cache
def _folder() -> Path:
    """Return where the files of Swagger UI are, without importing their package."""
    found = find_spec("fastapi_offline")
    if found is None or found.origin is None:
        raise RuntimeError("the fastapi_offline package is not installed")
    return Path(found.origin).parent / "static"


@router.get("/docs")
def page() -> HTMLResponse:
    return HTMLResponse(PAGE, headers={"Cache-Control": "no-cache"})


@router.get("/docs/start.js")
def start() -> Response:
    return Response(START, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@router.get("/docs/{name}")
def asset(name: str) -> Response:
    if name not in FILES:
        raise Problem(404, "not_found", "There is nothing at this address.")
    body = (_folder() / name).read_bytes()
    return Response(body, media_type=FILES[name], headers={"Cache-Control": "max-age=86400"})
