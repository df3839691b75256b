"""The commands of the studies, for ``python -m app``."""

import argparse
import json
import os
import sys
from pathlib import Path

TABLE = Path(__file__).with_name("verified_presets.json")


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the studies to the parser of the command line."""
    verify = commands.add_parser(
        "verify-presets",
        help="train every preset over fresh seeds and check what its text claims",
        description="Train presets over fresh seeds, write the table that the pages show, and "
        "check every claim of their texts against it. Exits with 1 if a claim does not hold.",
    )
    verify.add_argument("presets", nargs="*", metavar="preset", help="which (default: all)")
    verify.add_argument("--seeds", type=int, default=10, help="seeds per model (default: 10)")
    verify.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    verify.add_argument("--output", type=Path, default=TABLE, help="the table to write")
    verify.set_defaults(run=_verify)


def show_progress(done: int, total: int) -> None:
    """Count runs on one line of a terminal."""
    end = "\n" if done == total else ""
    if sys.stderr.isatty() or done == total:
        print(f"\r{done} / {total} runs", end=end, file=sys.stderr, flush=True)


def _verify(chosen: argparse.Namespace) -> int:
    from app.core.presets import PRESETS
    from app.studies.verify import broken_claims, verify

    unknown = [name for name in chosen.presets if name not in PRESETS]
    if unknown:
        print(f"no such preset: {', '.join(unknown)}; there are {', '.join(PRESETS)}")
        return 2
    ids = chosen.presets or list(PRESETS)
    found = verify(ids, chosen.seeds, chosen.processes, show_progress)
    if chosen.presets and chosen.output.exists():  # a partial run renews a part of the table
        before = json.loads(chosen.output.read_text("utf-8"))
        found["presets"] = {**before["presets"], **found["presets"]}
    found["presets"] = {
        name: found["presets"][name] for name in PRESETS if name in found["presets"]
    }
    chosen.output.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    broken = [
        claim for name in ids for claim in broken_claims(PRESETS[name], found["presets"][name])
    ]
    print("\n".join(broken) if broken else f"all claims hold; wrote {chosen.output}")
    return 1 if broken else 0
