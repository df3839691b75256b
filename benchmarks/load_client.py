"""Many viewers of one event stream in one process: sockets, one selector, and no parsing twice.

All viewers are sent the same bytes, so what a chunk says is worked out once and remembered by its
bytes; else a thousand viewers would cost more here than in the server that is measured. The first
few viewers decode their whole stream as a browser does, check sum included.
"""

import re
import selectors
import socket
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

HONEST = 5  # viewers that decode everything
_FRAME = re.compile(rb'event: frame\ndata: \{"run":"(\w+)","seq":(\d+)(?:[^\n]*?"at":([\d.]+))?')
_SKIP = re.compile(rb"event: skip\ndata: ([^\n]*)")


@dataclass
class Told:
    """What one chunk says."""

    frames: list[tuple[bytes, int, float]]  # (run, seq, when it was written)
    skipped: bool
    ended: bool


@dataclass
class Viewer:
    """One connection, and what came through it."""

    socket: socket.socket
    honest: bool
    buffer: bytes = b""
    status: int = 0
    headers: bytes = b""
    received: int = 0  # bytes of the body, as sent
    seqs: dict[bytes, int] = field(default_factory=dict)
    gaps: int = 0
    skips: int = 0
    frames: int = 0
    forgiven: set[bytes] = field(default_factory=set)  # runs of which a skip was told
    told_end: bool = False  # by the event; a stream can also just break off
    ended: bool = False
    closed: bool = False
    decoder: "zlib._Decompress | None" = None
    text: bytes = b""

    def has_all(self, last: dict[bytes, int]) -> bool:
        """Tell whether every frame of every run came, in order, and then the end."""
        return self.told_end and not self.gaps and not self.skips and self.seqs == last


class Crowd:
    """Viewers of ``path`` on ``port``, who come with ``arrive`` and read with ``run``."""

    def __init__(self, port: int, path: str, *, gzip: bool = True) -> None:
        self._port, self._path, self._gzip = port, path, gzip
        self._selector = selectors.DefaultSelector()
        self._told: dict[bytes, Told] = {}
        self.viewers: list[Viewer] = []
        self.lags: list[float] = []
        self.since = time.monotonic()  # lags are of frames that were written after this

    def arrive(self, count: int) -> None:
        encoding = "Accept-Encoding: gzip\r\n" if self._gzip else ""
        request = (
            f"GET {self._path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
            f"{encoding}\r\n"
        ).encode()
        for _ in range(count):
            connection = socket.create_connection(("127.0.0.1", self._port))
            connection.setblocking(False)
            connection.send(request)
            viewer = Viewer(connection, honest=len(self.viewers) < HONEST)
            self.viewers.append(viewer)
            self._selector.register(connection, selectors.EVENT_READ, viewer)

    def run(self, until: Callable[[], bool], seconds: float) -> None:
        """Read until a condition holds or the time is up."""
        deadline = time.monotonic() + seconds
        while not until() and time.monotonic() < deadline:
            for key, _ in self._selector.select(0.1):
                self._read(key.data)

    def close(self) -> None:
        for viewer in self.viewers:
            viewer.socket.close()
        self._selector.close()

    @property
    def open(self) -> int:
        return sum(viewer.status == 200 and not viewer.closed for viewer in self.viewers)

    def _read(self, viewer: Viewer) -> None:
        try:
            data = viewer.socket.recv(262_144)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        now = time.monotonic()
        if not data:
            self._selector.unregister(viewer.socket)
            viewer.closed = True
            return
        viewer.buffer += data
        if not viewer.status:
            head, found, rest = viewer.buffer.partition(b"\r\n\r\n")
            if not found:
                return
            viewer.status, viewer.headers, viewer.buffer = int(head[9:12]), head.lower(), rest
            if viewer.honest and b"content-encoding: gzip" in viewer.headers:
                viewer.decoder = zlib.decompressobj(31)
        while viewer.status == 200:
            size, found, rest = viewer.buffer.partition(b"\r\n")
            length = int(size, 16) if found else 0
            if not found or len(rest) < length + 2:
                return
            chunk, viewer.buffer = rest[:length], rest[length + 2 :]
            if not chunk:
                viewer.ended = True
                return
            self._take(viewer, chunk, now)

    def _take(self, viewer: Viewer, chunk: bytes, now: float) -> None:
        viewer.received += len(chunk)
        if viewer.honest:
            text = viewer.decoder.decompress(chunk) if viewer.decoder else chunk
            *events, viewer.text = (viewer.text + text).split(b"\n\n")
            told = _told(b"\n\n".join(events))
        else:
            found = self._told.get(chunk)
            if found is None:
                found = self._told[chunk] = _told(_decoded(chunk) if self._gzip else chunk)
                if len(self._told) > 1000:
                    del self._told[next(iter(self._told))]
            told = found
        if told.skipped:
            viewer.skips += 1
            viewer.forgiven = set(viewer.seqs)
        for run, seq, at in told.frames:
            viewer.frames += 1
            if seq != viewer.seqs.get(run, -1) + 1 and run not in viewer.forgiven:
                viewer.gaps += 1
            viewer.forgiven.discard(run)
            viewer.seqs[run] = seq
            if at > self.since:
                self.lags.append(now - at)
        viewer.told_end |= told.ended


def _decoded(chunk: bytes) -> bytes:
    """Decode a piece from the middle of a gzip stream; each piece here stands for itself."""
    if chunk[:2] == b"\x1f\x8b":
        return zlib.decompressobj(31).decompress(chunk)
    return zlib.decompressobj(-15).decompress(chunk)


def _told(text: bytes) -> Told:
    frames = [(run, int(seq), float(at or 0)) for run, seq, at in _FRAME.findall(text)]
    return Told(frames, bool(_SKIP.search(text)), b"event: end\n" in text)
