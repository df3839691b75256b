"""Training curves of all runs of an experiment, for a picture with hundreds of lines."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from app.api.deps import App, ExperimentId, known_id, not_found
from app.api.schemas import problems, told
from app.runs.curves import curves

router = APIRouter(prefix="/experiments", tags=["experiments"])


class Curve(BaseModel):
    """Loss and score of one run; the three lists have the same length."""

    run: str = Field(description="Id of the run.", examples=["116ae985c3dec2c1"])
    step: list[int] = Field(description="Training steps, ascending.", examples=[[0, 20, 40]])
    loss: list[float | None] = Field(
        description="Mean loss of the batch of that step; null where it was not finite.",
        examples=[[0.31, 0.17, 0.16]],
    )
    metric: list[float | None] = Field(
        description="Score by which the task is judged, averaged over the last steps.",
        examples=[[0.31, 0.2, 0.17]],
    )


class Curves(BaseModel):
    """The curves of an experiment, in the order of its runs."""

    curves: list[Curve] = told("The curves.", [])


@router.get(
    "/{experiment_id}/curves",
    operation_id="get_curves",
    response_model=Curves,
    responses=problems(404, 422, 503),
)
def read(
    experiment_id: ExperimentId,
    app: App,
    points: Annotated[int, Query(ge=2, le=500, description="Points of a curve at most.")] = 60,
) -> dict[str, Any]:
    """Return loss and score of every run against its training step, thinned to some points."""
    found = curves(app.store, known_id(experiment_id), points)
    if found is None:
        raise not_found()
    app.upkeep.fetched(experiment_id)
    return {"curves": found}
