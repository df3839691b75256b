"""Keep the workers busy: a thread hands queued runs to Dask, one per free worker.

The queue is in the store, not in Dask. So a restart forgets nothing, several servers on one
database agree on what is next, and a run that kills its worker takes no waiting run with it.
Handing a run out twice is harmless: the Dask key is the run id, and the log has one row per frame.
"""

import atexit
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Collection, Iterator, Set
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from app.runs import queue
from app.runs.log import fail
from app.runs.store import Store, StoreError, reason, runs

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0  # seconds; what other servers queued is found this late at most
CONNECT_WITHIN = "10s"  # to a scheduler that exists
RETRY_AFTER = 5.0  # seconds before a run is tried again whose frames could not be written
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


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
        self._handed_out: dict[str, float] = {}  # when: no clock that somebody may set
        self._cluster_here: LocalCluster | None = None
        self._not_before: dict[str, float] = {}
        # How often a run had been started before it was handed out here: not this engine's doing.
        self._attempts_before: dict[str, int] = {}
        self._signal = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self.status = "starting"

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
                with self._connected() as client:
                    self.status = "ready"
                    log.info("the engine is ready", extra={"workers": len(client.nthreads())})
                    self._dispatch(client)
            # Whatever happens to a cluster, the server stays up, says so, and tries again.
            except Exception as error:
                if not self._stopping:
                    self.status = f"{type(error).__name__}: {error}"
                    log.exception("the engine has failed")
                    self._signal.wait(LOOK_EVERY)
            finally:
                self._futures.clear()
                self._handed_out.clear()

    # ------------------------------------------------------------------ queue

    def _dispatch(self, client: "Client") -> None:
        while not self._stopping:
            if self._scheduler and client.status not in ("running", "connecting"):
                raise ConnectionError(f"the scheduler is gone ({client.status})")
            try:
                self._collect()
                self._end_overdue(client)
                self._hand_out(client)
            except SQLAlchemyError as error:
                log.error("the queue cannot be read", extra={"error": reason(error)})
            self._signal.wait(LOOK_EVERY)
            self._signal.clear()

    def _hand_out(self, client: "Client") -> None:
        from app.runs.worker import execute

        slots = sum(client.nthreads().values()) if self._scheduler else self._workers
        due = queue.due(self._store, slots, self._cluster)
        now = time.monotonic()
        self._forget_all_but({run.id for run in due})
        for run in due:
            if run.id in self._futures or self._not_before.get(run.id, 0.0) > now:
                continue
            self._attempts_before.setdefault(run.id, run.attempts)
            future = client.submit(
                execute, run.id, self._cluster, key=run.id, retries=2, priority=run.priority
            )
            self._futures[run.id], self._handed_out[run.id] = future, now
            future.add_done_callback(lambda _: self._signal.set())

    def _forget_all_but(self, due: Set[str]) -> None:
        """Keep in mind what is due or handed out only; what was ever started is due until it ends.

        Otherwise a server would remember every run that it had any trouble with.
        """
        for remembered in (self._not_before, self._attempts_before):
            for run_id in remembered.keys() - due - self._futures.keys():
                del remembered[run_id]

    def _end_overdue(self, client: "Client") -> None:
        """Give up what takes too long: its worker hangs, was stopped, or is far too slow."""
        latest = time.monotonic() - self._max_seconds
        overdue = [
            run_id
            for run_id, future in self._futures.items()
            if future.status == "pending" and self._handed_out[run_id] < latest
        ]
        if not overdue:
            return
        message = f"it did not end within {self._max_seconds:g} s"
        if self._cluster_here is not None:
            # First of all: a worker that was stopped in the middle of a write keeps SQLite locked
            # until it is gone. Workers elsewhere see the wish to stop, if they see anything.
            busy = [worker for worker, keys in client.processing().items() if {*overdue} & {*keys}]
            _kill(self._cluster_here, busy)
        for run_id in overdue:
            fail(self._store, run_id, "timeout", message, stop=True)
            self._handed_out[run_id] = time.monotonic()
            log.error("a run takes too long", extra={"run": run_id})

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

    # ------------------------------------------------------------------ cluster

    @contextmanager
    def _connected(self) -> Iterator["Client"]:
        """Connect to the workers; they are gone after the block if they were ours."""
        import dask
        from distributed import Client

        _quiet()
        # A suspect is a run that was on a worker when it died; more deaths than this blame it.
        dask.config.set({"distributed.scheduler.allowed-failures": self._max_attempts - 1})
        if self._scheduler:
            with Client(self._scheduler, timeout=CONNECT_WITHIN, set_as_default=False) as client:
                yield client
            return
        cluster = self._local_cluster()
        try:
            with Client(cluster, set_as_default=False) as client:
                self._cluster_here = cluster
                try:
                    yield client
                finally:
                    self._cluster_here = None
                    _give_up(cluster)
                    self._leave_behind()
        finally:
            try:
                cluster.close(timeout=2)
            finally:
                _kill_stragglers()

    def _local_cluster(self) -> "LocalCluster":
        from distributed import LocalCluster
        from distributed.deploy.spec import close_clusters

        # Closing is our business: at its exit Python would wait 10 s for workers that are gone.
        atexit.unregister(close_clusters)
        return LocalCluster(
            n_workers=self._workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            # Dask serves its own pages even so: on a free port of this machine, not on 8787.
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
            preload=["app.runs.worker"],  # imported before the first run asks for it
            env={**ONE_THREAD, "VGL_DATABASE": _address(self._store)},
            silence_logs=logging.ERROR,
        )


def _address(store: Store) -> str:
    """Return the URL of the database as a worker may use it, from any folder."""
    url = store.url
    if store.is_sqlite and url.database:
        url = url.set(database=str(Path(url.database).resolve()))
    return url.render_as_string(hide_password=False)


def _give_up(cluster: "LocalCluster") -> None:
    """End our worker processes now; asked politely, a worker in the middle of a run takes 4 s."""
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    nannies = list(cluster.workers.values())
    for nanny in nannies:
        nanny.auto_restart = False
    _kill(cluster, [nanny.worker_address for nanny in nannies])


def _kill(cluster: "LocalCluster", addresses: Collection[str]) -> None:
    """End worker processes; each is started again unless its nanny was told otherwise."""
    for nanny in list(cluster.workers.values()):
        if nanny.worker_address in addresses:
            with suppress(ProcessLookupError, TypeError):
                os.kill(nanny.pid, signal.SIGKILL)


def _kill_stragglers() -> None:
    """End a worker process that was being started in the place of a dead one while we stopped."""
    for child in multiprocessing.active_children():
        if child.name.startswith("Dask Worker"):
            child.kill()


def _quiet() -> None:
    """Let Dask log through our handlers, and only what matters."""
    logger = logging.getLogger("distributed")
    logger.handlers.clear()
    logger.propagate = True
    logger.setLevel(logging.ERROR)
