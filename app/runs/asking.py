"""Ask for an experiment: share what is there, queue what is not, and keep within one's share."""

import json
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, update

from app.core.spec import ENGINE_VERSION
from app.runs import holds
from app.runs.plan import Plan
from app.runs.retention import SEEN_EVERY
from app.runs.store import UNFINISHED, Store, experiment_runs, experiments, runs
from app.runs.store import holds as held

# Failures that are worth another attempt when somebody asks again. A spec that kills its workers
# is not.
NOT_REVIVED = ("worker_lost", "training_error")
_MAY_BE_REVIVED = or_(
    runs.c.state == "cancelled",
    and_(runs.c.state == "failed", runs.c.error_code.not_in(NOT_REVIVED)),
)


@dataclass(frozen=True)
class Shares:
    """Unfinished runs that one address may have, and that each holder at it may have.

    A school is often one address. The second number keeps one page or program from using up what
    is meant for all of them.
    """

    client: int
    holder: int


class TooManyRunsError(RuntimeError):
    """A client, or one holder at it, would have too many unfinished runs."""

    def __init__(self, limit: int, *, of_holder: bool) -> None:
        self.limit, self.of_holder = limit, of_holder
        super().__init__(f"at most {limit} unfinished runs")


def submit(
    store: Store,
    plan: Plan,
    asked: dict[str, Any],
    *,
    client: str,
    priority: int,
    holder: str = holds.UNNAMED,
    shares: Shares | None = None,
) -> tuple[str, bool]:
    """Ask for an experiment; the same runs in the same order are the same experiment.

    Runs that others have asked for are shared. Runs that were cancelled, or failed for a reason
    that may have passed, are queued again.

    Parameters
    ----------
    client, holder : str
        Whose turn it is in the queue, and who of them: each takes turns with his equals.
    shares : Shares, optional
        None: as many as he likes.

    Returns
    -------
    (str, bool)
        Its id, and whether it is new.

    Raises
    ------
    TooManyRunsError
        Then nothing was changed.
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
            "holder": holder,
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
        if shares is not None:
            # Here, where nobody else adds any: two requests at once must not both find room.
            _check_shares(connection, ids, client, holder, shares)
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
        _want_again(connection, ids, now, client, holder, priority)
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
    if holds.lasts(holder):
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


def _check_shares(
    connection: Connection, ids: list[str], client: str, holder: str, shares: Shares
) -> None:
    """Refuse new runs beyond a share; what is there already may always be watched."""
    there = select(func.count()).where(runs.c.id.in_(ids), ~_MAY_BE_REVIVED)
    new = len(ids) - (connection.scalar(there) or 0)
    if not new:
        return
    his = runs.c.client == client, runs.c.state.in_(UNFINISHED)
    of_client = connection.scalar(select(func.count()).where(*his)) or 0
    if of_client + new > shares.client:
        raise TooManyRunsError(shares.client, of_holder=False)
    of_holder = connection.scalar(select(func.count()).where(*his, runs.c.holder == holder)) or 0
    if of_holder + new > shares.holder:
        raise TooManyRunsError(shares.holder, of_holder=True)


def _want_again(
    connection: Connection, ids: list[str], now: float, client: str, holder: str, priority: int
) -> None:
    these = runs.c.id.in_(ids)
    connection.execute(
        update(runs)
        .where(these, _MAY_BE_REVIVED)
        .values(
            state="queued",
            attempts_before=runs.c.attempts,
            cancel_requested=False,
            queued_at=now,
            client=client,
            holder=holder,
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
        .values(priority=priority, client=client, holder=holder)
    )
