"""The command line: ``python -m app serve``, ``run``, ``sweep``, ``export`` and the studies.

Worker processes import this module when they start, so everything large is imported by the
command that needs it.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from app.cli import commands as cli
from app.cli import reproduction
from app.studies import commands as studies


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m app", description="Vanishing Gradient Lab.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    serve = commands.add_parser(
        "serve",
        help="start the server",
        description="Start the server. Other settings: VGL_* variables, see docs/settings.md.",
    )
    serve.add_argument("--host", help="address to listen on (VGL_HOST, default 127.0.0.1)")
    serve.add_argument("--port", type=int, help="TCP port to listen on (VGL_PORT, default 8000)")
    serve.set_defaults(run=_serve)
    cli.add_commands(commands)
    reproduction.add_reproduce(commands)
    studies.add_commands(commands)
    chosen = parser.parse_args(arguments)
    return int(chosen.run(chosen))


def _serve(chosen: argparse.Namespace) -> int:
    from pydantic import ValidationError

    from app.settings import Settings

    given = {name: getattr(chosen, name) for name in ("host", "port")}
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        for item in error.errors():
            name = "VGL_" + "_".join(map(str, item["loc"])).upper() if item["loc"] else "VGL_*"
            # Not the value: it may hold a password.
            print(f"{name}: {item['msg'].removeprefix('Value error, ')}", file=sys.stderr)
        return 2
    # Before NumPy is imported: the networks that the server measures itself are small, and on a
    # busy machine a second BLAS thread makes them ten times slower, as it does in a worker.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    from app.main import serve
    from app.runs.store import StoreError

    try:
        serve(settings)
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
