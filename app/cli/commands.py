"""``python -m app run``, ``sweep`` and ``export``."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.session import DONE, INCOMPLETE, INTERRUPTED, add_place, add_processes, guarded, place

if TYPE_CHECKING:
    from app.cli.places import Place

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
    run = add_command(commands, "run", "train an experiment and show what came out", RUN)
    _add_asking(run)
    sweep = add_command(commands, "sweep", "train a grid of runs and tabulate them", SWEEP)
    _add_asking(sweep)
    sweep.add_argument(
        "--vary",
        action="append",
        required=True,
        metavar="PATH=VALUES",
        help="what changes from run to run; give it several times for a grid",
    )
    for command in (run, sweep):
        command.set_defaults(run=_run, vary=[])
        command.add_argument(
            "--output", metavar="FILE", help="results as .csv or .json (default: shown)"
        )
        command.add_argument(
            "--format",
            choices=("table", "json", "csv"),
            default="table",
            help="form of the results on standard output (default: table)",
        )
    export = add_command(commands, "export", "write an experiment into a folder", EXPORT)
    export.add_argument("experiment", help="its id")
    export.add_argument("--output", type=Path, required=True, metavar="FOLDER")
    export.add_argument("--frames", action="store_true", help="every frame, one JSON per line")
    export.add_argument("--weights", action="store_true", help="the last weights, .npz")
    export.add_argument("--code", nargs="+", choices=("pytorch", "keras"), default=[])
    export.set_defaults(run=_export)
    for command in (run, sweep, export):
        command.add_argument("--quiet", action="store_true", help="no progress bar")
        add_place(command, required=command is export)


def add_command(
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
    add_processes(parser)


def _run(chosen: argparse.Namespace) -> int:
    def act() -> int:
        from app.cli import asked, output

        output.check_file(chosen.output)
        wanted = asked.experiment(chosen.file, chosen.preset, chosen.set, chosen.vary)
        with place(chosen) as where:
            experiment_id = where.submit(wanted)
            print(f"experiment {experiment_id}", file=sys.stderr)
            try:
                last = output.show_progress(where.watch(experiment_id), chosen.quiet)
            except KeyboardInterrupt:
                print(_going_on(chosen, experiment_id), file=sys.stderr)
                return INTERRUPTED
            output.write_results(where, experiment_id, chosen.output, chosen.format)
        return INCOMPLETE if last["failed"] or last["cancelled"] else DONE

    return guarded(act)


def _going_on(chosen: argparse.Namespace, experiment_id: str) -> str:
    if chosen.server is not None:
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

        from rich.console import Console
        from rich.progress import track

        from app.cli.output import results_text

        folder: Path = chosen.output
        with place(chosen, must_exist=True) as where:
            body = where.describe(chosen.experiment)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "experiment.json").write_text(json.dumps(body, indent=1) + "\n", "utf-8")
            for form in ("csv", "json"):
                text = results_text(where, chosen.experiment, form)
                (folder / f"results.{form}").write_text(text, "utf-8", newline="")
            bar = Console(stderr=True)
            for run in track(body["runs"], "exporting", console=bar, disable=chosen.quiet):
                _export_run(chosen, where, run["id"])
        print(f"wrote {folder}", file=sys.stderr)
        return DONE

    return guarded(act)


def _export_run(chosen: argparse.Namespace, where: "Place", run_id: str) -> None:
    folder: Path = chosen.output
    if chosen.frames:
        with (folder / f"{run_id}.ndjson").open("w", encoding="utf-8") as file:
            file.writelines(f"{body}\n" for body in where.frames(run_id))
    if chosen.weights:
        (folder / f"{run_id}.npz").write_bytes(where.archive(run_id))
    for framework in chosen.code:
        text = where.code(run_id, framework)
        (folder / f"{run_id}_{framework}.py").write_text(text, "utf-8")
