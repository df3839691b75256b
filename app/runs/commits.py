"""Whether anything was committed to the log: a question that costs microseconds.

``PRAGMA data_version`` of SQLite, ``pg_current_snapshot()`` of PostgreSQL.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from app.runs.store import Store


@contextmanager
def commit_counter(store: Store) -> Iterator[Callable[[], object]]:
    """Give a function whose answer changes when somebody else has committed something."""
    if not store.is_sqlite:
        counter = _SnapshotCounter(store)
        with closing(counter):
            yield counter
        return
    # Its own connection: the counter leaves out what the asking connection commits itself.
    with closing(sqlite3.connect(str(store.url.database))) as connection:
        yield lambda: connection.execute("PRAGMA data_version").fetchone()[0]


class _SnapshotCounter:
    """The transactions that a new reader of PostgreSQL would see, as a text.

    It changes exactly when a transaction that wrote has ended, and needs no NOTIFY of the writers,
    whose commits PostgreSQL would put in one line for it.
    """

    def __init__(self, store: Store) -> None:
        self._engine = store.engine
        self._connection: Connection | None = None

    def __call__(self) -> object:
        if self._connection is None:
            opened = self._engine.connect()
            self._connection = opened.execution_options(isolation_level="AUTOCOMMIT")
        try:
            return self._connection.scalar(text("SELECT CAST(pg_current_snapshot() AS text)"))
        except SQLAlchemyError:
            self.close()  # the server is away; the next question connects again
            raise

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
