"""Changes of state are asked by our own pages, or by programs: never by another site's page.

A page of another site can make a browser send a POST here, and a school's server often trusts
whoever is in its network. JSON alone already makes the browser ask first; this says no by itself.
"""

from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.errors import Problem, problem_response

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Origins:
    """Answers 403 to a change that a page of another origin asks for.

    ``Sec-Fetch-Site`` is the browser's own word, and no proxy on the way changes what it is about.
    Where it is missing (plain HTTP in a network, old browsers), ``Origin`` must name this host or
    be one of ``allowed``. A program sends neither.
    """

    def __init__(self, app: ASGIApp, allowed: Iterable[str]) -> None:
        self._app, self._allowed = app, frozenset(origin.lower() for origin in allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in _SAFE and not self._is_own(scope):
            problem = Problem(
                403, "origin_not_allowed", "A page of another site may not change anything here."
            )
            await problem_response(problem)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _is_own(self, scope: Scope) -> bool:
        headers = {name: value.decode("latin-1").lower() for name, value in scope["headers"]}
        origin = headers.get(b"origin")
        if origin in self._allowed:
            return True
        site = headers.get(b"sec-fetch-site")
        if site is not None:
            return site in ("same-origin", "none")
        return origin is None or origin.partition("://")[2] == headers.get(b"host")
