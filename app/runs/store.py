"""The tables, and how to reach them: SQLite by default, PostgreSQL by the same code.

SQLite runs with a write-ahead log: readers never wait for writers, and a process killed in the
middle of a transaction leaves nothing behind. A worker imports this module, so it stays small.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
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
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError

STATES = ("queued", "running", "solved", "finished", "diverged", "cancelled", "failed")
UNFINISHED = ("queued", "running")
FINISHED = ("solved", "finished", "diverged")  # the log of these never changes again

# Seconds without a sign of life after which another cluster may take over a run. Workers give one
# every second; taken over too early, a run is computed twice, and that is all.
LEASE = 4.0
# Seconds that a worker keeps its frames while the database is away, being started again say.
PATIENCE = 60.0
# Any number, the same everywhere: it names the lock of those who change what is wanted.
_PLANS_LOCK = 8_210_734

T = TypeVar("T")

metadata = MetaData()

# Times are seconds since 1970, UTC.
experiments = Table(
    "experiments",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("spec", Text, nullable=False),  # JSON as it was first asked
    Column("created_at", Double, nullable=False),
    Column("cancelled_at", Double),
    Column("seen_at", Double, nullable=False, server_default="0"),  # somebody asked or looked
    Index("experiments_newest_first", "created_at", "id"),
    Index("experiments_longest_unseen_first", "seen_at"),
)

# Who would miss an experiment if it were stopped (app/runs/holds.py).
holds = Table(
    "holds",
    metadata,
    Column("experiment_id", ForeignKey("experiments.id"), primary_key=True),
    Column("holder", String(32), primary_key=True),
    Column("until", Double),  # null: for as long as it trains
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
    Column("holder", String(32), nullable=False, server_default=""),  # and who of them
    Column("step", Integer, nullable=False, server_default="0"),
    Column("seq", Integer, nullable=False, server_default="-1"),  # last frame stored
    Column("attempts", Integer, nullable=False, server_default="0"),
    # Of those, the ones before somebody last asked for it again: who stops and starts is no crash.
    Column("attempts_before", Integer, nullable=False, server_default="0"),
    Column("error_code", String(32)),
    Column("error_message", Text),
    Column("provenance", Text),  # JSON
    Column("cluster", String(32)),  # whose workers compute it
    Column("alive_at", Double),  # their last sign of life, by the clock of the database
    Column("bytes", BigInteger, nullable=False, server_default="0"),  # of its log, once it is over
    Column("created_at", Double, nullable=False),
    Column("queued_at", Double, nullable=False),
    Column("started_at", Double),
    Column("finished_at", Double),
    Index("runs_by_state", "state", "queued_at"),
    Index("runs_of_a_client", "client", "priority", "started_at"),
    Index("runs_of_a_holder", "client", "priority", "holder", "started_at"),
)

# What all servers of a database know and nobody else (app/runs/secret.py).
secrets = Table(
    "secrets",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", LargeBinary, nullable=False),
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
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgresql_engine(url)
        # SQLite has one writer, and lets the others sleep and ask again, in no order: a hundred
        # threads that wait so find the lock free too late. Here the next one is woken.
        self._writer: AbstractContextManager[Any] = (
            threading.RLock() if self.is_sqlite else nullcontext()
        )
        # One moment for all statements of a reader, as SQLite gives by itself.
        self._reads: dict[str, Any] = (
            {"vgl_reads": True}
            if self.is_sqlite
            else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that only reads: a consistent view that blocks nobody."""
        with self.engine.connect() as connection:
            yield connection.execution_options(**self._reads)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that writes, committed at the end of the block."""
        with self._writer, self.engine.begin() as connection:
            yield connection

    @contextmanager
    def planning(self) -> Iterator[Connection]:
        """Open a transaction that changes what is wanted: one at a time, on all servers.

        Who asks for runs in one order and who stops them in another would wait for each other; and
        whether somebody else wants a run must not change between the question and the stopping.
        """
        with self.writing() as connection:  # on SQLite a writer is alone anyway
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _PLANS_LOCK})
            yield connection

    def insert_new(self, table: Table) -> Any:
        """Return an INSERT that leaves a row alone which is already there."""
        # psycopg would not tell how many rows were new.
        return self.insert(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)

    def insert(self, table: Table) -> Any:
        """Return an INSERT in the dialect of the database, for its ON CONFLICT."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def now(self) -> ColumnElement[float]:
        """Return the time by the one clock that all who share the database share."""
        if self.is_sqlite:
            return literal(time.time(), Double)
        return func.extract("epoch", func.clock_timestamp()).cast(Double)

    def free_for(self, cluster: str) -> ColumnElement[bool]:
        """Return the condition that a run is a cluster's own, or that nobody computes it."""
        alive_at = runs.c.alive_at
        return or_(runs.c.cluster == cluster, alive_at.is_(None), alive_at < self.now() - LEASE)

    def patiently(self, action: Callable[[], T]) -> T:
        """Call again and again while a database server is away; at last its error is raised."""
        give_up_at = time.monotonic() + PATIENCE
        while True:
            try:
                return action()
            except OperationalError:
                if self.is_sqlite or time.monotonic() > give_up_at:
                    raise
            time.sleep(0.2)

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


def _postgresql_engine(url: str) -> Engine:
    # Asked before use, a connection that died with its server is replaced and nobody notices.
    # Keepalives notice a server that vanished without a word, which TCP alone would after hours.
    return create_engine(
        url,
        pool_size=8,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 5, "keepalives_idle": 20, "application_name": "vgl"},
    )


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
