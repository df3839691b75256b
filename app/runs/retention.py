"""What is kept, and for how long.

An experiment goes when nobody has asked for it or looked at it for some days, or when the logs
together are too large, the longest unseen first. Never one that is not over, or that somebody
looks at. A run stays as long as any experiment has it. Nothing is lost but time: a run follows from
its spec, so who opens the link of an old experiment has it computed again.
"""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, exists, func, or_, select, update

from app.runs.store import (
    UNFINISHED,
    Store,
    experiment_runs,
    experiments,
    frames,
    holds,
    runs,
    weights,
)

log = logging.getLogger(__name__)

DAY = 86_400.0
FORGET_AFTER = DAY  # after its end nothing of a run says who asked for it
SEEN_EVERY = 60.0  # seconds between two notes that somebody looks
RECENT = 15 * 60.0  # seconds; whoever looks at it has been noted since
AT_ONCE = 200  # experiments of one pass


@dataclass(frozen=True)
class Policy:
    """How much is kept; 0 means without limit.

    Attributes
    ----------
    days : float
        Since somebody asked for an experiment or looked at it.
    size : int
        Bytes of all logs together.
    """

    days: float
    size: int


def seen(connection: Connection, ids: Iterable[str], now: float) -> None:
    """Note that somebody looks at these experiments."""
    late = experiments.c.seen_at < now - SEEN_EVERY
    connection.execute(
        update(experiments).where(experiments.c.id.in_(list(ids)), late).values(seen_at=now)
    )


def prune(store: Store, policy: Policy, now: float | None = None) -> int:
    """Delete what the policy does not keep; how many experiments went.

    Each goes in a transaction of its own, so that nobody waits for long.
    """
    now = time.time() if now is None else now
    count = 0
    if policy.days:
        for experiment_id in _unseen_since(store, now - policy.days * DAY):
            count += _forget(store, experiment_id, now - policy.days * DAY)
    _delete_what_nobody_has(store)
    if policy.size:
        for experiment_id in _unseen_since(store, now - RECENT):
            if total_size(store) <= policy.size:
                break
            count += _forget(store, experiment_id, now - RECENT)
            _delete_what_nobody_has(store)
    if count:
        log.info("old experiments were deleted", extra={"experiments": count})
    return count


def forget_clients(store: Store, now: float | None = None) -> int:
    """Delete who asked for runs that ended a day ago, and lasting holds on what is over.

    The name of a client is a hash of his address, and whoever has the database could try addresses
    until one fits. It is needed while he waits, and for fair turns soon after.
    """
    long_ago = (time.time() if now is None else now) - FORGET_AFTER
    over = runs.c.client != "", runs.c.finished_at < long_ago, runs.c.state.not_in(UNFINISHED)
    trains = exists().where(
        experiment_runs.c.experiment_id == holds.c.experiment_id,
        experiment_runs.c.run_id == runs.c.id,
        or_(runs.c.state.in_(UNFINISHED), runs.c.finished_at >= long_ago),
    )
    needless = holds.c.until.is_(None), ~trains
    with store.reading() as connection:
        if not (
            connection.scalar(select(runs.c.id).where(*over).limit(1))
            or connection.scalar(select(holds.c.experiment_id).where(*needless).limit(1))
        ):
            return 0  # no writer has to wait
    with store.planning() as connection:
        connection.execute(delete(holds).where(*needless))
        return connection.execute(update(runs).where(*over).values(client="", holder="")).rowcount


def total_size(store: Store) -> int:
    """Return the bytes of all logs of runs that are over."""
    with store.reading() as connection:
        return int(connection.scalar(select(func.sum(runs.c.bytes))) or 0)


def _may_go(unseen_since: float) -> tuple[object, ...]:
    still_wanted = exists().where(
        experiment_runs.c.experiment_id == experiments.c.id,
        experiment_runs.c.run_id == runs.c.id,
        runs.c.state.in_(UNFINISHED),
        experiments.c.cancelled_at.is_(None),
    )
    return experiments.c.seen_at < unseen_since, ~still_wanted


def _unseen_since(store: Store, moment: float) -> list[str]:
    with store.reading() as connection:
        query = select(experiments.c.id).where(*_may_go(moment))  # type: ignore[arg-type]
        return list(connection.scalars(query.order_by(experiments.c.seen_at).limit(AT_ONCE)))


def _forget(store: Store, experiment_id: str, unseen_since: float) -> bool:
    """Delete an experiment unless somebody came back to it just now."""
    this = experiments.c.id == experiment_id
    with store.planning() as connection:
        may_go = select(experiments.c.id).where(this, *_may_go(unseen_since))  # type: ignore[arg-type]
        if connection.scalar(may_go) is None:
            return False
        for table in (experiment_runs, holds):
            connection.execute(delete(table).where(table.c.experiment_id == experiment_id))
        connection.execute(delete(experiments).where(this))
    return True


def _delete_what_nobody_has(store: Store) -> None:
    orphan = (
        ~exists().where(experiment_runs.c.run_id == runs.c.id),
        runs.c.state.not_in(UNFINISHED),
    )
    with store.reading() as connection:
        found = list(connection.scalars(select(runs.c.id).where(*orphan)))
    for run_id in found:
        with store.planning() as connection:
            if connection.scalar(select(runs.c.id).where(runs.c.id == run_id, *orphan)) is None:
                continue  # asked for again just now
            for table in (frames, weights):
                connection.execute(delete(table).where(table.c.run_id == run_id))
            connection.execute(delete(runs).where(runs.c.id == run_id))
