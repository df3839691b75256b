"""What surrounds every request; plain ASGI, because wrapping classes hold back event streams.

A scope is changed in place: the outermost layer reads there which route was found (``requests``).
"""

import logging
import re
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import ip_address

from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.errors import Problem, problem_response
from app.api.negotiate import takes_gzip

log = logging.getLogger(__name__)


def security_headers(frame_ancestors: Iterable[str] = ()) -> dict[str, str]:
    """Return the headers of every answer that does not bring its own.

    Parameters
    ----------
    frame_ancestors : iterable of str
        Other origins whose pages may show the answer in a frame.
    """
    ancestors = " ".join(["'self'", *frame_ancestors])
    return {
        "Content-Security-Policy": (
            "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; "
            f"base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


class SecurityHeaders:
    """Adds headers to every answer, errors included, unless the answer has them already.

    Only what lies under ``/embed/`` is made for frames of other sites: everywhere else somebody
    could lay his page over ours and let our reader click on what he does not see.
    """

    def __init__(self, app: ASGIApp, frame_ancestors: Iterable[str], base: str) -> None:
        self._app = app
        self._everywhere = _raw(security_headers())
        self._in_frames = _raw(security_headers(frame_ancestors))
        self._frames = ("/embed/", f"{base}/embed/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        framed = scope["path"].startswith(self._frames)
        headers = self._in_frames if framed else self._everywhere

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                added = [pair for pair in headers if pair[0] not in present]
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        await self._app(scope, receive, send_with_headers)


class Faults:
    """Answers 500 as a problem, and logs what happened, when nothing else took the exception."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watching(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watching)
        except ClientDisconnect:
            log.debug("a client left while it was asking", extra={"path": scope["path"]})
        except Exception:
            log.exception(
                "a request failed", extra={"method": scope["method"], "path": scope["path"]}
            )
            if started:
                raise  # half an answer cannot be mended; the server closes the connection
            problem = Problem(500, "internal_error", "Something went wrong here; it was logged.")
            await problem_response(problem)(scope, receive, send)


# Names that no registry gives to anybody, so no page of another site can have one (RFC 6761, RFC
# 6762, RFC 8375, and ICANN's resolution 2024.07.29.06 for "internal").
_ONE_WORD = re.compile(r"[a-z0-9_-]{1,63}", re.ASCII)
_PRIVATE_ENDINGS = (".localhost", ".local", ".internal", ".home.arpa", ".test")


class Hosts:
    """Answers only to names that are private or were given, so that no other can be pointed here.

    A page of another site could else point its own name at a server in our reader's network, and
    the browser would take both for one site. Nobody can do so with a plain address, with a name of
    one word (``lab``, ``labserver:8000``) or below an ending that is private. Who looks after a
    server (a container engine, Kubernetes, Prometheus) asks by one of these, or names nobody.
    """

    def __init__(self, app: ASGIApp, allowed: Iterable[str]) -> None:
        self._app, self._allowed = app, frozenset(name.lower() for name in allowed)
        self._any = "*" in self._allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._any and not self._is_allowed(scope):
            problem = Problem(
                400,
                "host_not_allowed",
                "This server does not answer to that name. Who runs it can allow it with "
                "VGL_ALLOWED_HOSTS.",
            )
            await problem_response(problem)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _is_allowed(self, scope: Scope) -> bool:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if not hosts:
            return True  # HTTP/1.0, which no browser speaks
        host = hosts[0].decode("latin-1").lower()
        name = host if host.endswith("]") else host.rpartition(":")[0] or host
        name = name.removesuffix(".")
        return (
            name in self._allowed
            or _ONE_WORD.fullmatch(name) is not None
            or name.endswith(_PRIVATE_ENDINGS)
            or _is_address(name)
        )


def _is_address(host: str) -> bool:
    with suppress(ValueError):
        ip_address(host.removeprefix("[").removesuffix("]"))
        return True
    return False


class BasePath:
    """Makes a path begin with the base path, whether the proxy in front strips it or not."""

    def __init__(self, app: ASGIApp, base: str) -> None:
        self._app, self._base = app, base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._base:
            path: str = scope["path"]
            if path == self._base:
                # Pages name everything relative to themselves, so the slash matters.
                await RedirectResponse(f"{self._base}/")(scope, receive, send)
                return
            if not path.startswith(f"{self._base}/"):
                path = self._base + path
            scope["path"], scope["root_path"] = path, self._base
        await self._app(scope, receive, send)


class Compression:
    """Compresses answers that gain by it; event streams and static files bring their own gzip.

    Starlette looks for the word "gzip" in the header only, and would compress for a client who
    refuses it by ``gzip;q=0``. So what everything behind this sees is either "gzip" or nothing.
    """

    def __init__(self, app: ASGIApp) -> None:
        # Level 4: frames are numbers, on which level 9 saves 3% and takes four times as long.
        self._app = GZipMiddleware(app, minimum_size=1000, compresslevel=4)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            name = b"accept-encoding"
            said = b",".join(value for key, value in scope["headers"] if key == name)
            others = [pair for pair in scope["headers"] if pair[0] != name]
            taken = [(name, b"gzip")] if takes_gzip(said.decode("latin-1")) else []
            scope["headers"] = others + taken
        await self._app(scope, receive, send)


class BodyLimit:
    """Refuses a body that is too large: by its header before it is read, else while it is read."""

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self._app, self._most = app, most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        declared = headers.get(b"content-length", b"0")
        if b"content-length" in headers and b"transfer-encoding" in headers:
            # A proxy may believe the one and we the other; what follows would be read as a request.
            problem = Problem(
                400,
                "invalid_http",
                "A request has Content-Length or Transfer-Encoding, not both.",
                headers={"Connection": "close"},
            )
            await problem_response(problem)(scope, receive, send)
            return
        if declared.isdigit() and int(declared[:18]) > self._most:
            await problem_response(self._problem())(scope, receive, send)
            return
        seen = 0

        async def counting() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._most:
                raise self._problem()
            return message

        await self._app(scope, counting, send)

    def _problem(self) -> Problem:
        return Problem(
            413,
            "body_too_large",
            f"The body is larger than {self._most} bytes.",
            # Else the rest of it would be read, to find the request after it.
            headers={"Connection": "close"},
            errors=[
                {
                    "path": "",
                    "message": f"must be at most {self._most} bytes",
                    "limit": self._most,
                    "code": "out_of_range",
                }
            ],
        )
