"""What one client may have at the same time, and how fast it may ask.

Answers say so in the words of draft-ietf-httpapi-ratelimit-headers-10: ``RateLimit-Policy`` names
the quota ``q`` of a window of ``w`` seconds, ``RateLimit`` what remains (``r``) and the seconds
until all of it is back (``t``).
"""

import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.api.errors import Problem
from app.runs.asking import TooManyRunsError
from app.runs.rates import Allowance, Buckets
from app.settings import Settings

WINDOW = 60.0
# Shorter than a lesson's patience, longer than a run: what is waited for may have ended by then.
RETRY_RUNS, RETRY_STREAM = 10, 5


class RateLimit:
    """A limit on requests of one kind."""

    def __init__(self, name: str, quota: int, counted: str = "requests of this kind") -> None:
        self._name, self._buckets, self._counted = name, Buckets(quota, WINDOW), counted

    def take(self, client: str, cost: int = 1) -> dict[str, str]:
        """Count a request by what it costs and return the headers that tell what is left.

        Raises
        ------
        Problem
            429, when it is one too many.
        """
        allowance = self._buckets.take(client, cost)
        headers = self._headers(allowance)
        if allowance.wait:
            raise Problem(
                429,
                "too_many_requests",
                f"At most {self._buckets.quota} {self._counted} in {WINDOW:g} s.",
                headers={**headers, "Retry-After": str(math.ceil(allowance.wait))},
                errors=[_beyond(self._buckets.quota)],
            )
        return headers

    def _headers(self, allowance: Allowance) -> dict[str, str]:
        return {
            "RateLimit-Policy": f'"{self._name}";q={self._buckets.quota};w={WINDOW:g}',
            "RateLimit": f'"{self._name}";r={allowance.left};t={math.ceil(allowance.full_in)}',
        }


class Streams:
    """Counts open event streams: of everybody, and of each client."""

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most, self._most_of_one = most, most_of_one
        self._open: Counter[str] = Counter()

    def check(self, client: str) -> None:
        """Refuse a stream that would be one too many.

        Raises
        ------
        Problem
            503 when the server has no room, 429 when this client has enough of them.
        """
        headers = {"Retry-After": str(RETRY_STREAM)}
        if self._open.total() >= self._most:
            detail = f"{self._most} event streams are open; this server takes no more."
            raise Problem(503, "too_many_streams", detail, headers=headers)
        if self._open[client] >= self._most_of_one:
            detail = f"This address has {self._most_of_one} event streams open already."
            raise Problem(429, "too_many_streams", detail, headers=headers)

    @contextmanager
    def one(self, client: str) -> Iterator[None]:
        """Count a stream while it is open."""
        self._open[client] += 1
        try:
            yield
        finally:
            self._open[client] -= 1
            if not self._open[client]:
                del self._open[client]


class Gates:
    """All limits of one server."""

    def __init__(self, settings: Settings) -> None:
        self.experiments = RateLimit("experiments", settings.max_posts)
        self.probes = RateLimit("probes", settings.max_probes)
        # By what is read: the frames of one run are a page, the curves of a grid are seconds.
        self.reads = RateLimit("reads", settings.max_reads, "frames read")
        self.streams = Streams(settings.max_streams, settings.max_client_streams)


def too_many_runs(error: TooManyRunsError) -> Problem:
    """Return the answer to a client who already waits for too much."""
    whose = "page or program" if error.of_holder else "address"
    return Problem(
        429,
        "too_many_runs",
        f"At most {error.limit} unfinished runs of one {whose}; "
        "wait for some to end, or stop them.",
        headers={"Retry-After": str(RETRY_RUNS)},
        errors=[_beyond(error.limit)],
    )


def _beyond(limit: int) -> dict[str, Any]:
    message = f"must be at most {limit}"
    return {"path": "", "message": message, "limit": limit, "code": "out_of_range"}
