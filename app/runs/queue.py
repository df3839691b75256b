"""Whose turn it is: the order in which queued runs are started.

People before grids, and clients in turn: the first run of everybody, then the second of
everybody, so that a grid of hundreds does not keep the next student waiting. What a client has
running counts, and of two with equally many the one who has waited longer since a run of his began
is next; otherwise whoever asked first would have every worker that becomes free. A client is an
address, often that of a school: its holders, a page each, share its turns by the same rule.
"""

from sqlalchemy import CTE, Column, Connection, Row, Select, and_, false, func, select

from app.runs.store import LEASE, Store, runs

INTERACTIVE, GRID = 1, 0  # priorities


def _waiting(*who: Column[str]) -> CTE:
    """Return who waits, how many runs of his are running, and when the latest of them began.

    Parameters
    ----------
    who : columns of ``runs``
        That are equal for the runs of one: a client, or a client and a holder.
    """
    names = [column.name for column in (*who, runs.c.priority)]
    waiting = select(*who, runs.c.priority).where(runs.c.state == "queued").distinct().subquery()
    his = runs.alias()
    latest = (
        select(func.max(his.c.started_at))
        .where(*(his.c[name] == waiting.c[name] for name in names))
        .scalar_subquery()
    )
    running = (
        select(*who, runs.c.priority, func.count().label("number"))
        .where(runs.c.state == "running")
        .group_by(*who, runs.c.priority)
        .subquery()
    )
    same = and_(*(running.c[name] == waiting.c[name] for name in names))
    return (
        select(
            waiting,
            func.coalesce(running.c.number, 0).label("running"),
            func.coalesce(latest, 0.0).label("latest"),
        )
        .join_from(waiting, running, same, isouter=True)
        .cte()
    )


def _turns_of_holders() -> CTE:
    """Return the queued runs, each with the turn that it has among those of its client."""
    holders = _waiting(runs.c.client, runs.c.holder)
    place = func.row_number().over(
        partition_by=(runs.c.priority, runs.c.client, runs.c.holder),
        order_by=(runs.c.queued_at, runs.c.id),
    )
    his = and_(
        holders.c.client == runs.c.client,
        holders.c.holder == runs.c.holder,
        holders.c.priority == runs.c.priority,
    )
    return (
        select(
            *(runs.c[name] for name in ("id", "priority", "attempts", "client", "queued_at")),
            (holders.c.running + place).label("turn"),
            holders.c.latest,
        )
        .join_from(runs, holders, his)
        .where(runs.c.state == "queued")
        .cte()
    )


def _in_order() -> Select[str, int, int, bool]:
    clients, queued = _waiting(runs.c.client), _turns_of_holders()
    place = func.row_number().over(
        partition_by=(queued.c.priority, queued.c.client),
        order_by=(queued.c.turn, queued.c.latest, queued.c.queued_at, queued.c.id),
    )
    his = and_(clients.c.client == queued.c.client, clients.c.priority == queued.c.priority)
    return (
        select(queued.c.id, queued.c.priority, queued.c.attempts, false().label("alive"))
        .join_from(queued, clients, his)
        .order_by(
            queued.c.priority.desc(),
            clients.c.running + place,
            clients.c.latest,
            queued.c.queued_at,
            queued.c.id,
        )
    )


def due(store: Store, slots: int, cluster: str = "") -> list[Row[str, int, int, bool]]:
    """Return (id, priority, attempts, alive) of what should be with a worker of a cluster now.

    That is what it computes already, what another cluster has left behind, and the next in turn.
    ``alive`` is whether somebody computes it at this moment. Grids leave one worker free, so that a
    person never waits for a long run of a grid to end.
    """
    alive = func.coalesce(runs.c.alive_at >= store.now() - LEASE, False).label("alive")
    with store.reading() as connection:
        found = list(
            connection.execute(
                select(runs.c.id, runs.c.priority, runs.c.attempts, alive)
                .where(runs.c.state == "running", store.free_for(cluster))
                .order_by(runs.c.queued_at, runs.c.id)
            )
        )
        free = slots - len(found)
        free_for_grids = max(1, slots - 1) - sum(run.priority == GRID for run in found)
        if free > 0:
            for run in connection.execute(_in_order().limit(free)):
                if run.priority > GRID or free_for_grids > 0:
                    free_for_grids -= run.priority == GRID
                    found.append(run)
        return found


def positions(connection: Connection) -> dict[str, int]:
    """Return the place of every queued run; 1 is next."""
    waiting = connection.scalars(_in_order()).all()
    return {run_id: place for place, run_id in enumerate(waiting, start=1)}
