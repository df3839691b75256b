"""Experiments: look at one, stop it; asking for one is in ``asking``."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, exists, select, tuple_, update

from app.runs import holds, queue
from app.runs.store import UNFINISHED, Store, experiment_runs, experiments, runs


@dataclass(frozen=True)
class ExperimentView:
    """An experiment with its runs in order, their labels, the queue, and how many hold it."""

    experiment: Row[Any]
    runs: Sequence[Row[Any]]
    positions: dict[str, int]
    holders: int

    @property
    def spec(self) -> dict[str, Any]:
        """Return the experiment as it was first asked."""
        asked: dict[str, Any] = json.loads(self.experiment.spec)
        return asked

    @property
    def cancelled(self) -> bool:
        return self.experiment.cancelled_at is not None

    @property
    def state(self) -> str:
        """Return ``queued``, ``running``, ``done`` or ``cancelled``."""
        states = {run.state for run in self.runs}
        if self.cancelled:
            return "cancelled"
        if not states & set(UNFINISHED):
            return "done"
        return "queued" if states == {"queued"} else "running"


def leave(store: Store, experiment_id: str, holder: str) -> int | None:
    """Let go of an experiment; when nobody else holds it, its unfinished runs stop.

    Returns
    -------
    int or None
        How many others hold it, so that it goes on for them; None if there is no such experiment.
    """
    with store.planning() as connection:
        if not _exists(connection, experiment_id):
            return None
        others = holds.let_go(store, connection, experiment_id, holder)
        if not others:
            _cancel(connection, experiment_id)
    return others


def cancel(store: Store, experiment_id: str) -> bool:
    """Stop an experiment for everybody; runs that another experiment wants go on there.

    Returns
    -------
    bool
        False if there is no such experiment. One that is finished stays as it is.
    """
    with store.planning() as connection:
        if not _exists(connection, experiment_id):
            return False
        _cancel(connection, experiment_id)
    return True


def _exists(connection: Connection, experiment_id: str) -> bool:
    return connection.scalar(_this(experiment_id)) is not None


def _this(experiment_id: str) -> Select[str]:
    return select(experiments.c.id).where(experiments.c.id == experiment_id)


def _cancel(connection: Connection, experiment_id: str) -> None:
    now = time.time()
    its_runs = select(experiment_runs.c.run_id).where(
        experiment_runs.c.experiment_id == experiment_id
    )
    wanted_elsewhere = exists().where(
        experiment_runs.c.run_id == runs.c.id,
        experiment_runs.c.experiment_id != experiment_id,
        experiments.c.id == experiment_runs.c.experiment_id,
        experiments.c.cancelled_at.is_(None),
    )
    only_here = and_(runs.c.id.in_(its_runs), ~wanted_elsewhere)
    unfinished = select(runs.c.id).where(runs.c.id.in_(its_runs), runs.c.state.in_(UNFINISHED))
    if connection.execute(unfinished.limit(1)).one_or_none() is None:
        return
    connection.execute(
        update(experiments)
        .where(experiments.c.id == experiment_id, experiments.c.cancelled_at.is_(None))
        .values(cancelled_at=now)
    )
    connection.execute(
        update(runs)
        .where(runs.c.state == "queued", only_here)
        .values(state="cancelled", finished_at=now)
    )
    # Dask cannot stop a task: the worker reads this flag between training steps.
    connection.execute(
        update(runs).where(runs.c.state == "running", only_here).values(cancel_requested=True)
    )


def view(store: Store, experiment_id: str) -> ExperimentView | None:
    """Return an experiment as it is now; None if there is none."""
    with store.reading() as connection:
        experiment = connection.execute(
            select(experiments).where(experiments.c.id == experiment_id)
        ).one_or_none()
        if experiment is None:
            return None
        its_runs = connection.execute(
            select(runs, experiment_runs.c.label)
            .join_from(experiment_runs, runs)
            .where(experiment_runs.c.experiment_id == experiment_id)
            .order_by(experiment_runs.c.place)
        ).all()
        waiting = any(run.state == "queued" for run in its_runs)
        positions = queue.positions(connection) if waiting else {}
        holders = holds.count(store, connection, experiment_id)
        return ExperimentView(experiment, its_runs, positions, holders)


def page(store: Store, limit: int, before: tuple[float, str] | None = None) -> Sequence[Row[Any]]:
    """Return experiments, newest first, older than ``before`` = (created_at, id)."""
    query = select(experiments).order_by(experiments.c.created_at.desc(), experiments.c.id.desc())
    if before is not None:
        query = query.where(tuple_(experiments.c.created_at, experiments.c.id) < before)
    with store.reading() as connection:
        return connection.execute(query.limit(limit)).all()


def find_run(store: Store, run_id: str) -> tuple[Row[Any], int | None] | None:
    """Return a run and its position in the queue; None if there is none."""
    with store.reading() as connection:
        row = connection.execute(select(runs).where(runs.c.id == run_id)).one_or_none()
        if row is None:
            return None
        waits = row.state == "queued"
        return row, queue.positions(connection).get(run_id) if waits else None
