"""What a server does now and then: say who looks at what, and delete what is too old.

All servers of a database do both; that is harmless, and needs no choice of one among them.
"""

import logging
import threading
import time
from collections import Counter

from sqlalchemy.exc import SQLAlchemyError

from app.runs.holds import HOLD, hold
from app.runs.retention import Policy, prune, seen
from app.runs.store import Store, reason

log = logging.getLogger(__name__)

TELL_EVERY = HOLD / 4
PRUNE_EVERY = 600.0


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
        self._lock = threading.Lock()
        self._signal = threading.Event()
        self._stopping = False
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
            self._signal.set()

    def leave(self, experiment_id: str, holder: str) -> None:
        """He has left; his hold ends by itself, so that a page may be loaded again."""
        with self._lock:
            self._looking[experiment_id, holder] -= 1
            if not self._looking[experiment_id, holder]:
                del self._looking[experiment_id, holder]

    def _run(self) -> None:
        while not self._stopping:
            try:
                self.tell()
                if time.monotonic() - self._pruned_at >= PRUNE_EVERY:
                    self._pruned_at = time.monotonic()
                    prune(self._store, self._policy)
            except SQLAlchemyError as error:
                log.error("the upkeep has to wait", extra={"error": reason(error)})
            self._signal.wait(TELL_EVERY)
            self._signal.clear()

    def tell(self) -> None:
        """Write who looks at what."""
        with self._lock:
            looking = list(self._looking)
        if not looking:
            return
        with self._store.planning() as connection:
            seen(connection, {experiment_id for experiment_id, _ in looking}, time.time())
            # Who looks without a name holds nothing: he has not asked for anything.
            hold(self._store, connection, [pair for pair in looking if pair[1]])
