"""The tables, and how to reach them: SQLite by default, PostgreSQL by the same code.

SQLite runs with a write-ahead log: readers never wait for writers, and a process killed in the
middle of a transaction leaves nothing behind. A worker imports this module, so it stays small.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Double,
    Engine,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    false,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

UNFINISHED = ("queued", "running")
FINISHED = ("solved", "finished", "diverged")  # the log of these never changes again

metadata = MetaData()

# Times are seconds since 1970, UTC.
experiments = Table(
    "experiments",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("spec", Text, nullable=False),  # JSON as it was first asked
    Column("created_at", Double, nullable=False),
    Column("cancelled_at", Double),
    Index("experiments_newest_first", "created_at", "id"),
)

experiment_runs = Table(
    "experiment_runs",
    metadata,
    Column("experiment_id", ForeignKey("experiments.id"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("label", Text, nullable=False),
    Index("experiment_runs_of_a_run", "run_id"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("spec", Text, nullable=False),  # canonical JSON
    Column("engine_version", String(32), nullable=False),
    Column("state", String(12), nullable=False),
    Column("cancel_requested", Boolean, nullable=False, server_default=false()),
    Column("priority", Integer, nullable=False),
    Column("client", String(32), nullable=False),  # whose turn it takes in the queue
    Column("step", Integer, nullable=False, server_default="0"),
    Column("seq", Integer, nullable=False, server_default="-1"),  # last frame stored
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("error_code", String(32)),
    Column("error_message", Text),
    Column("provenance", Text),  # JSON
    Column("created_at", Double, nullable=False),
    Column("queued_at", Double, nullable=False),
    Column("started_at", Double),
    Column("finished_at", Double),
    Index("runs_by_state", "state", "queued_at"),
)

# One writer per run, and the key refuses what a second attempt computes again. Readers ask for
# "after seq n of run r"; a global counter would skip rows that PostgreSQL commits out of order.
frames = Table(
    "frames",
    metadata,
    Column("run_id", ForeignKey("runs.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("step", Integer, nullable=False),
    Column("body", Text, nullable=False),  # one line of JSON, sent as it is
)

weights = Table(
    "weights",
    metadata,
    Column("run_id", ForeignKey("runs.id"), primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),  # npz
)


class StoreError(RuntimeError):
    """The database cannot be used; the message says why, for the person who starts the server."""


def reason(error: BaseException) -> str:
    """Return what the database itself said, without the statement and its parameters."""
    return str(getattr(error, "orig", None) or error)


class Store:
    """One database.

    Parameters
    ----------
    url : str
        SQLAlchemy URL.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(url) if self.is_sqlite else create_engine(url, pool_size=8)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that only reads: a consistent view that blocks nobody."""
        with self.engine.connect().execution_options(vgl_reads=True) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that writes, committed at the end of the block."""
        with self.engine.begin() as connection:
            yield connection

    def insert_new(self, table: Table) -> Any:
        """Return an INSERT that leaves a row alone which is already there."""
        insert = sqlite.insert if self.is_sqlite else postgresql.insert
        return insert(table).on_conflict_do_nothing()

    def check(self) -> None:
        """Ask the database anything.

        Raises
        ------
        StoreError
            If it does not answer.
        """
        try:
            with self.reading() as connection:
                connection.execute(select(1))
        except SQLAlchemyError as error:
            raise StoreError(reason(error)) from error

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _sqlite_engine(url: str) -> Engine:
    # 30 s: on a slow disk a checkpoint can hold the lock for seconds, and a frame is worth waiting.
    engine = create_engine(url, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, record: object) -> None:
        connection.isolation_level = None  # transactions begin where we say, not where Python does
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # IMMEDIATE: a transaction that reads first and writes later would fail when another wrote
        # in between, and no waiting could save it.
        reads = connection.get_execution_options().get("vgl_reads", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine
