"""``python -m app reproduce``: published results again, on a server or without one."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.commands import add_command
from app.cli.session import (
    DONE,
    INCOMPLETE,
    INTERRUPTED,
    REFUSED,
    add_place,
    add_processes,
    guarded,
    place,
)

if TYPE_CHECKING:
    from app.cli.places import Place
    from app.studies.reproduce import Study

REPORT = Path("docs/reproduction.md")
REPRODUCE = """
examples:
  Everything, on this machine; it takes a while, and goes on where it was after an interruption:
    python -m app reproduce --database reproduction.db
  One study, with more seeds, on a server, where others can watch its runs:
    python -m app reproduce hs97_adding --seeds 20 --server http://lab.example:8000
"""


def add_reproduce(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser of the command line."""
    again = add_command(
        commands, "reproduce", f"train published results again and write {REPORT}", REPRODUCE
    )
    again.add_argument("studies", nargs="*", metavar="study", help="which (default: all)")
    again.add_argument("--seeds", type=int, default=5, help="seeds per model (default: 5)")
    again.add_argument("--output", type=Path, default=REPORT, help="the report to write")
    again.add_argument("--quiet", action="store_true", help="no progress bar")
    add_processes(again)
    add_place(again)
    again.set_defaults(run=_reproduce)


def _reproduce(chosen: argparse.Namespace) -> int:
    from app.studies.published import PUBLISHED

    unknown = [name for name in chosen.studies if name not in PUBLISHED]
    if unknown:
        known = ", ".join(PUBLISHED)
        print(f"no such study: {', '.join(unknown)}; there are {known}", file=sys.stderr)
        return REFUSED
    if chosen.seeds < 1:
        print("--seeds: must be at least 1", file=sys.stderr)
        return REFUSED
    studies = [PUBLISHED[name] for name in chosen.studies or PUBLISHED]

    def act() -> int:
        with place(chosen) as where:
            return _train_and_report(where, studies, chosen)

    return guarded(act)


def _train_and_report(where: "Place", studies: "list[Study]", chosen: argparse.Namespace) -> int:
    """Ask for all studies at once, so that no worker waits between two of them."""
    from app.cli.output import show_progress
    from app.studies.reproduce import asked, report, rows_of

    ids = [where.submit(asked(study, chosen.seeds)) for study in studies]
    rows: dict[str, Any] = {}
    try:
        for study, experiment_id in zip(studies, ids, strict=True):
            print(f"{study.id}: experiment {experiment_id}", file=sys.stderr)
            last = show_progress(where.watch(experiment_id), chosen.quiet)
            if last["failed"] or last["cancelled"]:
                print(f"{study.id}: not all of its runs came to their end", file=sys.stderr)
                return INCOMPLETE
            rows[study.id] = rows_of(study, chosen.seeds, where.rows(experiment_id))
    except KeyboardInterrupt:
        print("Interrupted. What is trained is kept by a server or a --database.", file=sys.stderr)
        return INTERRUPTED
    chosen.output.parent.mkdir(parents=True, exist_ok=True)
    chosen.output.write_text(report(studies, rows, _made_with(where, ids)), "utf-8")
    print(f"wrote {chosen.output}", file=sys.stderr)
    return DONE


def _made_with(where: "Place", ids: list[str]) -> str:
    """Return what computed the runs; a server may have workers of several kinds."""
    made = [run["provenance"] for found in ids for run in where.describe(found)["runs"]]
    named = {f"NumPy {each['numpy']}, Python {each['python']}" for each in made}
    return "; ".join(sorted(named))
