"""Who would miss an experiment: an experiment ends for all when the last of them lets go.

Two students with the same set-up share one experiment. Each page has a name of its own and holds
the experiment while it looks; whoever asks without a name (a script) holds it, in the name of his
address, for as long as it trains. Stopping lets go of one's own hold.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select

from app.runs.store import Store, holds

UNNAMED = ""  # this machine itself: the lesson, a command without a server
_ADDRESS = "@"  # no name that a page makes up for itself begins so
HOLD = 45.0  # seconds that a page keeps its hold without being heard of


def of_client(client: str) -> str:
    """Return the name in which an address holds what it asked for without one."""
    return _ADDRESS + client


def lasts(holder: str) -> bool:
    """Tell whether a hold needs no renewal."""
    return not holder or holder.startswith(_ADDRESS)


def hold(store: Store, connection: Connection, pairs: Iterable[tuple[str, str]]) -> None:
    """Begin or renew holds, given as (experiment, holder)."""
    rows = [{"experiment_id": experiment, "holder": holder} for experiment, holder in sorted(pairs)]
    for until, some in (
        (None, [row for row in rows if lasts(row["holder"])]),
        (store.now() + HOLD, [row for row in rows if not lasts(row["holder"])]),
    ):
        if some:
            insert = store.insert(holds).values(until=until)
            renewing = insert.on_conflict_do_update(
                index_elements=["experiment_id", "holder"], set_={"until": insert.excluded.until}
            )
            connection.execute(renewing, some)


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


def drop_expired(store: Store) -> int:
    """Delete the holds that hold nothing any more; how many they were."""
    expired = holds.c.until < store.now()
    with store.reading() as connection:
        if connection.scalar(select(holds.c.holder).where(expired).limit(1)) is None:
            return 0  # no writer has to wait
    with store.writing() as connection:
        return connection.execute(delete(holds).where(expired)).rowcount


def _live(store: Store) -> ColumnElement[bool]:
    return or_(holds.c.until.is_(None), holds.c.until > store.now())
