"""The workers: processes that the server starts beside itself, or those of a Dask scheduler."""

import atexit
import logging
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.runs.store import Store

if TYPE_CHECKING:
    from distributed import Client, LocalCluster

log = logging.getLogger(__name__)

CONNECT_WITHIN = "10s"  # to a scheduler that exists
# Stopped in the middle of a write, a worker keeps an SQLite file locked, and after half a minute
# the writes of all others fail. Long enough for a terminal's Ctrl-Z, which stops us too.
STOPPED_AT_MOST = 10.0
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class Workers:
    """The workers that are connected now.

    Parameters
    ----------
    client : distributed.Client
    ours : LocalCluster, optional
        If the server started them.
    """

    def __init__(self, client: "Client", ours: "LocalCluster | None" = None) -> None:
        self.client, self._ours = client, ours
        self._count = len(ours.worker_spec) if ours is not None else 0
        self._told: str | None = None  # id of the scheduler that knows our limit
        self._stopped_since: dict[int, float] = {}  # by process id

    def slots(self) -> int:
        """Return how many runs they compute at once; one of ours that died is being replaced."""
        return self._count if self._ours is not None else sum(self.client.nthreads().values())

    def blame_after(self, deaths: int) -> None:
        """Let the scheduler give up a run that was on so many workers when they died.

        Said to the scheduler itself: its own settings are those of the machine where it was
        started. And to each anew, because one that was started again knows nothing.
        """
        scheduler = str(self.client.scheduler_info(n_workers=0)["id"])
        if scheduler == self._told:
            return

        def tell(dask_scheduler: Any) -> None:
            dask_scheduler.allowed_failures = deaths - 1

        self.client.run_on_scheduler(tell)
        self._told = scheduler

    def lost(self) -> bool:
        """Tell whether the scheduler is gone for good."""
        return self._ours is None and self.client.status not in ("running", "connecting")

    def replace(self, run_ids: Collection[str]) -> None:
        """End those that hold these runs; workers elsewhere are not ours to end."""
        if self._ours is not None:
            held = self.client.processing().items()
            _kill(self._ours, [worker for worker, keys in held if {*run_ids} & {*keys}])

    def replace_stopped(self) -> None:
        """End those of ours that somebody has stopped (SIGSTOP) and not set going again."""
        if self._ours is None:
            return
        now = time.monotonic()
        pids = [nanny.pid for nanny in list(self._ours.workers.values()) if nanny.pid]
        since = {pid: self._stopped_since.get(pid, now) for pid in pids if _is_stopped(pid)}
        for pid, began in since.items():
            if now - began > STOPPED_AT_MOST:
                log.warning("a worker was stopped: another takes its place", extra={"worker": pid})
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self._stopped_since = since


def _is_stopped(pid: int) -> bool:
    if sys.platform == "win32":
        return False  # there it cannot be
    with suppress(ChildProcessError):
        return os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is not None
    return False


@contextmanager
def connected(
    scheduler: str, count: int, store: Store, when_gone: Callable[[], None]
) -> Iterator[Workers]:
    """Connect to the workers; they are gone after the block if they were ours.

    Parameters
    ----------
    scheduler : str
        Address of an existing scheduler; empty: start processes here.
    count : int
        How many to start.
    store : Store
        Where they write.
    when_gone : callable
        Called as soon as ours are dead.
    """
    from distributed import Client

    _quiet()
    if scheduler:
        with Client(scheduler, timeout=CONNECT_WITHIN, set_as_default=False) as client:
            yield Workers(client)
        return
    cluster = _start(count, store)
    try:
        with Client(cluster, set_as_default=False) as client:
            try:
                yield Workers(client, cluster)
            finally:
                _give_up(cluster)
                when_gone()
    finally:
        try:
            cluster.close(timeout=2)
        finally:
            _kill_stragglers()


def _start(count: int, store: Store) -> "LocalCluster":
    from distributed import LocalCluster
    from distributed.deploy.spec import close_clusters

    # Closing is our business: at its exit Python would wait 10 s for workers that are gone.
    atexit.unregister(close_clusters)
    return LocalCluster(
        n_workers=count,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        # Dask serves its own pages even so: on a free port of this machine, not on 8787.
        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
        preload=["app.runs.worker"],  # imported before the first run asks for it
        env={**ONE_THREAD, "VGL_DATABASE": _address(store)},
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
