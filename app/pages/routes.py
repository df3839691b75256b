"""Addresses of the pages and of their static files."""

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from app.pages import about, challenges, compare, embed, lab, lesson, not_found
from app.pages.render import Pages
from app.settings import Settings


def install(app: FastAPI, settings: Settings) -> None:
    """Add the pages to the application."""
    pages = Pages()
    router = APIRouter(include_in_schema=False)

    lesson.add(router, pages)
    lab.add(router, pages)
    embed.add(router, pages)
    compare.add(router, pages)
    challenges.add(router, pages)
    about.add(router, pages)

    @router.get("/static/{digest}/{name:path}")
    def static(request: Request, digest: str, name: str) -> Response:
        found = pages.asset(digest, name)
        if found is None:
            raise HTTPException(404)
        asset, exact = found
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable" if exact else "no-cache",
        }
        body = asset.body
        if asset.gzipped is not None:
            headers["Vary"] = "Accept-Encoding"
            if "gzip" in request.headers.get("accept-encoding", ""):
                headers["Content-Encoding"] = "gzip"
                body = asset.gzipped
        return Response(body, media_type=asset.media_type, headers=headers)

    app.include_router(router)
    not_found.install(app, pages)
