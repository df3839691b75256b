"""What a person reads where there is nothing; a program reads a problem, as everywhere."""

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from app.pages.render import Pages


def wants_page(request: Request) -> bool:
    """Tell whether a browser opened this address: it names HTML, and nothing it likes better."""
    path = _path(request)
    if request.method not in ("GET", "HEAD") or path.startswith(("/api/", "/static/")):
        return False
    liked = _qualities(request.headers.get("accept", ""))
    html = liked.get("text/html", 0.0)
    return html > 0 and html >= liked.get("application/json", 0.0)


def _path(request: Request) -> str:
    path: str = request.scope["path"]
    return path.removeprefix(request.scope.get("root_path", ""))


def _qualities(accept: str) -> dict[str, float]:
    found = {}
    for item in accept.split(","):
        kind, *parameters = (part.strip() for part in item.lower().split(";"))
        quality = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        try:
            found[kind] = float(quality)
        except ValueError:
            found[kind] = 0.0
    return found


def install(app: FastAPI, pages: Pages) -> None:
    """Put a page in front of how the application answers an address that does not exist."""
    before = app.exception_handlers[HTTPException]

    @app.exception_handler(HTTPException)
    async def not_found(request: Request, error: HTTPException) -> Response:
        if error.status_code == 404 and wants_page(request):
            return await run_in_threadpool(_page, request, pages)
        answer = before(request, error)
        return answer if isinstance(answer, Response) else await answer


def _page(request: Request, pages: Pages) -> Response:
    depth = _path(request).count("/") - 1
    answer = pages.render(request, "not-found.html", depth=max(0, depth))
    answer.status_code = 404
    answer.headers["Vary"] = "Accept, Accept-Language"
    return answer
