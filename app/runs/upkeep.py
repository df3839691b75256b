"""What a server does now and then: say who looks at what, and delete what is too old.

Who follows an event stream is told of for as long as he does; who fetches something, once an hour.

All servers of a database do both; that is harmless, and needs no choice of one among them.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Collection

from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from app.runs.holds import HOLD, drop_expired, hold
from app.runs.retention import Policy, forget_clients, prune, seen
from app.runs.store import Store, experiment_runs, experiments, reason

log = logging.getLogger(__name__)

TELL_EVERY = HOLD / 4
PRUNE_EVERY = 600.0
FETCHED_EVERY = 3600.0  # seconds between two notes that somebody fetched the same thing
MOST_FETCHED = 20_000  # remembered; then all are forgotten, and noted once more


class Upkeep:
    """A thread, and the list of who looks at what through this server.

    Parameters
    ----------
    store : Store
    policy : Policy
    """

    def __init__(self, store: Store, policy: Policy) -> None:
        self._store, self._policy = store, policy
        self._looking: Counter[tuple[str, str]] = Counter()
        self._arrived: set[tuple[str, str]] = set()  # those the database does not know yet
        self._fetched: dict[str, float] = {}  # id of an experiment or a run → when it was noted
        self._fetched_since: set[str] = set()
        self._lock = threading.Lock()
        self._signal = threading.Event()
        self._stopping = False
        self._told_at = -float("inf")
        self._pruned_at = time.monotonic()  # not in the first minutes, when there is enough to do
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        self._signal.set()
        if self._thread:
            self._thread.join(timeout=2)

    def enter(self, experiment_id: str, holder: str) -> None:
        """Somebody looks at an experiment; the database knows a moment later."""
        with self._lock:
            self._looking[experiment_id, holder] += 1
            is_new = self._looking[experiment_id, holder] == 1
            if is_new:
                self._arrived.add((experiment_id, holder))
        if is_new:
            self._signal.set()

    def leave(self, experiment_id: str, holder: str) -> None:
        """He has left; his hold ends by itself, so that a page may be loaded again."""
        with self._lock:
            self._looking[experiment_id, holder] -= 1
            if not self._looking[experiment_id, holder]:
                del self._looking[experiment_id, holder]
                self._arrived.discard((experiment_id, holder))

    def fetched(self, found_id: str) -> None:
        """Somebody fetched an experiment, or a run and so each experiment that has it."""
        now = time.monotonic()
        with self._lock:
            if now - self._fetched.get(found_id, -float("inf")) < FETCHED_EVERY:
                return
            if len(self._fetched) >= MOST_FETCHED:
                self._fetched.clear()
            self._fetched[found_id] = now
            self._fetched_since.add(found_id)

    def _run(self) -> None:
        while not self._stopping:
            now = time.monotonic()
            try:
                if now - self._told_at >= TELL_EVERY:
                    self._told_at = now
                    self.tell()
                else:
                    self._tell_arrived()
                if now - self._pruned_at >= PRUNE_EVERY:
                    self._pruned_at = now
                    drop_expired(self._store)
                    forget_clients(self._store)
                    prune(self._store, self._policy)
            except SQLAlchemyError as error:
                log.error("the upkeep has to wait", extra={"error": reason(error)})
            self._signal.wait(max(0.0, self._told_at + TELL_EVERY - time.monotonic()))
            self._signal.clear()

    def tell(self) -> None:
        """Write who looks at what."""
        with self._lock:
            looking, fetched = list(self._looking), list(self._fetched_since)
        if fetched:
            with self._store.planning() as connection:
                seen(connection, _experiments_of(connection, fetched), time.time())
            with self._lock:
                self._fetched_since.difference_update(fetched)
        self._write(looking)

    def _tell_arrived(self) -> None:
        """Write who has come since; the others are known, and a class comes one by one."""
        with self._lock:
            arrived = list(self._arrived)
        self._write(arrived)

    def _write(self, looking: Collection[tuple[str, str]]) -> None:
        if not looking:
            return
        ids = {experiment_id for experiment_id, _ in looking}
        with self._store.planning() as connection:
            seen(connection, ids, time.time())
            # Who still looks at one that was deleted must not cost the others theirs.
            there = set(
                connection.scalars(select(experiments.c.id).where(experiments.c.id.in_(ids)))
            )
            # Who looks without a name holds nothing: he has not asked for anything.
            pairs = [(experiment, holder) for experiment, holder in looking if holder]
            hold(self._store, connection, [pair for pair in pairs if pair[0] in there])
        with self._lock:
            self._arrived.difference_update(looking)


def _experiments_of(connection: Connection, ids: Collection[str]) -> set[str]:
    """Return ids of experiments for ids of experiments or runs; hashes, so none is both."""
    has = select(experiment_runs.c.experiment_id).where(experiment_runs.c.run_id.in_(ids))
    return {*ids, *connection.scalars(has)}
