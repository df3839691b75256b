"""``python -m app run``, ``sweep`` and ``export``."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.cli.places import Place

# Exit codes: all runs came to their end; some did not; refused; the server is out of reach.
DONE, INCOMPLETE, REFUSED, UNREACHABLE, INTERRUPTED = 0, 1, 2, 3, 130

RUN = """
examples:
  Train the classic contrast, RNN against LSTM and GRU, on this machine:
    python -m app run --preset classic
  One LSTM on a longer task, its results as a file:
    python -m app run --set model.cell=lstm --set task.length=100 --output lstm.csv
  What a file holds (an experiment as the API takes it, or one spec), on a server:
    python -m app run experiment.json --server http://127.0.0.1:8000
"""
SWEEP = """
examples:
  Does it learn? Three lengths, ten seeds, two cells: sixty runs.
    python -m app sweep --vary model.cell=rnn,lstm --vary task.length=20,50,100 \\
        --vary seed=0..9 --output sweep.csv
  A preset over seeds, on a server, where others can watch:
    python -m app sweep --preset classic --vary seed=0..9 --server http://lab.example:8000
  A sweep that can be interrupted: the same command again goes on where it was.
    python -m app sweep --vary seed=0..99 --database sweep.db --output sweep.csv

values:
  20,50,100     a list              0..9          whole numbers, both ends included
  rnn,lstm      words               [0.1, null]   any JSON list
The last --vary changes fastest. GET /api/v1/catalogue lists every path with its range.
"""
EXPORT = """
examples:
  Results and set-up of an experiment, with every frame and the last weights, into a folder:
    python -m app export 0123456789abcdef --server http://127.0.0.1:8000 \\
        --frames --weights --output my-experiment
  The same model as programs for PyTorch and Keras:
    python -m app export 0123456789abcdef --database vgl.db --code pytorch keras --output models
"""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to the parser of the command line."""
    run = _command(commands, "run", "train an experiment and show what came out", RUN)
    _add_asking(run)
    sweep = _command(commands, "sweep", "train a grid of runs and tabulate them", SWEEP)
    _add_asking(sweep)
    sweep.add_argument(
        "--vary",
        action="append",
        required=True,
        metavar="PATH=VALUES",
        help="what changes from run to run; give it several times for a grid",
    )
    for command in (run, sweep):
        command.add_argument(
            "--output", metavar="FILE", help="results as .csv or .json (default: shown)"
        )
        command.add_argument(
            "--format",
            choices=("table", "json", "csv"),
            default="table",
            help="form of the results on standard output (default: table)",
        )
        command.add_argument("--quiet", action="store_true", help="no progress bar")
        command.set_defaults(run=_run, vary=[])
    export = _command(commands, "export", "write an experiment into a folder", EXPORT)
    export.add_argument("experiment", help="its id")
    export.add_argument("--output", type=Path, required=True, metavar="FOLDER")
    export.add_argument("--frames", action="store_true", help="every frame, one JSON per line")
    export.add_argument("--weights", action="store_true", help="the last weights, .npz")
    export.add_argument("--code", nargs="+", choices=("pytorch", "keras"), default=[])
    export.set_defaults(run=_export)
    for command in (run, sweep, export):
        where = command.add_mutually_exclusive_group(required=command is export)
        where.add_argument("--server", metavar="URL", help="a server (default: no server)")
        where.add_argument(
            "--database",
            metavar="FILE",
            help="without a server, the SQLite file (or database URL) that keeps the runs",
        )


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    summary: str,
    examples: str,
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _add_asking(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("file", nargs="?", help="JSON: an experiment or one spec; - for stdin")
    what.add_argument("--preset", metavar="ID", help="a preset, such as classic")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="a field of every run, such as training.steps=200",
    )
    parser.add_argument(
        "--processes",
        type=int,
        default=os.cpu_count() or 1,
        metavar="N",
        help="without a server, runs at once (default: one per core)",
    )


def _run(chosen: argparse.Namespace) -> int:
    def act() -> int:
        from app.cli import asked, output

        output.check_suffix(chosen.output)
        wanted = asked.experiment(chosen.file, chosen.preset, chosen.set, chosen.vary)
        with _place(chosen) as place:
            experiment_id = place.submit(wanted)
            print(f"experiment {experiment_id}", file=sys.stderr)
            try:
                last = output.show_progress(place.watch(experiment_id), chosen.quiet)
            except KeyboardInterrupt:
                print(_going_on(chosen, experiment_id), file=sys.stderr)
                return INTERRUPTED
            output.write_results(place, experiment_id, chosen.output, chosen.format)
        return INCOMPLETE if last["failed"] or last["cancelled"] else DONE

    return _guarded(act)


def _going_on(chosen: argparse.Namespace, experiment_id: str) -> str:
    if chosen.server:
        return (
            "The server goes on with it. Later: python -m app export "
            f"{experiment_id} --server {chosen.server} --output {experiment_id}"
        )
    if chosen.database:
        return "Interrupted. The same command again goes on where it was."
    return "Interrupted. With --database FILE, the same command would go on where it was."


def _export(chosen: argparse.Namespace) -> int:
    def act() -> int:
        import json

        from app.cli.output import results_text

        folder: Path = chosen.output
        with _place(chosen) as place:
            body = place.describe(chosen.experiment)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "experiment.json").write_text(json.dumps(body, indent=1) + "\n", "utf-8")
            for form in ("csv", "json"):
                text = results_text(place, chosen.experiment, form)
                (folder / f"results.{form}").write_text(text, "utf-8", newline="")
            for run in body["runs"]:
                _export_run(chosen, place, run["id"])
        print(f"wrote {folder}", file=sys.stderr)
        return DONE

    return _guarded(act)


def _export_run(chosen: argparse.Namespace, place: "Place", run_id: str) -> None:
    folder: Path = chosen.output
    if chosen.frames:
        with (folder / f"{run_id}.ndjson").open("w", encoding="utf-8") as file:
            file.writelines(f"{body}\n" for body in place.frames(run_id))
    if chosen.weights:
        (folder / f"{run_id}.npz").write_bytes(place.archive(run_id))
    for framework in chosen.code:
        text = place.code(run_id, framework)
        (folder / f"{run_id}_{framework}.py").write_text(text, "utf-8")


@contextmanager
def _place(chosen: argparse.Namespace) -> "Iterator[Place]":
    """Open where the experiment is computed and kept."""
    from app.cli.places import Here, There

    if chosen.server:
        from app.client import Client

        with Client(chosen.server) as client:
            yield There(client)
        return
    from app.runs.plan import Limits
    from app.settings import Settings

    settings = Settings()
    limits = Limits(settings.max_runs, settings.max_cost, settings.max_values)
    with tempfile.TemporaryDirectory(prefix="vgl-") as folder:
        given = chosen.database or f"{folder}/runs.db"
        url = given if "://" in given else f"sqlite:///{given}"
        here = Here(url, limits, getattr(chosen, "processes", 1))
        try:
            yield here
        finally:
            here.close()


def _guarded(act: Callable[[], int]) -> int:
    """Turn what was refused into one clear line per field, and an exit code."""
    from app.client import ConnectionLostError, ProblemError
    from app.core.options import OptionError
    from app.interop.layouts import UnsupportedError
    from app.runs.store import StoreError

    try:
        return act()
    except OptionError as error:
        limit = error.limit
        shown = ", ".join(map(str, limit)) if isinstance(limit, list | tuple) else limit
        print(f"{error}" + ("" if shown is None else f" (limit: {shown})"), file=sys.stderr)
        return REFUSED
    except (ProblemError, UnsupportedError, StoreError) as error:
        print(error, file=sys.stderr)
        return REFUSED
    except ConnectionLostError as error:
        print(f"The server cannot be reached: {error}", file=sys.stderr)
        return UNREACHABLE
    except OSError as error:
        print(error, file=sys.stderr)
        return INCOMPLETE
