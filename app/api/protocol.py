"""HTTP/1.1 as uvicorn speaks it, and what it leaves open.

A request that is not HTTP is answered as a problem, like every other error. A request that does
not come to its end within a time limit is answered 408, so that nobody holds connections by
sending a byte a minute; nor by reading nothing of what he asked for. A client that is refused while
it still sends can read why: closing at once would reset the connection, and the answer would be
lost with it. Connections are counted, and one too many is refused.
"""

import asyncio
import contextlib
import logging
import sys
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import h11
from starlette.responses import Response
from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol

from app.api.connections import Connections
from app.api.errors import Problem, problem_response
from app.api.middleware import security_headers
from app.api.requests import HEADER as REQUEST_ID

log = logging.getLogger(__name__)

# What a refused client may go on sending, for nothing: seconds, and bytes.
LINGER = 2.0
LINGER_BYTES = 64_000_000
MOST_HEAD = 65_536  # bytes
# Chunks of one body. Each costs h11 some 7 µs in which nobody else is served: a million of one byte
# were seven seconds. Who streams a body in earnest sends kilobytes at a time.
MOST_CHUNKS = 10_000
_TOO_LARGE = 431
_SECURITY = [(name.lower().encode(), value.encode()) for name, value in security_headers().items()]

# What uvicorn, h11 and eight layers of the application do with each part of an answer costs twice
# as much as sending it, and an event stream is a thousand viewers times ten parts a second. So the
# server offers, as an extension of ASGI, to send a part of a chunked answer that has begun.
PART = "vgl.part"
SendPart = Callable[[bytes], Awaitable[None]]


def part_sender(scope: Scope) -> SendPart | None:
    """Return what sends a part of an answer directly, once its first part was sent."""
    found: SendPart | None = scope.get("extensions", {}).get(PART, {}).get("send")
    return found


class Protocol(H11Protocol):
    """One connection.

    Parameters
    ----------
    connections : Connections
        Those that are open.
    request_within : float
        Seconds in which a request must arrive, head and body.
    stalled_after : float
        Seconds in which a client must read something of what waits for it.
    """

    def __init__(
        self,
        *arguments: Any,
        connections: Connections,
        request_within: float,
        stalled_after: float,
        **named: Any,
    ) -> None:
        super().__init__(*arguments, **named)
        self.conn = _Connection(h11.SERVER, MOST_HEAD)
        self._open = connections
        self._request_within, self._stalled_after = request_within, stalled_after
        self._deadline: asyncio.TimerHandle | None = None
        self._reader_check: asyncio.TimerHandle | None = None
        self._ignored = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(_Lingering(transport, self.conn))  # type: ignore[arg-type]
        refusal = self._open.enter(self._address)
        if refusal:
            self._refuse(refusal)
        else:
            self._wait_for_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._open.leave(self._address)
        self._request_is_here()
        self._reader_reads()
        super().connection_lost(exc)

    @property
    def _address(self) -> str:
        return self.client[0] if self.client else ""

    def handle_events(self) -> None:
        super().handle_events()
        if self.scope is not None and self.conn.their_http_version == b"1.1":
            extensions = self.scope.setdefault("extensions", {})
            extensions[PART] = {"send": self._send_part}

    async def _send_part(self, part: bytes) -> None:
        if self.flow.write_paused:
            await self.flow.drain()
        if part and not self.cycle.disconnected:
            self.transport.write(b"%x\r\n%b\r\n" % (len(part), part))

    def pause_writing(self) -> None:
        super().pause_writing()
        self._wait_for_reader(_unread(self.transport))

    def resume_writing(self) -> None:
        super().resume_writing()
        self._reader_reads()

    def _wait_for_reader(self, left: int) -> None:
        self._reader_check = self.loop.call_later(self._stalled_after, self._check_reader, left)

    def _reader_reads(self) -> None:
        if self._reader_check is not None:
            self._reader_check.cancel()
            self._reader_check = None

    def _check_reader(self, before: int) -> None:
        left = _unread(self.transport)
        if left < before:  # slowly, but it reads
            self._wait_for_reader(left)
        else:
            log.info("a client reads nothing", extra={"seconds": self._stalled_after})
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            self._ignored += len(data)
            if self._ignored > LINGER_BYTES:
                self.transport.abort()
            return
        super().data_received(data)
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self._wait_for_request()
        else:
            self._request_is_here()

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP; called by uvicorn while it handles h11's exception."""
        error = sys.exc_info()[1]
        status = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400
        if status == _TOO_LARGE:
            detail = "The head of the request is too large."
            self._refuse(Problem(status, "headers_too_large", detail))
        else:
            detail = f"This is not valid HTTP: {error or msg}."
            self._refuse(Problem(status, "invalid_http", detail))

    def _wait_for_request(self) -> None:
        if self._deadline is None:  # once per request: a byte now and then gains no time
            self._deadline = self.loop.call_later(self._request_within, self._too_late)

    def _request_is_here(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_late(self) -> None:
        self._deadline = None
        if self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]:
            self.transport.close()  # it never asked for anything
        else:
            within = f"{self._request_within:g} s"
            self._refuse(Problem(408, "request_timeout", f"The request took more than {within}."))

    def _refuse(self, problem: Problem) -> None:
        """Answer for the application, which is told that the client has gone."""
        self._request_is_here()
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.close()  # it has its answer, or a part of it
            return
        request_id = uuid4().hex[:16]
        extra = {"request": request_id, "status": problem.status_code, "code": problem.code}
        log.info("refused", extra=extra)
        for event in _events(problem_response(problem), request_id):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def _unread(transport: asyncio.Transport) -> int:
    """Return the bytes that the client has not taken, here and in the buffers of the system.

    Those are megabytes: without them, a modem would seem to read nothing for minutes.
    """
    left = transport.get_write_buffer_size()
    if sys.platform == "linux":
        import fcntl
        import termios

        with contextlib.suppress(OSError):
            file = transport.get_extra_info("socket").fileno()
            left += int.from_bytes(fcntl.ioctl(file, termios.TIOCOUTQ, bytes(4)), sys.byteorder)
    return left


def _events(answer: Response, request_id: str) -> list[Any]:
    own = [(REQUEST_ID, request_id.encode()), (b"connection", b"close")]
    headers = [*answer.raw_headers, *_SECURITY, *own]
    reason = STATUS_PHRASES[answer.status_code]
    return [
        h11.Response(status_code=answer.status_code, headers=headers, reason=reason),
        h11.Data(data=bytes(answer.body)),
        h11.EndOfMessage(),
    ]


class _Connection(h11.Connection):
    """Refuses a body in more chunks than anybody needs."""

    _chunks = 0

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        event = super().next_event()
        if isinstance(event, h11.Request):
            self._chunks = 0
        elif isinstance(event, h11.Data) and event.chunk_start:
            self._chunks += 1
            if self._chunks > MOST_CHUNKS:
                raise h11.RemoteProtocolError(f"a body of more than {MOST_CHUNKS} chunks")
        return event


class _Lingering:
    """A transport that, closed before the request was read, lets the client read the answer."""

    def __init__(self, transport: asyncio.Transport, conn: h11.Connection) -> None:
        self._transport, self._conn = transport, conn
        self._closing = False
        self.write = transport.write  # called for every frame of every viewer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def is_closing(self) -> bool:
        return self._closing or self._transport.is_closing()

    def close(self) -> None:
        if self._closing:
            return
        self._closing = True
        is_read = self._conn.their_state in (h11.IDLE, h11.DONE, h11.MUST_CLOSE, h11.CLOSED)
        if is_read or self._transport.is_closing():
            self._transport.close()
            return
        self._transport.resume_reading()
        self._transport.write_eof()
        asyncio.get_running_loop().call_later(LINGER, self._transport.abort)
