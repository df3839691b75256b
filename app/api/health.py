"""Is the process alive, can it take work, and how is it doing?"""

from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client.exposition import choose_encoder

from app.api.answers import Alive, Ready
from app.api.deps import App
from app.api.described import also, problems
from app.api.errors import Problem
from app.runs.store import StoreError

router = APIRouter(tags=["health"])


@router.get("/healthz", operation_id="healthz", response_model=None, responses=also(model=Alive))
async def healthz() -> dict[str, str]:
    """Answer as long as the process does; a container without this answer is started again."""
    return {"status": "ok"}


@router.get(
    "/readyz",
    operation_id="readyz",
    response_model=None,
    responses=also(model=Ready) | problems(503),
)
def readyz(app: App) -> dict[str, Any]:
    """Answer 200 when experiments are taken and computed; 503, with the reason, when not."""
    if app.tail.draining.is_set():
        raise Problem(503, "draining", "The server is going down.")
    try:
        app.store.check()
    except StoreError as error:
        raise Problem(503, "store_unavailable", f"The database: {error}") from error
    if not app.engine.ready:
        raise Problem(503, "engine_not_ready", f"The engine: {app.engine.status}")
    return {"status": "ready", "viewers": app.tail.viewers}


@router.get(
    "/metrics",
    operation_id="metrics",
    response_class=Response,
    responses=also("text/plain") | problems(404),
)
def metrics(app: App, request: Request) -> Response:
    """Return the numbers of this server for Prometheus, or 404 where they are switched off.

    As text, or as OpenMetrics by ``Accept``. Servers on one database each count all of its runs.
    """
    if not app.settings.metrics:
        raise Problem(404, "not_found", "The metrics of this server are switched off.")
    encode, media_type = choose_encoder(request.headers.get("accept", ""))
    return Response(
        encode(app.meters.registry), media_type=media_type, headers={"Cache-Control": "no-store"}
    )
