"""How the numbers are made: a gradient check computed now, and what every preset did."""

import platform
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from fastapi import APIRouter, Request, Response

from app.core.cells import CELLS
from app.core.gradient_check import gradient_check
from app.core.presets import PRESETS
from app.core.spec import ENGINE_VERSION, RunSpec
from app.pages.i18n import Texts
from app.pages.lesson import CONTENT
from app.pages.markdown import Chapter, read_chapter
from app.pages.numbers import Numbers, integer, number, verified_presets
from app.pages.render import Pages
from app.settings import VERSION

TOLERANCE = 1e-6  # what a central difference of 1e-5 can vouch for, with room


@dataclass(frozen=True)
class Badge:
    """The gradient check of one cell."""

    cell: str
    weights: str
    error: str
    passed: bool


@dataclass(frozen=True)
class Row:
    """One run of a verified preset."""

    preset: str
    label: str
    solved: str
    steps: str
    before: str
    after: str
    first: bool
    rows: int


def check_gradients(texts: Texts) -> tuple[list[Badge], str]:
    """Check every cell now; returns the badges and how many milliseconds it took."""
    begin = time.perf_counter()
    badges = []
    for cell in CELLS:
        spec = RunSpec.from_dict(
            {"task": {"name": "adding", "length": 8}, "model": {"cell": cell, "hidden_size": 3}}
        )
        found = gradient_check(spec)
        badges.append(
            Badge(
                texts(f"cell.{cell}"),
                integer(found.weights, texts.language),
                number(found.error, texts.language),
                found.error < TOLERANCE,
            )
        )
    return badges, integer(1000 * (time.perf_counter() - begin), texts.language)


def verified_rows(texts: Texts) -> list[Row]:
    """Return the table of verified presets in words."""
    numbers = Numbers(texts)
    found = []
    for preset in PRESETS.values():
        for at, key in enumerate(preset.models):
            name = f"{preset.id}.{key}"
            row = numbers.row(preset.id, key)
            lane = "c" if row and row["retention_c_before"] is not None else "h"
            steps = row["steps"] if row else None
            found.append(
                Row(
                    preset.id,
                    texts(f"preset.{preset.id}.run.{key}"),
                    numbers.solved(preset.id, key),
                    "—" if steps is None else integer(steps, texts.language),
                    numbers.fill(f"{{{{verified {name}.retention_{lane}_before}}}}"),
                    numbers.fill(f"{{{{verified {name}.retention_{lane}_after}}}}"),
                    at == 0,
                    len(preset.models),
                )
            )
    return found


def made_with(table: dict[str, Any]) -> str:
    """Name what made the table, most often one set of versions; Numba is the compiled kernels."""
    named = set()
    for entry in table["presets"].values():
        versions = entry["made_with"]
        shown = (("NumPy", "numpy"), ("Numba", "numba"), ("Python", "python"))
        named.add(", ".join(f"{name} {versions[key]}" for name, key in shown if key in versions))
    return "; ".join(sorted(named))


def read_about(texts: Texts) -> Chapter:
    """Read the words of the page, which a teacher may edit like a chapter."""
    path: Path = CONTENT / f"about.{texts.language}.md"
    return read_chapter("about", path.read_text("utf-8"), texts.language, Numbers(texts).fill)


def add(router: APIRouter, pages: Pages) -> None:
    """Add the page to the pages."""

    @router.get("/about")
    def about(request: Request) -> Response:
        texts = pages.texts(request)
        badges, milliseconds = check_gradients(texts)
        table = verified_presets()
        return pages.render(
            request,
            "about.html",
            about=read_about(texts),
            badges=badges,
            milliseconds=milliseconds,
            rows=verified_rows(texts),
            seeds=max((entry["seeds"] for entry in table["presets"].values()), default=0),
            first_seed=table["first_seed"],
            made_with=made_with(table),
            versions={
                "Vanishing Gradient Lab": VERSION,
                "engine": ENGINE_VERSION,
                "NumPy": np.__version__,
                "Python": platform.python_version(),
            },
        )
