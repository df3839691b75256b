"""One row per run of an experiment: what was asked and what came out."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, literal, select

from app.runs.experiments import view
from app.runs.plan import flat_spec
from app.runs.store import Store, experiment_runs, frames, runs
from app.runs.views import run_status

COLUMNS = (
    "run",
    "label",
    "state",
    "step",
    "loss",
    "metric",
    "solved_step",
    "diverged_step",
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
    with store.reading() as connection:
        firsts = _frames(connection, experiment_id, literal(0))
        lasts = _frames(connection, experiment_id, runs.c.seq)
    rows = []
    for run in found.runs:
        first, last = firsts.get(run.id, {}), lasts.get(run.id, {})
        rows.append(
            {
                "run": run.id,
                "label": run.label,
                "state": run.state,
                "step": run.step,
                "loss": last.get("loss"),
                "metric": last.get("metric"),
                "solved_step": run.step if run.state == "solved" else None,
                "diverged_step": run.step if run.state == "diverged" else None,
                "retention_h_before": first.get("retention_h"),
                "retention_h_after": last.get("retention_h"),
                "retention_c_before": first.get("retention_c"),
                "retention_c_after": last.get("retention_c"),
                "long_range_share": last.get("long_range_share"),
                "seconds": run_status(run, run.label, None)["seconds"],
                "attempts": run.attempts,
                "spec": flat_spec(json.loads(run.spec)),
            }
        )
    return rows


def _frames(
    connection: Connection, experiment_id: str, seq: ColumnElement[int]
) -> dict[str, dict[str, Any]]:
    """Return one frame of each run; found by the key, where "first or last" would read them all."""
    wanted = (
        select(frames.c.run_id, frames.c.body)
        .join_from(experiment_runs, runs)
        .join(frames, and_(frames.c.run_id == runs.c.id, frames.c.seq == seq))
        .where(experiment_runs.c.experiment_id == experiment_id)
    )
    return {run_id: json.loads(body) for run_id, body in connection.execute(wanted)}


def as_csv(rows: Sequence[dict[str, Any]]) -> str:
    """Return rows as CSV: what came out, then the spec by dotted path; empty where undefined."""
    spec_columns = sorted({name for row in rows for name in row["spec"]})
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*COLUMNS, *spec_columns])
    for row in rows:
        values = [row[name] for name in COLUMNS]
        writer.writerow(map(_cell, [*values, *(row["spec"].get(name) for name in spec_columns)]))
    return text.getvalue()


def _cell(value: Any) -> Any:
    """Keep a text from being read as a formula by a spreadsheet."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value
