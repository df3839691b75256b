"""One row per run of an experiment: what was asked and what came out."""

import json
from typing import Any

from sqlalchemy import select

from app.runs.experiments import view
from app.runs.plan import flat_spec
from app.runs.store import Store, frames
from app.runs.views import run_status

COLUMNS = (
    "run",
    "label",
    "state",
    "step",
    "loss",
    "metric",
    "solved_step",
    "retention_h_before",
    "retention_h_after",
    "retention_c_before",
    "retention_c_after",
    "long_range_share",
    "seconds",
    "attempts",
)


def results(store: Store, experiment_id: str) -> list[dict[str, Any]] | None:
    """Return the rows, in the order of the experiment; None if there is none."""
    found = view(store, experiment_id)
    if found is None:
        return None
    rows = []
    with store.reading() as connection:
        for run in found.runs:
            wanted = select(frames.c.seq, frames.c.body).where(
                frames.c.run_id == run.id, frames.c.seq.in_({0, run.seq})
            )
            bodies = {row.seq: json.loads(row.body) for row in connection.execute(wanted)}
            first, last = bodies.get(0, {}), bodies.get(run.seq, {})
            status = run_status(run, run.label, None)
            rows.append(
                {
                    "run": run.id,
                    "label": run.label,
                    "state": run.state,
                    "step": run.step,
                    "loss": last.get("loss"),
                    "metric": last.get("metric"),
                    "solved_step": run.step if run.state == "solved" else None,
                    "retention_h_before": first.get("retention_h"),
                    "retention_h_after": last.get("retention_h"),
                    "retention_c_before": first.get("retention_c"),
                    "retention_c_after": last.get("retention_c"),
                    "long_range_share": last.get("long_range_share"),
                    "seconds": status["seconds"],
                    "attempts": run.attempts,
                    "spec": flat_spec(json.loads(run.spec)),
                }
            )
    return rows
