"""Challenges: what they ask for, and the grade of a run."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from app.api.answers import Challenges, Grade
from app.api.deps import App, not_found
from app.api.described import RUN_ID, also, problems
from app.api.json_body import JsonRoute
from app.api.schemas import Asked
from app.core.challenges import CHALLENGES, Challenge, Criterion
from app.runs.grading import grade_run

router = APIRouter(prefix="/challenges", tags=["challenges"], route_class=JsonRoute)


ChallengeId = Annotated[
    str, Path(description="Name of a challenge.", examples=["keep-one-percent"])
]


class GradeBody(Asked):
    """The run that is to be graded."""

    run: str = Field(pattern="^[0-9a-f]{16}$", description="Id of a run.", examples=[RUN_ID])


@router.get(
    "", operation_id="list_challenges", response_model=None, responses=also(model=Challenges)
)
def list_all() -> dict[str, Any]:
    """List the challenges: where each begins, and what a run must show."""
    return {"challenges": [_challenge(challenge) for challenge in CHALLENGES.values()]}


@router.post(
    "/{challenge_id}/grade",
    operation_id="grade_run",
    response_model=None,
    responses=also(model=Grade) | problems(400, 404, 413, 415, 422, 503),
)
def grade(challenge_id: ChallengeId, asked: GradeBody, app: App) -> dict[str, Any]:
    """Grade a run from its log.

    Anybody may ask again, at any time: the answer follows from the run alone. ``over`` is false
    while it trains, and where it was stopped or failed.
    """
    challenge = CHALLENGES.get(challenge_id)
    found = grade_run(app.store, challenge, asked.run) if challenge else None
    if found is None:
        raise not_found()
    return {
        "challenge": challenge_id,
        "run": asked.run,
        "state": found.state,
        "over": found.over,
        "passed": found.passed,
        "verdicts": [
            {**_criterion(verdict.criterion), "found": verdict.found, "passed": verdict.passed}
            for verdict in found.verdicts
        ],
    }


def _challenge(challenge: Challenge) -> dict[str, Any]:
    return {
        "id": challenge.id,
        "level": challenge.level,
        "start": challenge.start,
        "controls": list(challenge.controls),
        "criteria": [_criterion(criterion) for criterion in challenge.criteria],
    }


def _criterion(criterion: Criterion) -> dict[str, Any]:
    return {"quantity": criterion.quantity, "sign": criterion.sign, "value": criterion.value}
