"""Experiments: ask for one, stop it, look at it."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, exists, func, or_, select, tuple_, update

from app.core.spec import ENGINE_VERSION
from app.runs import holds, queue
from app.runs.plan import Plan
from app.runs.retention import SEEN_EVERY
from app.runs.store import UNFINISHED, Store, experiment_runs, experiments, runs
from app.runs.store import holds as held

# Failures that are worth another attempt when somebody asks again. A spec that kills its workers
# is not.
NOT_REVIVED = ("worker_lost", "training_error")


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


def submit(
    store: Store,
    plan: Plan,
    asked: dict[str, Any],
    *,
    client: str,
    priority: int,
    holder: str = holds.UNNAMED,
) -> tuple[str, bool]:
    """Ask for an experiment; the same runs in the same order are the same experiment.

    Runs that others have asked for are shared. Runs that were cancelled, or failed for a reason
    that may have passed, are queued again.

    Returns
    -------
    (str, bool)
        Its id, and whether it is new.
    """
    now = time.time()
    ids = [planned.spec.run_id for planned in plan.runs]
    if _is_under_way(store, plan, priority, holder, now):
        return plan.id, False
    rows = [
        {
            "id": planned.spec.run_id,
            "spec": planned.spec.canonical(),
            "engine_version": ENGINE_VERSION,
            "state": "queued",
            "priority": priority,
            "client": client,
            "created_at": now,
            "queued_at": now + place * 1e-6,  # in the order of the experiment
        }
        for place, planned in enumerate(plan.runs)
    ]
    members = [
        {"experiment_id": plan.id, "place": place, "run_id": run.spec.run_id, "label": run.label}
        for place, run in enumerate(plan.runs)
    ]
    with store.planning() as connection:
        new = connection.execute(
            store.insert_new(experiments).values(
                id=plan.id, spec=json.dumps(asked), created_at=now, seen_at=now
            )
        )
        connection.execute(store.insert_new(runs), rows)
        connection.execute(store.insert_new(experiment_runs), members)
        connection.execute(
            update(experiments)
            .where(experiments.c.id == plan.id)
            .values(cancelled_at=None, seen_at=now)
        )
        holds.hold(store, connection, [(plan.id, holder)])
        _want_again(connection, ids, now, client, priority)
    return plan.id, new.rowcount > 0


def _is_under_way(store: Store, plan: Plan, priority: int, holder: str, now: float) -> bool:
    """Tell whether asking would change nothing: a class that asks for the same needs no writer.

    Pages hold what they look at, which is written for all of them together (``upkeep``).
    """
    ids = [planned.spec.run_id for planned in plan.runs]
    wanted = select(experiments.c.id).where(
        experiments.c.id == plan.id,
        experiments.c.cancelled_at.is_(None),
        experiments.c.seen_at > now - SEEN_EVERY,
    )
    if holder == holds.UNNAMED:
        wanted = wanted.where(held.c.experiment_id == experiments.c.id, held.c.holder == holder)
    steady = (
        runs.c.state.not_in(("cancelled", "failed")),
        ~and_(runs.c.state.in_(UNFINISHED), runs.c.cancel_requested),
        ~and_(runs.c.state == "queued", runs.c.priority < priority),
    )
    with store.reading() as connection:
        if connection.scalar(wanted) is None:
            return False
        count = select(func.count()).where(runs.c.id.in_(ids), *steady)
        return connection.scalar(count) == len(ids)


def unfinished_with(store: Store, plan: Plan, client: str) -> int:
    """Return how many unfinished runs a client would have with this plan; 0 if it adds none."""
    ids = [planned.spec.run_id for planned in plan.runs]
    there = runs.c.id.in_(ids), runs.c.state.not_in(("cancelled", "failed"))
    his = runs.c.client == client, runs.c.state.in_(UNFINISHED)
    with store.reading() as connection:
        new = len(ids) - (connection.scalar(select(func.count()).where(*there)) or 0)
        if not new:
            return 0
        return new + (connection.scalar(select(func.count()).where(*his)) or 0)


def _want_again(
    connection: Connection, ids: list[str], now: float, client: str, priority: int
) -> None:
    these = runs.c.id.in_(ids)
    stopped = or_(
        runs.c.state == "cancelled",
        and_(runs.c.state == "failed", runs.c.error_code.not_in(NOT_REVIVED)),
    )
    connection.execute(
        update(runs)
        .where(these, stopped)
        .values(
            state="queued",
            attempts_before=runs.c.attempts,
            cancel_requested=False,
            queued_at=now,
            client=client,
            started_at=None,
            finished_at=None,
            error_code=None,
            error_message=None,
        )
    )
    connection.execute(
        update(runs)
        .where(these, runs.c.state.in_(UNFINISHED), runs.c.cancel_requested)
        .values(cancel_requested=False, attempts_before=runs.c.attempts)
    )
    # Somebody now waits for what so far was only part of a grid.
    connection.execute(
        update(runs)
        .where(these, runs.c.state == "queued", runs.c.priority < priority)
        .values(priority=priority, client=client)
    )


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
