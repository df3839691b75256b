"""How many connections may be open: of everybody, and of one address.

Counted before a byte is read. Who only connects is sent away after ``VGL_REQUEST_TIMEOUT``, but
until then each of his connections is an open file that somebody else may need.
"""

from collections import Counter
from collections.abc import Iterable

# The judgement of who is a proxy must be the same as where its headers are believed.
from uvicorn.middleware.proxy_headers import _TrustedHosts

from app.api.errors import Problem
from app.api.identity import household

RETRY = {"Retry-After": "5"}


class Connections:
    """Counts the open connections of one server.

    Parameters
    ----------
    most, most_of_one : int
    proxies : iterable of str
        Addresses and networks that speak for others: for them only ``most`` holds.
    """

    def __init__(self, most: int, most_of_one: int, proxies: Iterable[str] = ()) -> None:
        self._most, self._most_of_one = most, most_of_one
        self._proxies = _TrustedHosts(list(proxies))
        self._open: Counter[str] = Counter()
        self._total = 0

    def enter(self, address: str) -> Problem | None:
        """Count a connection; a problem if it is one too many, which has to ``leave`` all the same.

        To be refused costs a connection too, for as long as the answer is on its way.
        """
        name = household(address)
        self._open[name] += 1
        self._total += 1
        if self._total > self._most:
            detail = f"{self._most} connections are open; this server takes no more."
            return Problem(503, "too_many_connections", detail, headers=RETRY)
        if address not in self._proxies and self._open[name] > self._most_of_one:
            detail = f"This address has {self._most_of_one} connections open already."
            return Problem(429, "too_many_connections", detail, headers=RETRY)
        return None

    def leave(self, address: str) -> None:
        """A connection has ended."""
        name = household(address)
        self._total -= 1
        self._open[name] -= 1
        if not self._open[name]:
            del self._open[name]
