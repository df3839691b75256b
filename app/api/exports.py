"""A run taken elsewhere: its weights, and the same model as a PyTorch or Keras program."""

import io
import json
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Query, Response

from app.api.deps import App, RunId, known_id, not_found
from app.api.described import also, problems
from app.api.errors import Problem
from app.core.arrays import Params
from app.core.spec import RunSpec
from app.interop.layouts import UnsupportedError, check_supported, to_keras, to_pytorch
from app.interop.program import program
from app.runs.experiments import find_run
from app.runs.store import FINISHED
from app.runs.weights import read_weights, stored_steps

router = APIRouter(prefix="/runs", tags=["runs"])

Framework = Literal["pytorch", "keras"]


def spec_of(app: App, run_id: str) -> tuple[RunSpec, str]:
    """Return the spec and the state of a run, or answer 404."""
    found = find_run(app.store, known_id(run_id))
    if found is None:
        raise not_found()
    app.upkeep.fetched(run_id)
    return RunSpec.from_dict(json.loads(found[0].spec)), str(found[0].state)


def weights_at(app: App, run_id: str, step: int | None) -> tuple[Params, int]:
    """Return stored weights of a run, the last ones by default, or answer 404 or 422."""
    steps = stored_steps(app.store, run_id)
    if not steps:
        raise Problem(404, "no_weights", "This run has stored no weights yet.")
    chosen = steps[-1] if step is None else step
    params = read_weights(app.store, run_id, chosen)
    if params is None:
        field = {
            "path": "step",
            "message": f"no weights are stored for step {chosen}",
            "limit": steps,
            "code": "not_a_choice",
        }
        raise Problem(422, "invalid", f"step: {field['message']}", errors=[field])
    return params, chosen


def _unsupported(error: UnsupportedError) -> Problem:
    field = {"path": "framework", "message": error.reason, "limit": None, "code": "unsupported"}
    return Problem(422, "unsupported", str(error), errors=[field])


@router.get(
    "/{run_id}/weights",
    operation_id="get_weights",
    response_class=Response,
    responses=also("application/octet-stream", description="An .npz archive")
    | problems(404, 422, 503),
)
def read_archive(
    run_id: RunId,
    app: App,
    step: Annotated[
        int | None,
        Query(
            ge=0,
            le=2**31 - 1,
            description="Training step; the last stored one by default.",
            examples=[0],
        ),
    ] = None,
    framework: Annotated[
        Framework | None,
        Query(
            description="Names and layout; this project's own by default.", examples=["pytorch"]
        ),
    ] = None,
) -> Response:
    """Return the weights of a run as a NumPy archive.

    They are the weights before the update of ``step``: step 0 is the untrained network. A run
    stores them at its first and last frame and at every tenth in between.
    """
    spec, state = spec_of(app, run_id)
    params, chosen = weights_at(app, run_id, step)
    if framework is not None:
        try:
            check_supported(spec.model, framework)
        except UnsupportedError as error:
            raise _unsupported(error) from None
        params = (to_pytorch if framework == "pytorch" else to_keras)(spec.model.cell, params)
    archive = io.BytesIO()
    arrays: dict[str, Any] = {name: np.ascontiguousarray(w) for name, w in params.items()}
    np.savez(archive, **arrays)
    name = f"{run_id}_step{chosen}{'_' + framework if framework else ''}.npz"
    lasting = step is not None or state in FINISHED
    return Response(
        archive.getvalue(),
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "public, max-age=86400" if lasting else "no-cache",
        },
    )


@router.get(
    "/{run_id}/code",
    operation_id="get_program",
    response_class=Response,
    responses=also("text/x-python", description="A complete program") | problems(404, 422, 503),
)
def read_program(
    run_id: RunId,
    app: App,
    framework: Annotated[
        Framework, Query(description="The library to use.", examples=["pytorch"])
    ] = "pytorch",
) -> Response:
    """Return a program that builds and trains the same model on the same sequences.

    What the library has no layer for (a clamped gate, say) is refused with the reason.
    """
    spec, _ = spec_of(app, run_id)
    try:
        text = program(spec, framework)
    except UnsupportedError as error:
        raise _unsupported(error) from None
    return Response(
        text,
        media_type="text/x-python; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{run_id}_{framework}.py"',
            "Cache-Control": "public, max-age=86400",
        },
    )
