"""Is the process alive, and can it take work?"""

from typing import Any

from fastapi import APIRouter

from app.api.deps import App
from app.api.errors import Problem
from app.api.schemas import problems
from app.runs.store import StoreError

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Answer as long as the process does; a container without this answer is started again."""
    return {"status": "ok"}


@router.get("/readyz", responses=problems(503))
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
