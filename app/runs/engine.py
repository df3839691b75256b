"""Keep the workers busy: a thread hands queued runs to Dask, one per free worker.

The queue is in the store, not in Dask. So a restart forgets nothing, several servers on one
database agree on what is next, and a run that kills its worker takes no waiting run with it.
Handing a run out twice is harmless: the Dask key is the run id, and the log has one row per frame.
"""

import logging
import threading
import time
from collections.abc import Sequence, Set
from contextlib import suppress
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import Row, select, update
from sqlalchemy.exc import SQLAlchemyError

from app.runs import queue
from app.runs.cluster import Workers, connected
from app.runs.log import fail
from app.runs.store import Store, StoreError, reason, runs

if TYPE_CHECKING:
    from distributed import Future

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0  # seconds; what other servers queued is found this late at most
RETRY_AFTER = 5.0  # seconds before a run is tried again whose frames could not be written
NO_WORKER = "no worker is connected"


class Engine:
    """The compute side of a server.

    Parameters
    ----------
    store : Store
    workers : int
        Processes to start.
    scheduler : str
        Address of an existing Dask scheduler; empty: start processes here.
    max_attempts : int
        Workers that one run may kill.
    max_seconds : float
        How long one run may take before it is given up, and its worker replaced.
    """

    def __init__(
        self,
        store: Store,
        *,
        workers: int,
        scheduler: str,
        max_attempts: int,
        max_seconds: float = 1800.0,
    ) -> None:
        self._store, self._workers, self._scheduler = store, workers, scheduler
        self._max_attempts, self._max_seconds = max_attempts, max_seconds
        # Servers with one scheduler are one cluster, and Dask computes a key of theirs once. A
        # server with workers of its own is a cluster, and leaves alone what another one computes.
        self._cluster = blake2b((scheduler or uuid4().hex).encode(), digest_size=8).hexdigest()
        self._futures: dict[str, Future[Any]] = {}
        # When, by a clock that nobody may set: handed out; and the attempt that has begun since.
        self._handed_out: dict[str, float] = {}
        self._began: dict[str, tuple[int, float]] = {}
        self._not_before: dict[str, float] = {}
        # How often a run had been started before it was handed out here: not this engine's doing.
        self._attempts_before: dict[str, int] = {}
        self._signal = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self.status = "starting"
        self.workers = 0  # that are connected

    @property
    def ready(self) -> bool:
        return self.status == "ready"

    def start(self) -> None:
        """Start in the background; runs that an earlier server left unfinished go first."""
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Look at the queue now."""
        self._signal.set()

    def stop(self, timeout: float = 3.0) -> None:
        """Stop at once: what the workers were doing is computed again after the next start."""
        self.status, self._stopping = "stopping", True
        self._signal.set()
        if self._thread:
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stopping:
            try:
                with connected(
                    self._scheduler, self._workers, self._store, self._leave_behind
                ) as workers:
                    log.info("the engine has started", extra={"workers": workers.slots()})
                    self._dispatch(workers)
            # Whatever happens to a cluster, the server stays up, says so, and tries again.
            except Exception as error:
                if not self._stopping:
                    self.status = f"{type(error).__name__}: {error}"
                    log.exception("the engine has failed")
                    self._signal.wait(LOOK_EVERY)
            finally:
                self.workers = 0
                self._futures.clear()
                self._handed_out.clear()
                self._began.clear()

    # ------------------------------------------------------------------ queue

    def _dispatch(self, workers: Workers) -> None:
        while not self._stopping:
            if workers.lost():
                raise ConnectionError("the scheduler is gone")
            try:
                workers.blame_after(self._max_attempts)
                workers.replace_stopped()
                self._count(workers)
                self._collect()
                self._end_overdue(workers)
                self._hand_out(workers)
            except SQLAlchemyError as error:
                log.error("the queue cannot be read", extra={"error": reason(error)})
            self._signal.wait(LOOK_EVERY)
            self._signal.clear()

    def _count(self, workers: Workers) -> None:
        """Notice how many there are: without any, nothing is computed, and the server says so."""
        self.workers = workers.slots()
        if not self._stopping:
            self.status = "ready" if self.workers else NO_WORKER

    def _hand_out(self, workers: Workers) -> None:
        from app.runs.worker import execute

        due = queue.due(self._store, self.workers, self._cluster)
        now = time.monotonic()
        self._note_beginnings(due, now)
        self._forget_all_but({run.id for run in due})
        for run in due:
            if run.id in self._futures or self._not_before.get(run.id, 0.0) > now:
                continue
            self._attempts_before.setdefault(run.id, run.attempts)
            future = workers.client.submit(
                execute, run.id, self._cluster, key=run.id, retries=2, priority=run.priority
            )
            self._futures[run.id], self._handed_out[run.id] = future, now
            future.add_done_callback(lambda _: self._signal.set())

    def _note_beginnings(self, due: Sequence[Row[str, int, int, bool]], now: float) -> None:
        """Note when a worker was first seen at an attempt; until then a run only waits."""
        for run in due:
            if run.id in self._futures and run.alive:
                attempt, _ = self._began.get(run.id, (0, now))
                if attempt != run.attempts:
                    self._began[run.id] = run.attempts, now

    def _forget_all_but(self, due: Set[str]) -> None:
        """Keep in mind what is due or handed out only; what was ever started is due until it ends.

        Otherwise a server would remember every run that it had any trouble with.
        """
        for remembered in (self._not_before, self._attempts_before):
            for run_id in remembered.keys() - due - self._futures.keys():
                del remembered[run_id]

    def _end_overdue(self, workers: Workers) -> None:
        """Give up what takes too long: its worker hangs, was stopped, or is far too slow.

        What no worker has begun in that time is not given up: it waits for one, or with one that
        hangs, and is computed by another.
        """
        latest = time.monotonic() - self._max_seconds
        pending = [run_id for run_id, future in self._futures.items() if future.status == "pending"]
        overdue = [run_id for run_id in pending if self._began.get(run_id, (0, latest))[1] < latest]
        stuck = [
            run_id
            for run_id in pending
            if run_id not in self._began and self._handed_out[run_id] < latest
        ]
        if not overdue and not stuck:
            return
        # First of all: a worker that was stopped in the middle of a write keeps SQLite locked
        # until it is gone. Workers elsewhere see the wish to stop, if they see anything.
        workers.replace([*overdue, *stuck])
        message = f"it did not end within {self._max_seconds:g} s"
        for run_id in overdue:
            fail(self._store, run_id, "timeout", message, stop=True)
            log.error("a run takes too long", extra={"run": run_id})
        for run_id in (*overdue, *stuck):
            self._handed_out[run_id] = time.monotonic()
            self._began.pop(run_id, None)

    def _collect(self) -> None:
        for run_id, future in list(self._futures.items()):
            if future.status == "pending":
                continue
            if future.status == "error":
                self._record(run_id, future.exception())
            else:
                self._attempts_before.pop(run_id, None)
            # A run that is still unfinished in the store is handed out again.
            del self._futures[run_id], self._handed_out[run_id]
            self._began.pop(run_id, None)
            future.release()

    def _record(self, run_id: str, error: BaseException | None) -> None:
        from distributed import KilledWorker

        if isinstance(error, KilledWorker):
            # Dask blames every run that it had sent to a dead worker, started there or not.
            attempts = self._attempts_since(run_id, self._attempts_before.get(run_id, 0))
            if attempts >= self._max_attempts:
                message = f"its worker process died {attempts} times"
                fail(self._store, run_id, "worker_lost", message)
                log.error("a run keeps killing its worker", extra={"run": run_id})
        elif isinstance(error, StoreError):
            # The disk is full or the database away: nothing is lost, it goes on when it can.
            self._not_before[run_id] = time.monotonic() + RETRY_AFTER
            log.error("frames cannot be written", extra={"run": run_id, "error": str(error)})
        else:
            fail(self._store, run_id, "internal_error", f"{type(error).__name__}: {error}")
            log.error("a run failed", extra={"run": run_id, "error": repr(error)})

    def _attempts_since(self, run_id: str, before: int) -> int:
        """Return how often a run was started since then, and since somebody last asked for it."""
        counts = select(runs.c.attempts, runs.c.attempts_before).where(runs.c.id == run_id)
        with self._store.reading() as connection:
            row = connection.execute(counts).one_or_none()
        return 0 if row is None else row.attempts - max(before, row.attempts_before)

    def _leave_behind(self) -> None:
        """Let another server take over at once what our dead workers were computing."""
        with suppress(SQLAlchemyError), self._store.writing() as connection:
            ours = runs.c.state == "running", runs.c.cluster == self._cluster
            connection.execute(update(runs).where(*ours).values(alive_at=None))
