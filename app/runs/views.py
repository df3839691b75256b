"""A run and an experiment as JSON values: one shape for REST answers and for ``state`` events."""

import functools
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from app.core.spec import RunSpec
from app.runs.store import STATES, UNFINISHED


def moment(seconds: float | None) -> str | None:
    """Return a time as ISO 8601 in UTC."""
    if seconds is None:
        return None
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def run_status(row: Row[Any], label: str, position: int | None) -> dict[str, Any]:
    """Return everything about a run that changes, and what is needed to read its frames."""
    error = None
    if row.error_code is not None:
        error = {"code": row.error_code, "message": row.error_message}
    ended = row.finished_at is not None and row.started_at is not None
    return {
        "label": label,
        "state": row.state,
        "position": position,
        "step": row.step,
        "seq": row.seq,
        "attempts": row.attempts,
        "error": error,
        "created_at": moment(row.created_at),
        "started_at": moment(row.started_at),
        "finished_at": moment(row.finished_at),
        "seconds": round(row.finished_at - row.started_at, 3) if ended else None,
        "provenance": json.loads(row.provenance) if row.provenance else None,
        **_of_the_spec(row.spec),
    }


def progress(statuses: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return how far an experiment is: runs, those over, runs by state, and the share of its work.

    ``share`` counts training steps, and a run that is over as all of its steps: 1 at the end.
    """
    states: Counter[str] = Counter()
    done = steps = 0
    for status in statuses:
        state = status["state"]
        states[state] += 1
        steps += status["steps"]
        done += status["step"] if state in UNFINISHED else status["steps"]
    waiting = sum(states[state] for state in UNFINISHED)
    return {
        "runs": states.total(),
        "over": states.total() - waiting,
        "share": round(done / steps, 4),
        **{state: states[state] for state in STATES},
    }


@functools.lru_cache(maxsize=4096)
def _of_the_spec(spec: str) -> dict[str, Any]:
    """Return what follows from the canonical spec; parsed once."""
    parsed = RunSpec.from_dict(json.loads(spec))
    task = parsed.task
    return {
        "cell": parsed.model.cell,
        "length": task.steps,
        "steps": parsed.training.steps,
        "baseline": task.baseline,
        "threshold": task.threshold,
        "metric_name": task.metric,
        "higher_is_better": task.higher_is_better,
    }


def run_view(row: Row[Any], label: str, position: int | None, base: str) -> dict[str, Any]:
    """Return a run as ``GET /runs/{id}`` shows it; ``base`` is the path of the API."""
    path = f"{base}/runs/{row.id}"
    return {
        "id": row.id,
        "spec": json.loads(row.spec),
        **run_status(row, label, position),
        "links": {"self": path, "frames": f"{path}/frames"},
    }


def short_label(row: Row[Any]) -> str:
    """Return the name of a run outside of any experiment."""
    return str(_of_the_spec(row.spec)["cell"])


def longest(row: Row[Any]) -> int:
    """Return T, the longest sequence of a run."""
    return int(_of_the_spec(row.spec)["length"])
