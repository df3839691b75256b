"""How much one client may ask for: a bucket of tokens per client, in the memory of this process.

A class behind one address is one client, so the buckets are deep; they stop a program that asks in
a loop, not three hundred people who press the same button.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

MOST_CLIENTS = 10_000  # the least recently seen is forgotten: it starts with a full bucket


@dataclass(frozen=True)
class Allowance:
    """What is left to a client after a request, or ``wait`` if it was one too many."""

    left: int
    full_in: float  # seconds until the bucket is full again
    wait: float  # seconds until there are enough; 0 if this request was allowed


class Buckets:
    """Token buckets: ``quota`` at once, and as many again in each ``window`` of seconds."""

    def __init__(
        self, quota: int, window: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.quota, self.window = quota, window
        self._clock = clock
        self._lock = threading.Lock()  # requests are answered by several threads
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, at

    def take(self, client: str, cost: int = 1) -> Allowance:
        """Take as many tokens as a request costs; what costs more than all of them takes all."""
        with self._lock:
            return self._take(client, min(cost, self.quota))

    def _take(self, client: str, cost: int) -> Allowance:
        now, rate = self._clock(), self.quota / self.window
        tokens, at = self._buckets.pop(client, (float(self.quota), now))
        tokens = min(float(self.quota), tokens + (now - at) * rate)
        allowed = tokens >= cost
        tokens -= cost if allowed else 0
        self._buckets[client] = tokens, now
        if len(self._buckets) > MOST_CLIENTS:
            self._buckets.popitem(last=False)
        full_in = (self.quota - tokens) / rate
        return Allowance(int(tokens), full_in, 0.0 if allowed else (cost - tokens) / rate)
