"""What the commands show and write: a bar while it trains, a table, JSON, CSV."""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from app.cli.places import Place
from app.core.options import OptionError

# Column of the table on the screen → field of a row.
SHOWN = {
    "run": "run",
    "what": "label",
    "state": "state",
    "step": "step",
    "loss": "loss",
    "score": "metric",
    "retention before": "retention_h_before",
    "after": "retention_h_after",
    "s": "seconds",
}


def show_progress(steps: Iterable[dict[str, Any]], quiet: bool) -> dict[str, Any]:
    """Draw a bar on standard error while runs train; return the last progress."""
    last: dict[str, Any] = {}
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=quiet,
    ) as bar:
        task = bar.add_task("starting", total=1.0)
        for last in steps:
            bar.update(task, completed=last["share"], description=summary(last))
    return last


def summary(progress: dict[str, Any]) -> str:
    """Return ``12 of 300 runs over, 3 running, 1 diverged``."""
    told = [f"{progress['over']} of {progress['runs']} runs over"]
    for state in ("running", "diverged", "cancelled", "failed"):
        if progress[state]:
            told.append(f"{progress[state]} {state}")
    return ", ".join(told)


def check_file(output: str | None) -> None:
    """Refuse a file that could not be written, before an hour of training.

    Raises
    ------
    OptionError
    """
    if output is None:
        return
    path = Path(output)
    if path.suffix not in (".csv", ".json"):
        raise OptionError("--output", f"{output!r} must end with", [".csv", ".json"])
    if not path.parent.is_dir():
        raise OptionError("--output", f"there is no folder '{path.parent}'")
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise OptionError("--output", f"{output!r} cannot be written")


def write_results(place: Place, experiment_id: str, output: str | None, form: str) -> None:
    """Write results to a file by its suffix, or to standard output in a form."""
    if output is not None:
        text = results_text(place, experiment_id, Path(output).suffix[1:])
        # newline="": the lines of CSV end as RFC 4180 says, on every system.
        Path(output).write_text(text, "utf-8", newline="")
        print(f"wrote {output}", file=sys.stderr)
    elif form == "table":
        print_table(place.rows(experiment_id))
    else:
        sys.stdout.write(results_text(place, experiment_id, form))


def results_text(place: Place, experiment_id: str, form: str) -> str:
    """Return the results as ``csv`` or ``json``."""
    if form == "csv":
        return place.csv(experiment_id)
    rows = place.rows(experiment_id)
    return json.dumps({"experiment": experiment_id, "results": rows}, indent=1) + "\n"


def print_table(rows: Sequence[dict[str, Any]]) -> None:
    """Print the results for a person."""
    table = Table(box=None, pad_edge=False)
    for name, field in SHOWN.items():
        is_text = field in ("run", "label", "state")
        table.add_column(name, justify="left" if is_text else "right", no_wrap=field == "run")
    for row in rows:
        table.add_row(*(_shown(row[field]) for field in SHOWN.values()))
    Console().print(table, markup=False, highlight=False)


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.3g}" if isinstance(value, float) else str(value)
