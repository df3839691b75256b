"""An experiment taken elsewhere: a Jupyter notebook that fetches it and draws it."""

import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from app.api.deps import PREFIX, App, ExperimentId, known_id, not_found
from app.api.described import also, problems
from app.interop.notebook import notebook
from app.runs import experiments

router = APIRouter(prefix="/experiments", tags=["experiments"])

MOST_NAMES = 6  # in a title
Language = Literal["pt-BR", "en"]


@router.get(
    "/{experiment_id}/notebook",
    operation_id="get_notebook",
    response_class=Response,
    responses=also("application/x-ipynb+json", description="A notebook, nbformat 4.5")
    | problems(404, 422, 503),
)
def read_notebook(
    experiment_id: ExperimentId,
    app: App,
    request: Request,
    lang: Annotated[
        Language, Query(description="Language of its text.", examples=["pt-BR"])
    ] = "pt-BR",
) -> JSONResponse:
    """Return a notebook that fetches the experiment from here and draws profile and loss.

    It needs Python and Plotly, nothing of ours; what it fetched it keeps in a file beside it.
    """
    found = experiments.view(app.store, known_id(experiment_id))
    if found is None:
        raise not_found()
    app.upkeep.fetched(experiment_id)
    # As the reader's browser addressed us, so that the notebook finds the way back.
    base = str(request.base_url).rstrip("/")
    labels = [re.sub(r"^[a-z]+", lambda cell: cell[0].upper(), run.label) for run in found.runs]
    title = " · ".join([*labels[:MOST_NAMES], *(["…"] if len(labels) > MOST_NAMES else [])])
    written: dict[str, Any] = notebook(
        experiment_id,
        title,
        language=lang,
        server=base + PREFIX,
        page=f"{base}/lab?exp={experiment_id}&lang={lang}",
    )
    return JSONResponse(
        written,
        media_type="application/x-ipynb+json",
        headers={
            "Content-Disposition": f'attachment; filename="experiment_{experiment_id}.ipynb"',
            "Cache-Control": "no-cache",
        },
    )
