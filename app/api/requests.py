"""Give every request an id, and count it when it is answered.

The id is the client's own ``X-Request-ID`` if it is a short plain word, so that a proxy's log and
ours can be laid side by side. It is in the answer, and in every line that is logged on the way.
"""

import logging
import re
import time
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.deps import PREFIX
from app.api.meters import Meters
from app.logs import about

log = logging.getLogger(__name__)

HEADER = b"x-request-id"
_PLAIN = re.compile(rb"[A-Za-z0-9._:;=+/@-]{1,128}")
# A client may invent methods; each label would be kept for ever.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Requests:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, meters: Meters, base: str) -> None:
        self._app, self._meters, self._api = app, meters, f"{base}{PREFIX}/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _id_of(scope)
        began = time.perf_counter()

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], (HEADER, request_id)]
                message = {**message, "headers": headers}
                self._count(scope, message["status"], time.perf_counter() - began)
            await send(message)

        with about(request=request_id.decode()):
            await self._app(scope, receive, send_with_id)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = self._template(scope)
        self._meters.requests.labels(method, route, status).inc()
        self._meters.seconds.labels(method, route).observe(seconds)
        extra = {"method": method, "route": route, "status": status, "seconds": round(seconds, 4)}
        log.debug("answered", extra=extra)

    def _template(self, scope: Scope) -> str:
        """Return ``/api/v1/runs/{run_id}``; empty for an address that is none of ours."""
        path = getattr(scope.get("route"), "path", "")
        # A route knows its path within the router it was made in.
        return PREFIX + path if path and scope["path"].startswith(self._api) else path


def _id_of(scope: Scope) -> bytes:
    given = [value for name, value in scope["headers"] if name == HEADER]
    if len(given) == 1 and _PLAIN.fullmatch(given[0]):
        return bytes(given[0])
    return uuid4().hex[:16].encode()
