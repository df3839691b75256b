"""What every command shares: where it computes, exit codes, and errors as one clear line each."""

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


def add_place(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    """Add the options that say where."""
    where = parser.add_mutually_exclusive_group(required=required)
    where.add_argument("--server", metavar="URL", help="a server (default: no server)")
    where.add_argument(
        "--database",
        metavar="FILE",
        help="without a server, the SQLite file (or database URL) that keeps the runs",
    )


def add_processes(parser: argparse.ArgumentParser) -> None:
    """Add the option that says how many runs at once."""
    parser.add_argument(
        "--processes",
        type=_processes,
        default=os.cpu_count() or 1,
        metavar="N",
        help="without a server, runs at once (default: one per core)",
    )


def _processes(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


@contextmanager
def place(chosen: argparse.Namespace, *, must_exist: bool = False) -> "Iterator[Place]":
    """Open where the experiment is computed and kept.

    Raises
    ------
    OptionError
        For a server or a file that cannot be meant, such as one that is not there to be read.
    """
    from app.cli.places import Here, There
    from app.core.options import OptionError

    if chosen.server is not None:
        from app.client import Client

        try:
            opened = Client(chosen.server)
        except ValueError as error:
            raise OptionError("--server", str(error)) from None
        with opened as client:
            yield There(client)
        return
    from app.runs.plan import Limits
    from app.settings import Settings

    settings = Settings()
    limits = Limits(settings.max_runs, settings.max_cost, settings.max_values)
    with tempfile.TemporaryDirectory(prefix="vgl-") as folder:
        given = chosen.database or f"{folder}/runs.db"
        if must_exist and "://" not in given and not Path(given).exists():
            raise OptionError("--database", f"there is no file {given!r}")
        url = given if "://" in given else f"sqlite:///{given}"
        here = Here(url, limits, getattr(chosen, "processes", 1))
        try:
            yield here
        finally:
            here.close()


def guarded(act: Callable[[], int]) -> int:
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
