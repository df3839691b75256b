"""Who would miss an experiment: an experiment ends for all when the last of them lets go.

Two students with the same set-up share one experiment. Each page has a name of its own and holds
the experiment while it looks; whoever asks without a name (a script) holds it for as long as it
trains. Stopping lets go of one's own hold.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select

from app.runs.store import Store, holds

UNNAMED = ""
HOLD = 45.0  # seconds that a page keeps its hold without being heard of


def hold(store: Store, connection: Connection, pairs: Iterable[tuple[str, str]]) -> None:
    """Begin or renew holds, given as (experiment, holder)."""
    for experiment_id, holder in sorted(pairs):
        until = None if holder == UNNAMED else store.now() + HOLD
        row = {"experiment_id": experiment_id, "holder": holder, "until": until}
        insert = store.insert(holds).values(row)
        connection.execute(
            insert.on_conflict_do_update(
                index_elements=["experiment_id", "holder"], set_={"until": until}
            )
        )


def let_go(store: Store, connection: Connection, experiment_id: str, holder: str) -> int:
    """End a hold; how many others hold the experiment still."""
    connection.execute(
        delete(holds).where(holds.c.experiment_id == experiment_id, holds.c.holder == holder)
    )
    return count(store, connection, experiment_id)


def count(store: Store, connection: Connection, experiment_id: str) -> int:
    """Return how many hold an experiment now."""
    these = and_(holds.c.experiment_id == experiment_id, _live(store))
    return connection.scalar(select(func.count()).select_from(holds).where(these)) or 0


def _live(store: Store) -> ColumnElement[bool]:
    return or_(holds.c.until.is_(None), holds.c.until > store.now())
