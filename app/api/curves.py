"""Training curves of all runs of an experiment, for a picture with hundreds of lines."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from app.api.deps import App, Client, ExperimentId, known_id, not_found
from app.api.described import RUN_ID, problems, told
from app.runs.curves import curves, frames_of

router = APIRouter(prefix="/experiments", tags=["experiments"])

POINTS_PER_FRAME = 10  # of a frame only the beginning is read


class Curve(BaseModel):
    """Loss and score of one run; the three lists have the same length."""

    run: str = told("Id of the run.", RUN_ID)
    step: list[int] = told("Training steps, ascending.", [0, 20, 40], "steps")
    loss: list[float | None] = told(
        "Mean loss of the batch of that step; null where it was not finite.",
        [0.31, 0.17, 0.16],
        "loss of the task",
    )
    metric: list[float | None] = told(
        "Score by which the task is judged, averaged over the last steps.",
        [0.31, 0.2, 0.17],
        "metric of the task",
    )


class Curves(BaseModel):
    """The curves of an experiment, in the order of its runs."""

    curves: list[Curve] = told("The curves.", [])


@router.get(
    "/{experiment_id}/curves",
    operation_id="get_curves",
    response_model=Curves,
    responses=problems(404, 422, 429, 503),
)
def read(
    experiment_id: ExperimentId,
    app: App,
    client: Client,
    response: Response,
    points: Annotated[
        int, Query(ge=2, le=500, description="Points of a curve at most.", examples=[60])
    ] = 60,
) -> dict[str, Any]:
    """Return loss and score of every run against its training step, thinned to some points."""
    size = frames_of(app.store, known_id(experiment_id), points)
    if size is None:
        raise not_found()
    response.headers.update(app.gates.reads.take(client, size // POINTS_PER_FRAME))
    found = curves(app.store, experiment_id, points)
    if found is None:
        raise not_found()
    app.upkeep.fetched(experiment_id)
    return {"curves": found}
