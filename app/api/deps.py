"""What a request may ask the application for."""

import re
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request

from app.api.described import EXPERIMENT_ID, RUN_ID
from app.api.errors import Problem
from app.api.identity import Identity
from app.api.limits import Gates
from app.api.meters import Meters
from app.runs.asking import Shares
from app.runs.engine import Engine
from app.runs.plan import Limits
from app.runs.store import Store
from app.runs.tail import Tail
from app.runs.upkeep import Upkeep
from app.settings import Settings

PREFIX = "/api/v1"
_ID = re.compile(r"[0-9a-f]{16}", re.ASCII)


@dataclass(frozen=True)
class Services:
    """The parts of a running server."""

    settings: Settings
    store: Store
    engine: Engine
    tail: Tail
    gates: Gates
    upkeep: Upkeep
    meters: Meters
    identity: Identity

    @property
    def limits(self) -> Limits:
        chosen = self.settings
        return Limits(chosen.max_runs, chosen.max_cost, chosen.max_values)

    @property
    def shares(self) -> Shares:
        return Shares(self.settings.max_unfinished, self.settings.max_holder_unfinished)

    @property
    def api(self) -> str:
        """Path of the API as a client sees it."""
        return self.settings.base_path + PREFIX


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


def _client(request: Request) -> str:
    """Return the name whose turn it is in the queue."""
    address = request.client.host if request.client else ""
    return _services(request).identity.name_of(address)


App = Annotated[Services, Depends(_services)]
Client = Annotated[str, Depends(_client)]
Holder = Annotated[
    str,
    Query(
        pattern="^([A-Za-z0-9_-]{8,32})?$",
        examples=["page-5f2a91c0"],
        description="A name that a page or program makes up for itself; without one it is its "
        "address. An experiment that several hold is stopped when the last of them stops it.",
    ),
]


def _id_of(what: str, example: str) -> Any:
    # Written down only: an id of another form is not there (404), and is not a wrong field (422).
    return Path(
        description=f"Id of {what}.",
        examples=[example],
        json_schema_extra={"pattern": "^[0-9a-f]{16}$"},
    )


ExperimentId = Annotated[str, _id_of("an experiment", EXPERIMENT_ID)]
RunId = Annotated[str, _id_of("a run", RUN_ID)]


def known_id(text: str) -> str:
    """Return an id as it is written, or answer 404: no other text can be one."""
    if not _ID.fullmatch(text):
        raise not_found()
    return text


def not_found() -> Problem:
    """Return the answer for something that is not there."""
    return Problem(404, "not_found", "There is no such experiment or run.")
