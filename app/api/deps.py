"""What a request may ask the application for."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from app.api.errors import Problem
from app.runs.engine import Engine
from app.runs.plan import Limits
from app.runs.store import Store
from app.runs.tail import Tail
from app.settings import Settings

PREFIX = "/api/v1"
_ID = re.compile(r"[0-9a-f]{16}", re.ASCII)
_SALT = secrets.token_bytes(16)


@dataclass(frozen=True)
class Services:
    """The parts of a running server."""

    settings: Settings
    store: Store
    engine: Engine
    tail: Tail

    @property
    def limits(self) -> Limits:
        chosen = self.settings
        return Limits(chosen.max_runs, chosen.max_cost, chosen.max_values)

    @property
    def api(self) -> str:
        """Path of the API as a client sees it."""
        return self.settings.base_path + PREFIX


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


def _client(request: Request) -> str:
    """Name whose turn it is in the queue; the address itself is stored nowhere."""
    address = request.client.host if request.client else ""
    return hashlib.blake2b(address.encode(), key=_SALT, digest_size=8).hexdigest()


App = Annotated[Services, Depends(_services)]
Client = Annotated[str, Depends(_client)]


def known_id(text: str) -> str:
    """Return an id as it is written, or answer 404: no other text can be one."""
    if not _ID.fullmatch(text):
        raise not_found()
    return text


def not_found() -> Problem:
    """Return the answer for something that is not there."""
    return Problem(404, "not_found", "There is no such experiment or run.")
