"""HTTP/1.1 as uvicorn speaks it, and three things it leaves open.

A request that is not HTTP is answered as a problem, like every other error. A request that does
not come to its end within a time limit is answered 408, so that nobody holds connections by
sending a byte a minute. And a client that is refused while it still sends can read why: closing
at once would reset the connection, and the answer would be lost with it.
"""

import asyncio
import sys
from typing import Any

import h11
from starlette.responses import Response
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol

from app.api.errors import Problem, problem_response

# What a refused client may go on sending, for nothing: seconds, and bytes.
LINGER = 2.0
LINGER_BYTES = 64_000_000
_TOO_LARGE = 431


class Protocol(H11Protocol):
    """One connection.

    Parameters
    ----------
    request_within : float
        Seconds in which a request must arrive, head and body.
    """

    def __init__(self, *arguments: Any, request_within: float = 30.0, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._request_within = request_within
        self._deadline: asyncio.TimerHandle | None = None
        self._ignored = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(_Lingering(transport, self.conn))  # type: ignore[arg-type]
        self._wait_for_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._request_is_here()
        super().connection_lost(exc)

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
            if self.cycle.response_started:
                self.transport.close()
                return
        answer = problem_response(problem)
        for event in _events(answer):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def _events(answer: Response) -> list[Any]:
    headers = [*answer.raw_headers, (b"connection", b"close")]
    reason = STATUS_PHRASES[answer.status_code]
    return [
        h11.Response(status_code=answer.status_code, headers=headers, reason=reason),
        h11.Data(data=bytes(answer.body)),
        h11.EndOfMessage(),
    ]


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
