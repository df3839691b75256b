"""The runs in the log, counted for whoever watches over a server."""

import json
import time
from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select

from app.runs.store import STATES, Store, runs


@dataclass(frozen=True)
class Census:
    """What the log holds now.

    Attributes
    ----------
    states : dict of str to int
        Number of runs in each state.
    waiting_seconds : float
        How long the run that has waited longest is queued; 0 when none is.
    steps_per_second : dict of str to float
        By cell: training steps a second of the runs that train now, over the time since each began.
    """

    states: dict[str, int]
    waiting_seconds: float
    steps_per_second: dict[str, float]


def census(store: Store) -> Census:
    """Count; an index answers it, however many runs there are.

    Raises
    ------
    sqlalchemy.exc.SQLAlchemyError
        If the database does not answer.
    """
    now = time.time()
    states, since = dict.fromkeys(STATES, 0), now
    speeds: defaultdict[str, float] = defaultdict(float)
    with store.reading() as connection:
        counted = select(runs.c.state, func.count(), func.min(runs.c.queued_at))
        for state, count, first in connection.execute(counted.group_by(runs.c.state)):
            states[state] = count
            if state == "queued":
                since = first
        training = select(runs.c.spec, runs.c.step, runs.c.started_at)
        for spec, step, began in connection.execute(training.where(runs.c.state == "running")):
            if step and began is not None and began < now:
                speeds[json.loads(spec)["model"]["cell"]] += step / (now - began)
    return Census(states, max(0.0, now - since), dict(speeds))
