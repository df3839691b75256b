"""Whose turn it is: the order in which queued runs are started.

People before grids, and clients in turn: the first run of everybody, then the second of
everybody, so that a grid of hundreds does not keep the next student waiting. What a client has
running counts, and of two with equally many the one who has waited longer since a run of his began
is next; otherwise whoever asked first would have every worker that becomes free.
"""

from sqlalchemy import CTE, Connection, Row, Select, and_, func, select

from app.runs.store import Store, runs

INTERACTIVE, GRID = 1, 0  # priorities


def _clients() -> CTE:
    """Return who waits, how many runs of his are running, and when the latest of them began."""
    waiting = (
        select(runs.c.client, runs.c.priority).where(runs.c.state == "queued").distinct().subquery()
    )
    his = runs.alias()
    latest = (
        select(func.max(his.c.started_at))
        .where(his.c.client == waiting.c.client, his.c.priority == waiting.c.priority)
        .scalar_subquery()
    )
    running = (
        select(runs.c.client, runs.c.priority, func.count().label("number"))
        .where(runs.c.state == "running")
        .group_by(runs.c.client, runs.c.priority)
        .subquery()
    )
    same = and_(running.c.client == waiting.c.client, running.c.priority == waiting.c.priority)
    return (
        select(
            waiting,
            func.coalesce(running.c.number, 0).label("running"),
            func.coalesce(latest, 0.0).label("latest"),
        )
        .join_from(waiting, running, same, isouter=True)
        .cte()
    )


def _in_order() -> Select[str, int, int]:
    clients = _clients()
    place = func.row_number().over(
        partition_by=(runs.c.priority, runs.c.client), order_by=(runs.c.queued_at, runs.c.id)
    )
    his = and_(clients.c.client == runs.c.client, clients.c.priority == runs.c.priority)
    return (
        select(runs.c.id, runs.c.priority, runs.c.attempts)
        .join_from(runs, clients, his)
        .where(runs.c.state == "queued")
        .order_by(
            runs.c.priority.desc(),
            clients.c.running + place,
            clients.c.latest,
            runs.c.queued_at,
            runs.c.id,
        )
    )


def due(store: Store, slots: int, cluster: str = "") -> list[Row[str, int, int]]:
    """Return (id, priority, attempts) of what should be with a worker of a cluster now.

    That is what it computes already, what another cluster has left behind, and the next in turn.
    Grids leave one worker free, so that a person never waits for a long run of a grid to end.
    """
    with store.reading() as connection:
        found = list(
            connection.execute(
                select(runs.c.id, runs.c.priority, runs.c.attempts)
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
