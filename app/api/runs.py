"""One run, and its frames by position."""

import hashlib
import json
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from app.api.answers import FramePage
from app.api.deps import App, Client, RunId, known_id, not_found
from app.api.described import also, problems
from app.api.negotiate import negotiate, takes_gzip
from app.api.schemas import Run
from app.api.tables import frames_as_csv
from app.runs.experiments import find_run
from app.runs.log import read_frames
from app.runs.store import FINISHED
from app.runs.views import longest, run_view, short_label
from app.settings import VERSION

router = APIRouter(prefix="/runs", tags=["runs"])

JSON, NDJSON, CSV = "application/json", "application/x-ndjson", "text/csv"
PAGE = 64  # frames read from the log at once: an answer of any length takes little memory


@router.get("/{run_id}", operation_id="get_run", response_model=Run, responses=problems(404, 503))
def read(run_id: RunId, app: App) -> dict[str, Any]:
    """Return a run: its complete spec, how far it is, and what computed it."""
    found = find_run(app.store, known_id(run_id))
    if found is None:
        raise not_found()
    app.upkeep.fetched(run_id)
    row, position = found
    return run_view(row, short_label(row), position, app.api)


@router.get(
    "/{run_id}/frames",
    operation_id="get_frames",
    responses=also(NDJSON, CSV, model=FramePage) | problems(404, 406, 422, 429, 503),
)
def read_page(
    run_id: RunId,
    app: App,
    client: Client,
    request: Request,
    after: Annotated[
        int, Query(ge=-1, le=2**31 - 1, description="Frames after this one.", examples=[-1])
    ] = -1,
    limit: Annotated[
        int, Query(ge=1, le=10_000, description="Frames at most.", examples=[1000])
    ] = 1000,
    every: Annotated[
        int, Query(ge=1, le=10_000, description="Only each so many-th frame.", examples=[1])
    ] = 1,
) -> Response:
    """Return frames by position, as JSON, NDJSON or CSV by ``Accept``.

    The frames of a finished run never change: they carry a strong ETag and may be kept for ever.
    In JSON ``next`` is the value of ``after`` for the next page, or null.
    """
    media_type = negotiate(request.headers.get("accept"), (JSON, NDJSON, CSV))
    found = find_run(app.store, known_id(run_id))
    if found is None:
        raise not_found()
    app.upkeep.fetched(run_id)
    row, _ = found
    headers = {"Vary": "Accept", "Cache-Control": "no-cache"}
    if row.state in FINISHED:
        # A strong tag names bytes. Compressed they are others; so are those of a run that was
        # deleted and is computed again, elsewhere perhaps; and of another version of the tables.
        encoding = "gzip" if takes_gzip(request.headers.get("accept-encoding")) else "identity"
        computed = f"{run_id} {row.state} {row.seq} {row.finished_at!r} {VERSION}"
        key = f"{computed} {media_type} {encoding} {after} {limit} {every}"
        headers["ETag"] = f'"{hashlib.sha256(key.encode()).hexdigest()[:24]}"'
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
        if _matches(request.headers.get("if-none-match"), headers["ETag"]):
            return Response(status_code=304, headers={**headers, "Vary": "Accept, Accept-Encoding"})

    size = min(limit, max(0, row.seq - after) // every + 1)
    headers.update(app.gates.reads.take(client, size))

    def bodies() -> Iterator[tuple[int, str]]:
        position, left = after, limit
        while left > 0:
            size = min(PAGE, left)
            page = read_frames(app.store, run_id, after=position, limit=size, every=every)
            yield from ((row.seq, row.body) for row in page)
            if len(page) < size:
                return
            position, left = page[-1].seq, left - size

    if media_type == CSV:
        lines = frames_as_csv((body for _, body in bodies()), longest(row))
    elif media_type == NDJSON:
        lines = (f"{body}\n" for _, body in bodies())
    else:
        lines = _as_json(run_id, row.state, bodies(), limit)
    charset = "" if media_type == JSON else "; charset=utf-8"
    return StreamingResponse(lines, media_type=media_type + charset, headers=headers)


def _as_json(
    run_id: str, state: str, bodies: Iterator[tuple[int, str]], limit: int
) -> Iterator[str]:
    """Join stored lines without reading them."""
    yield f'{{"run":{json.dumps(run_id)},"state":{json.dumps(state)},"frames":['
    count, last = 0, None
    for seq, body in bodies:
        yield f",{body}" if count else body
        count, last = count + 1, seq
    yield f'],"next":{json.dumps(last if count == limit else None)}}}'


def _matches(header: str | None, tag: str) -> bool:
    if header is None:
        return False
    return header.strip() == "*" or tag in {
        candidate.strip().removeprefix("W/") for candidate in header.split(",")
    }
