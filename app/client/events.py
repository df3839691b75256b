"""Server-sent events: the lines of a stream, and a stream that survives its connections."""

import json
import random
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import httpx

from .errors import ConnectionLostError, ProblemError

FIRST_DELAY = 0.5  # seconds; doubled at each attempt
LONGEST_DELAY = 15.0
DRAIN_DELAY = 1.5  # the server goes on purpose, and its successor needs a moment
# Not now, but later: too many requests, or a proxy whose server is being replaced.
PASSING = frozenset({429, 502, 503, 504})


@dataclass(frozen=True)
class Event:
    """One event of an experiment.

    Attributes
    ----------
    name : str
        ``state``, ``progress``, ``frame``, ``skip``, ``reset`` or ``end``.
    data : dict or list
        What the event says; for a frame, the frame.
    id : str
        The position after it: given back as ``after``, the stream continues behind this event.
    """

    name: str
    data: Any
    id: str


@dataclass(frozen=True)
class Received:
    """One event as the standard has it, with the last id received so far."""

    name: str
    text: str
    id: str


def parse(lines: Iterable[str], last_id: str = "") -> Iterator[Received]:
    """Yield the events of a stream; an event whose end has not arrived is dropped.

    References
    ----------
    WHATWG HTML, section 9.2.6, "Interpreting an event stream".
    """
    name, seen_id = "", last_id
    texts: list[str] = []
    for line in lines:
        if not line:
            # Only now: an id belongs to the whole event, not to a half that arrived.
            last_id = seen_id
            if texts:
                yield Received(name or "message", "\n".join(texts), last_id)
            name, texts = "", []
        elif not line.startswith(":"):  # a comment
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "event":
                name = value
            elif field == "data":
                texts.append(value)
            elif field == "id" and "\0" not in value:
                seen_id = value


def backoff(attempt: int) -> float:
    """Return seconds to wait before attempt 1, 2, …: doubling, capped, spread at random.

    Half is certain and half is random, so that a lecture hall whose server was restarted does not
    come back all at once.
    """
    # 2¹⁰ is beyond the cap already; a long outage must not overflow.
    longest = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(attempt - 1, 10))
    return longest / 2 * (1 + random.random())


class Patience:
    """Waits between attempts, and gives up when nothing has worked for too long.

    Parameters
    ----------
    seconds : float
        How long nothing may work.
    sleep : callable
        Replaced in tests.
    """

    def __init__(self, seconds: float, sleep: Callable[[float], None] = time.sleep) -> None:
        self._seconds, self._sleep = seconds, sleep
        self._since: float | None = None
        self._attempt = 0

    def worked(self) -> None:
        """Forget earlier failures."""
        self._since, self._attempt = None, 0

    def wait(self, error: Exception, at_least: float = 0.0) -> None:
        """Wait before another attempt.

        Raises
        ------
        ProblemError, ConnectionLostError
            The reason, if patience has run out.
        """
        now = time.monotonic()
        if self._since is None:
            self._since = now
        self._attempt += 1
        delay = max(backoff(self._attempt), at_least)
        if now - self._since + delay > self._seconds:
            if isinstance(error, ProblemError):
                raise error
            reason = str(error) or type(error).__name__
            raise ConnectionLostError(f"no answer within {self._seconds:g} s: {reason}") from error
        self._sleep(delay)


Open = Callable[[str], AbstractContextManager[httpx.Response]]


def follow(connect: Open, patience: Patience, after: str = "") -> Iterator[Event]:
    """Yield the events behind a position until ``end``, over as many connections as it takes.

    Parameters
    ----------
    connect : callable
        Opens the stream behind a position; raises ProblemError if the server refuses.
    patience : Patience
    after : str
        A position to continue from; empty: from the beginning.

    Raises
    ------
    ProblemError
        If the server refuses for good.
    ConnectionLostError
        If it cannot be reached any more.
    """
    position = after
    while True:
        error: Exception = ConnectionError("the stream stopped before its end")
        at_least = 0.0
        try:
            with connect(position) as answer:
                for received in parse(answer.iter_lines(), position):
                    patience.worked()
                    position = received.id
                    if received.name == "heartbeat":  # only that nothing is new
                        continue
                    if received.name == "drain":
                        at_least = DRAIN_DELAY * (0.5 + random.random())
                        break
                    if received.name == "heartbeat":  # sent to keep the connection open
                        continue
                    yield Event(received.name, json.loads(received.text), position)
                    if received.name == "end":
                        return
        except ProblemError as refused:
            if refused.status not in PASSING:
                raise
            error, at_least = refused, refused.wait
        except httpx.TransportError as lost:
            error = lost
        patience.wait(error, at_least)
