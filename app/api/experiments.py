"""Ask for an experiment, look at it, stop it."""

import base64
import binascii
import json
import struct
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from app.api.answers import Results
from app.api.deps import App, Client, ExperimentId, Holder, Services, known_id, not_found
from app.api.described import also, problems
from app.api.errors import Problem
from app.api.json_body import JsonRoute
from app.api.limits import too_many_runs
from app.api.negotiate import negotiate
from app.api.schemas import Experiment, ExperimentPage, ExperimentSpec
from app.core.options import OptionError
from app.runs import asking, experiments, holds, queue
from app.runs.curves import frames_of
from app.runs.plan import plan
from app.runs.results import as_csv, results
from app.runs.views import moment, progress, run_view

router = APIRouter(prefix="/experiments", tags=["experiments"], route_class=JsonRoute)


@router.post(
    "",
    operation_id="create_experiment",
    status_code=201,
    response_model=Experiment,
    responses=also(model=Experiment, description="It was asked before")
    | problems(400, 413, 415, 422, 429, 503, 507),
)
def create(
    asked: ExperimentSpec,
    app: App,
    client: Client,
    response: Response,
    holder: Holder = holds.UNNAMED,
) -> dict[str, Any]:
    """Ask for runs to be trained.

    The id follows from the runs: the same experiment asked again is the same one (200). Runs that
    others have asked for are shared, and those that were stopped are taken up again. Who asks
    without the name of a ``holder`` holds the experiment, for his address, as long as it trains;
    with one, while his event stream of the same name is open. Holders of one address take turns,
    and each has a share of the unfinished runs that the address may have.
    """
    if app.tail.draining.is_set():
        raise Problem(503, "draining", "The server is going down.", headers={"Retry-After": "5"})
    response.headers.update(app.gates.experiments.take(client))
    body = asked.as_asked()
    planned = plan(body, app.limits)
    is_grid = len(planned.runs) > app.settings.live_runs
    try:
        experiment_id, is_new = asking.submit(
            app.store,
            planned,
            body,
            client=client,
            priority=queue.GRID if is_grid else queue.INTERACTIVE,
            holder=holder or holds.of_client(client),
            shares=app.shares,
        )
    except asking.TooManyRunsError as error:
        raise too_many_runs(error) from None
    app.engine.wake()
    response.status_code = 201 if is_new else 200
    response.headers["Location"] = f"{app.api}/experiments/{experiment_id}"
    return _shown(app, experiment_id)


@router.get(
    "",
    operation_id="list_experiments",
    response_model=ExperimentPage,
    responses=problems(422, 503),
)
def list_all(
    app: App,
    limit: Annotated[
        int, Query(ge=1, le=100, description="Experiments on a page.", examples=[20])
    ] = 20,
    cursor: Annotated[
        str | None,
        Query(
            pattern="^([A-Za-z0-9_-]{22})?$",
            description="From ``next`` of the page before.",
            examples=["QdpCqrL3wAA9Hwyacre0Xg"],
        ),
    ] = None,
) -> dict[str, Any]:
    """List experiments, newest first."""
    before = _read_cursor(cursor) if cursor else None
    rows = experiments.page(app.store, limit + 1, before)
    more = len(rows) > limit
    rows = rows[:limit]
    path = f"{app.api}/experiments"
    following = f"{path}?limit={limit}&cursor={_write_cursor(rows[-1])}" if more else None
    return {
        "experiments": [
            {
                "id": row.id,
                "spec": json.loads(row.spec),
                "created_at": moment(row.created_at),
                "links": _links(app, row.id),
            }
            for row in rows
        ],
        "next": following,
    }


@router.get(
    "/{experiment_id}",
    operation_id="get_experiment",
    response_model=Experiment,
    responses=problems(404, 503),
)
def read(experiment_id: ExperimentId, app: App) -> dict[str, Any]:
    """Return an experiment with its runs and how far they are."""
    shown = _shown(app, known_id(experiment_id))
    app.upkeep.fetched(experiment_id)
    return shown


@router.delete(
    "/{experiment_id}",
    operation_id="stop_experiment",
    response_model=Experiment,
    responses=problems(404, 503, 507),
)
def stop(
    experiment_id: ExperimentId, app: App, client: Client, holder: Holder = holds.UNNAMED
) -> dict[str, Any]:
    """Let go of an experiment, and stop it when nobody else holds it.

    While ``holders`` in the answer is not 0, it goes on for them. Runs that another experiment
    wants go on there. What was trained stays; asking for the experiment again takes it up where it
    was.
    """
    his = holder or holds.of_client(client)
    if experiments.leave(app.store, known_id(experiment_id), his) is None:
        raise not_found()
    app.engine.wake()
    return _shown(app, experiment_id)


@router.get(
    "/{experiment_id}/results",
    operation_id="get_results",
    responses=also("text/csv", model=Results) | problems(404, 406, 429, 503),
)
def read_results(
    experiment_id: ExperimentId, app: App, client: Client, request: Request
) -> Response:
    """Return one row per run: its spec, its last loss and score, its gradient before and after.

    As JSON or ``text/csv``, by ``Accept``.
    """
    media_type = negotiate(request.headers.get("accept"), ("application/json", "text/csv"))
    size = frames_of(app.store, known_id(experiment_id), 2)  # the first and the last
    if size is None:
        raise not_found()
    limits = app.gates.reads.take(client, size)
    rows = results(app.store, experiment_id)
    if rows is None:
        raise not_found()
    app.upkeep.fetched(experiment_id)
    headers = {"Vary": "Accept", "Cache-Control": "no-cache", **limits}
    if media_type == "application/json":
        return JSONResponse({"results": rows}, headers=headers)
    return Response(as_csv(rows), media_type="text/csv; charset=utf-8", headers=headers)


def _links(app: Services, experiment_id: str) -> dict[str, str]:
    path = f"{app.api}/experiments/{experiment_id}"
    return {"self": path, "events": f"{path}/events", "results": f"{path}/results"}


def _shown(app: Services, experiment_id: str) -> dict[str, Any]:
    found = experiments.view(app.store, experiment_id)
    if found is None:
        raise not_found()
    its_runs = [
        run_view(run, run.label, found.positions.get(run.id), app.api) for run in found.runs
    ]
    return {
        "id": experiment_id,
        "spec": found.spec,
        "state": found.state,
        "created_at": moment(found.experiment.created_at),
        "holders": found.holders,
        "progress": progress(its_runs),
        "runs": its_runs,
        "links": _links(app, experiment_id),
    }


def _write_cursor(row: Any) -> str:
    packed = struct.pack(">d", row.created_at) + bytes.fromhex(row.id)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _read_cursor(text: str) -> tuple[float, str]:
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        created_at, experiment_id = struct.unpack(">d8s", packed)
    except (binascii.Error, ValueError, struct.error):
        raise OptionError("cursor", "is not one that this server gave") from None
    return created_at, experiment_id.hex()
