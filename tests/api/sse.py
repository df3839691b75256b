"""A plain client of event streams, as the standard describes one."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Event:
    """One event; ``id`` is the last id received, as a browser would send it back."""

    name: str
    value: Any
    id: str | None


def read_events(lines: Iterable[str]) -> Iterator[Event]:
    """Parse the lines of a stream; comments, ``retry:`` and heartbeats are left out."""
    name, data, last_id = "message", [], None
    for line in lines:
        if line == "":
            if data and name != "heartbeat":
                yield Event(name, json.loads("\n".join(data)), last_id)
            name, data = "message", []
        elif not line.startswith(":"):
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "event":
                name = value
            elif field == "data":
                data.append(value)
            elif field == "id":
                last_id = value
