"""What can go wrong, with the fields that the server sent."""

from collections.abc import Mapping, Sequence
from typing import Any


class ClientError(Exception):
    """Base of what this client raises."""


class ConnectionLostError(ClientError):
    """The server could not be reached for as long as the client was told to try."""


class ProblemError(ClientError):
    """The server refused: an RFC 9457 problem.

    Attributes
    ----------
    status : int
        HTTP status, such as 422.
    code : str
        Stable name of the kind of error, such as ``invalid``; ``http_error`` where something
        between here and the server answered in its own words.
    detail : str
        One sentence.
    errors : list of dict
        Per field: ``path``, ``message``, ``limit`` and ``code``.
    wait : float
        Seconds after which the server asked to be asked again (``Retry-After``), or 0.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: Sequence[Mapping[str, Any]] = (),
        wait: float = 0.0,
    ) -> None:
        self.status, self.code, self.detail, self.wait = status, code, detail, wait
        self.errors = [dict(error) for error in errors]
        super().__init__(str(self))

    def __str__(self) -> str:
        """Return one line per field, with its limit, or the sentence."""
        lines = []
        for error in self.errors:
            limit = error.get("limit")
            shown = "" if limit is None else f" (limit: {_shown(limit)})"
            lines.append(f"{error.get('path') or 'request'}: {error.get('message')}{shown}")
        return "\n".join(lines) or self.detail

    def __reduce__(self) -> tuple[Any, ...]:
        """Keep the fields when an error travels between processes."""
        return type(self), (self.status, self.code, self.detail, self.errors, self.wait)


def _shown(limit: object) -> str:
    if isinstance(limit, list):
        return ", ".join(map(str, limit))
    return f"{limit:g}" if isinstance(limit, float) else str(limit)
