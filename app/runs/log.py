"""The log of a run: one writer appends frames, any number of readers follow by position.

The writer is a worker process that may die at any moment, so every write is a transaction that
leaves a state from which the run can be computed again: training is deterministic, and the key
(run, seq) refuses the frames that are already there.
"""

import io
import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, Row, Table, case, func, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from app.runs.store import LEASE, UNFINISHED, Store, frames, runs, weights

FLUSH_EVERY = 0.05  # seconds; a frame is worth a transaction, ten frames a second are not ten
ASK_EVERY = 0.1  # seconds between two looks at the flag that cancels a run
# A run that is killed with its server on every start would never end; Dask counts only what
# happens within one life of the scheduler. Counted since somebody last asked for the run again.
MOST_ATTEMPTS = 20


@dataclass(frozen=True)
class Claim:
    """The right to write one run.

    Attributes
    ----------
    spec : dict
    seq : int
        The last frame that an earlier attempt left, or -1.
    attempt : int
        1 is the first. A later claim ends the right of an earlier one.
    kernels : str
        What computes the loops over time. An attempt that goes on behind frames that are there
        uses what they were computed with: others differ in the last digits, and training
        magnifies that.
    """

    spec: dict[str, Any]
    seq: int
    attempt: int
    kernels: str


def claim(store: Store, run_id: str, provenance: dict[str, Any], cluster: str = "") -> Claim | None:
    """Begin an attempt at a run for a cluster.

    Returns
    -------
    Claim or None
        None if nobody waits for the run any more, or if another cluster computes it.
    """
    now = time.time()
    with store.writing() as connection:
        row = connection.execute(
            update(runs)
            .where(
                runs.c.id == run_id,
                runs.c.state.in_(UNFINISHED),
                or_(runs.c.state == "queued", store.free_for(cluster)),
            )
            .values(
                state="running",
                cluster=cluster,
                alive_at=store.now(),
                attempts=runs.c.attempts + 1,
                started_at=case((runs.c.started_at.is_(None), now), else_=runs.c.started_at),
                provenance=case((runs.c.seq >= 0, runs.c.provenance), else_=json.dumps(provenance)),
            )
            .returning(
                runs.c.spec,
                runs.c.seq,
                runs.c.attempts,
                runs.c.attempts_before,
                runs.c.provenance,
            )
        ).one_or_none()
    if row is None:
        return None
    attempts = row.attempts - row.attempts_before
    if attempts > MOST_ATTEMPTS:
        fail(store, run_id, "worker_lost", f"given up after {attempts - 1} attempts")
        return None
    kernels = json.loads(row.provenance)["kernels"]
    return Claim(json.loads(row.spec), row.seq, row.attempts, kernels)


@contextmanager
def signs_of_life(store: Store, run_id: str, attempt: int) -> Iterator[None]:
    """Tell the other clusters during the block that the run is being computed.

    From a thread, because one training step may take longer than their patience.
    """
    over = threading.Event()

    def tell() -> None:
        while not over.wait(LEASE / 4):
            # The database is away: the frames will say so, here nothing is lost.
            with suppress(SQLAlchemyError), store.writing() as connection:
                connection.execute(
                    update(runs)
                    .where(runs.c.id == run_id, runs.c.attempts == attempt)
                    .values(alive_at=store.now())
                )

    thread = threading.Thread(target=tell, name="signs of life", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def fail(store: Store, run_id: str, code: str, message: str, *, stop: bool = False) -> None:
    """Record why an unfinished run cannot be completed; ``stop`` ends a worker that tries on."""
    with store.writing() as connection:
        connection.execute(
            update(runs)
            .where(runs.c.id == run_id, runs.c.state.in_(UNFINISHED))
            .values(
                state="failed",
                error_code=code,
                error_message=message[:2000],
                finished_at=time.time(),
                cancel_requested=stop,
                bytes=_size(),
            )
        )


def confirm_cancelled(store: Store, run_id: str) -> bool:
    """Record that a run has stopped; False if the wish was withdrawn in the meantime."""
    with store.writing() as connection:
        done = connection.execute(
            update(runs)
            .where(runs.c.id == run_id, runs.c.state.in_(UNFINISHED), runs.c.cancel_requested)
            .values(state="cancelled", finished_at=time.time(), bytes=_size())
        )
    return done.rowcount > 0


class RunWriter:
    """Appends the frames of one attempt at a run.

    Parameters
    ----------
    store : Store
    run_id : str
    claim : Claim
        Frames up to its ``seq`` are stored: they are computed again and not written again.

    Attributes
    ----------
    cancelled : bool
        Nobody wants the run any more.
    superseded : bool
        A later attempt has begun: this one was believed dead.
    """

    def __init__(self, store: Store, run_id: str, claim: Claim) -> None:
        self._store, self._run_id, self._claim = store, run_id, claim
        self._frames: list[dict[str, Any]] = []
        self._weights: list[dict[str, Any]] = []
        self._flushed_at = -float("inf")
        self._asked_at = time.monotonic()
        self.cancelled = self.superseded = False
        self._ask()
        self.final_state: str | None = None

    def append(
        self,
        seq: int,
        step: int,
        body: str,
        *,
        state: str,
        parameters: dict[str, np.ndarray] | None = None,
    ) -> None:
        """Take a frame; it is in the log within ``FLUSH_EVERY`` seconds, the last one at once."""
        if seq > self._claim.seq:
            row = {"run_id": self._run_id, "step": step}
            self._frames.append({**row, "seq": seq, "body": body})
            if parameters is not None:
                self._weights.append({**row, "body": _npz(parameters)})
        if state != "running":
            self.final_state = state
        self._flush_if_due()

    def should_stop(self) -> bool:
        """Tell whether to give up the run; asked between training steps, so it is cheap."""
        self._flush_if_due()
        now = time.monotonic()
        if now - self._asked_at >= ASK_EVERY:
            self._asked_at = now
            self._ask()
        return self.cancelled or self.superseded

    def flush(self) -> None:
        """Write what is waiting; frames, progress and final state in one transaction."""
        if self._frames or self.final_state:
            # Written again after a commit that was not acknowledged, they change nothing.
            self._store.patiently(self._write)
            self._frames, self._weights = [], []
        self._flushed_at = time.monotonic()

    def _write(self) -> None:
        with self._store.writing() as connection:
            if self._frames:
                connection.execute(self._store.insert_new(frames), self._frames)
            if self._weights:
                connection.execute(self._store.insert_new(weights), self._weights)
            self._write_progress(connection)

    def _write_progress(self, connection: Connection) -> None:
        this_run = update(runs).where(runs.c.id == self._run_id)
        if self._frames:
            last = self._frames[-1]
            # A forgotten attempt that is still alive must not move the position back.
            connection.execute(
                this_run.where(runs.c.seq < last["seq"]).values(step=last["step"], seq=last["seq"])
            )
        if self.final_state:
            connection.execute(
                this_run.values(
                    state=self.final_state,
                    finished_at=time.time(),
                    error_code=None,
                    error_message=None,
                    bytes=_size(),
                )
            )

    def _flush_if_due(self) -> None:
        waited = time.monotonic() - self._flushed_at
        if self.final_state or (self._frames and waited >= FLUSH_EVERY):
            self.flush()

    def _ask(self) -> None:
        row = self._store.patiently(self._read_flags)
        self.cancelled = row is None or row.cancel_requested
        self.superseded = row is not None and row.attempts != self._claim.attempt

    def _read_flags(self) -> Row[bool, int] | None:
        with self._store.reading() as connection:
            wanted = select(runs.c.cancel_requested, runs.c.attempts)
            return connection.execute(wanted.where(runs.c.id == self._run_id)).one_or_none()


def _size() -> ColumnElement[int]:
    """Return the bytes that the log of the run that is being updated takes."""
    return _size_of(frames) + _size_of(weights)


def _size_of(table: Table) -> ColumnElement[int]:
    size = func.coalesce(func.sum(func.length(table.c.body)), 0)
    return select(size).where(table.c.run_id == runs.c.id).scalar_subquery()


def _npz(parameters: dict[str, np.ndarray]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **parameters)
    return buffer.getvalue()


def read_frames(
    store: Store, run_id: str, *, after: int, limit: int, every: int = 1
) -> Sequence[Row[int, str]]:
    """Return rows (seq, body) with seq > ``after`` and seq a multiple of ``every``, in order."""
    query = (
        select(frames.c.seq, frames.c.body)
        .where(frames.c.run_id == run_id, frames.c.seq > after)
        .order_by(frames.c.seq)
        .limit(limit)
    )
    if every > 1:
        query = query.where(frames.c.seq % every == 0)
    with store.reading() as connection:
        return connection.execute(query).all()
