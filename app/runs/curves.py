"""The training curves of an experiment, thin enough to draw hundreds of runs at once."""

import json
from typing import Any

from sqlalchemy import or_, select

from app.runs.experiments import view
from app.runs.store import Store, frames


def curves(store: Store, experiment_id: str, points: int) -> list[dict[str, Any]] | None:
    """Return loss and score of each run against its training step.

    Parameters
    ----------
    points : int
        Frames of a run at most, evenly spread; its last one is always among them.

    Returns
    -------
    list of dict, in the order of the experiment, or None if there is none
        ``run``, and the columns ``step``, ``loss``, ``metric``; None for what was not finite.
    """
    found = view(store, experiment_id)
    if found is None:
        return None
    drawn = []
    with store.reading() as connection:
        for run in found.runs:
            every = max(1, -(-(run.seq + 1) // points))
            wanted = (
                select(frames.c.step, frames.c.body)
                .where(
                    frames.c.run_id == run.id,
                    frames.c.seq <= run.seq,
                    or_(frames.c.seq % every == 0, frames.c.seq == run.seq),
                )
                .order_by(frames.c.seq)
            )
            rows = [(row.step, json.loads(row.body)) for row in connection.execute(wanted)]
            drawn.append(
                {
                    "run": run.id,
                    "step": [step for step, _ in rows],
                    "loss": [body["loss"] for _, body in rows],
                    "metric": [body["metric"] for _, body in rows],
                }
            )
    return drawn
