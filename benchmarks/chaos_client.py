"""A viewer for ``benchmarks.chaos``: a thread that asks, follows, comes back, and keeps everything.

Written against the standard and not with our own client, so that the judge shares no mistake with
the accused: sockets, ``http.client`` for the head, and the few lines of an event stream.
"""

import contextlib
import http.client
import json
import random
import socket
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

SILENCE = 60.0  # seconds without a byte after which a stream counts as dead
LONGEST_DELAY = 2.0
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER of 0 s: closing sends a reset


@dataclass
class Seen:
    """What a viewer was sent of one experiment."""

    experiment: Any
    # Per run the frames as they came: (seq, the line of data); a repeat is kept as a repeat.
    frames: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    connections: int = 0
    resets: int = 0  # the event: "position unknown, start over"
    skips: int = 0
    ended: bool = False


class Viewer(threading.Thread):
    """Follows one experiment after the other until it is told to stop.

    Parameters
    ----------
    port : int
    bodies : iterator of dict
        What to ask for; shared between threads by the caller's lock.
    gzip : bool
        Whether the stream is asked for compressed.
    rng : random.Random
        Spreads the attempts to come back.
    """

    def __init__(
        self, port: int, bodies: "Iterator[dict[str, Any]]", *, gzip: bool, rng: random.Random
    ) -> None:
        super().__init__(daemon=True)
        self._port, self._bodies, self._gzip, self._rng = port, bodies, gzip, rng
        self._line: socket.socket | None = None
        self.stopping = threading.Event()  # asks for nothing new
        self.abandoned = threading.Event()  # nor waits for the end of what it follows
        self.seen: list[Seen] = []
        self.connections = 0  # on which something came
        self.waits = True  # between two experiments it has no connection to lose
        self.refused: dict[str, int] = {}  # answers that were neither the thing nor "later"
        self.failure: BaseException | None = None

    def reset(self) -> None:
        """Tear the connection as a failing network does; called by another thread."""
        line = self._line
        if line is not None:
            with contextlib.suppress(OSError):
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                line.shutdown(socket.SHUT_RDWR)

    def run(self) -> None:
        try:
            while not self.stopping.is_set():
                self.waits = True
                asked = self._ask(next(self._bodies))
                if asked is not None:
                    seen = Seen(asked)
                    self.seen.append(seen)
                    self._follow(seen)
        except BaseException as error:
            self.failure = error

    def _ask(self, body: dict[str, Any]) -> Any:
        """POST until it is taken; a server that is away or going is asked again."""
        while not self.stopping.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=SILENCE)
            try:
                sent = json.dumps(body), {"Content-Type": "application/json"}
                connection.request("POST", "/api/v1/experiments", *sent)
                answer = connection.getresponse()
                text = answer.read()
                if answer.status in (200, 201):
                    return json.loads(text)
                self._count_refusal(answer.status, text)
            except (OSError, http.client.HTTPException):
                pass
            finally:
                connection.close()
            self._pause(1)
        return None

    def _follow(self, seen: Seen) -> None:
        position, attempt = "", 0
        while not seen.ended and not self.abandoned.is_set():
            before = position
            try:
                position = self._connect(seen, position)
            except (OSError, http.client.HTTPException, zlib.error):
                position = self._position
            attempt = 1 if position != before else attempt + 1
            if not seen.ended:
                self._pause(attempt)

    def _connect(self, seen: Seen, position: str) -> str:
        """Read one connection to its end and return the position behind it."""
        self._position = position
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=SILENCE)
        try:
            connection.connect()
            self._line = connection.sock
            headers = {"Accept": "text/event-stream"}
            headers |= {"Accept-Encoding": "gzip"} if self._gzip else {}
            headers |= {"Last-Event-ID": position} if position else {}
            connection.request("GET", seen.experiment["links"]["events"], headers=headers)
            answer = connection.getresponse()
            if answer.status != 200:
                self._count_refusal(answer.status, answer.read())
                return position
            seen.connections += 1
            self.connections, self.waits = self.connections + 1, False
            for name, data, last_id in self._events(answer):
                # Only now: an id belongs to an event that came whole.
                self._position = last_id or self._position
                if self._take(seen, name, data):
                    break
            return self._position
        finally:
            self._line = None
            connection.close()

    def _events(self, answer: http.client.HTTPResponse) -> Iterator[tuple[str, str, str]]:
        packed = answer.headers.get("Content-Encoding") == "gzip"
        unpack = zlib.decompressobj(31)
        text = b""
        while part := answer.read1(65536):
            text += unpack.decompress(part) if packed else part
            *events, text = text.split(b"\n\n")
            for event in events:
                fields = dict(
                    line.partition(": ")[::2]
                    for line in event.decode().split("\n")
                    if not line.startswith(":")
                )
                if "data" in fields:
                    yield fields["event"], fields["data"], fields.get("id", "")

    def _take(self, seen: Seen, name: str, data: str) -> bool:
        """Keep an event; True if the connection has said its last word."""
        if name == "frame":
            head = json.loads(data)
            seen.frames.setdefault(head["run"], []).append((head["seq"], data))
        elif name == "state":
            state = json.loads(data)
            seen.states[state["run"]] = state["state"]
        elif name == "reset":
            seen.resets += 1
            seen.frames.clear()
        seen.skips += name == "skip"
        seen.ended |= name == "end"
        return name in ("end", "drain")

    def _count_refusal(self, status: int, text: bytes) -> None:
        if status not in (429, 503):
            key = f"{status} {text[:120].decode(errors='replace')}"
            self.refused[key] = self.refused.get(key, 0) + 1

    def _pause(self, attempt: int) -> None:
        longest = min(LONGEST_DELAY, 0.1 * 2.0 ** min(attempt, 10))
        time.sleep(longest / 2 * (1 + self._rng.random()))
