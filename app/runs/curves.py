"""The training curves of an experiment, thin enough to draw hundreds of runs at once."""

import json
import re
from typing import Any

from sqlalchemy import case, func, or_, select

from app.runs.experiments import view
from app.runs.store import Store, experiment_runs, frames, runs

# Two numbers at the beginning of a frame are wanted; the rest of it, which is a hundred times as
# long, is neither fetched nor read: hundreds of runs with sixty points each were 20 s of one core.
HEAD = 300  # characters
_SCORES = re.compile(r'"loss":([^,}]+),"metric":([^,}]+)[,}]')


def frames_of(store: Store, experiment_id: str, most: int) -> int | None:
    """Return how many frames its runs have, counting so many of each at most; None if it has none.

    Cheap: it says beforehand what reading them would cost.
    """
    counted = func.sum(case((runs.c.seq + 1 > most, most), else_=runs.c.seq + 1))
    of_it = experiment_runs.c.experiment_id == experiment_id
    with store.reading() as connection:
        found = connection.scalar(select(counted).join_from(experiment_runs, runs).where(of_it))
    return None if found is None else int(found)


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
                select(frames.c.step, func.substr(frames.c.body, 1, HEAD))
                .where(
                    frames.c.run_id == run.id,
                    frames.c.seq <= run.seq,
                    or_(frames.c.seq % every == 0, frames.c.seq == run.seq),
                )
                .order_by(frames.c.seq)
            )
            rows = [(step, *_scores(head)) for step, head in connection.execute(wanted)]
            drawn.append(
                {
                    "run": run.id,
                    "step": [step for step, _, _ in rows],
                    "loss": [loss for _, loss, _ in rows],
                    "metric": [metric for _, _, metric in rows],
                }
            )
    return drawn


def _scores(head: str) -> tuple[float | None, float | None]:
    """Return loss and score from the beginning of a frame."""
    found = _SCORES.search(head)
    if found is None:
        raise ValueError(f"a frame does not begin with its loss and score: {head!r}")
    return json.loads(found[1]), json.loads(found[2])
