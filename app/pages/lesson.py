"""The lesson: eight chapters, their figures as they are before the reader touches them."""

import functools
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from app.core.frames import Frame
from app.core.presets import PRESETS
from app.pages.figures import FIGURES, Figure, complete, measure
from app.pages.i18n import DEFAULT_LANGUAGE, LANGUAGES, Texts, load_texts
from app.pages.markdown import Chapter, read_chapter
from app.pages.numbers import TABLE, Numbers, number, share
from app.pages.render import ROOT, Pages
from app.pages.still import Line, Words, profile

CELL_DIGITS = 3  # so that f c + i g can be checked by hand, as in charts/cell.js
CONTENT = Path(__file__).resolve().parent / "content"


@dataclass(frozen=True)
class Legend:
    """One line of a figure in words: what it is, and how much of the gradient arrives."""

    key: str
    look: str
    label: str
    value: str
    word: str
    vitality: str


@dataclass(frozen=True)
class Mark:
    """One timestep under the diagram of the cell: is its number marked, how open is the gate."""

    timestep: int
    marked: bool
    input_gate: float


@dataclass(frozen=True)
class Shown:
    """A figure, ready for the template."""

    id: str
    figure: Figure
    svg: str
    legend: list[Legend]
    cell: dict[str, str]
    strip: list[Mark]
    config: dict[str, Any]


def vitality(ratio: float | None) -> str:
    """Return in one word how alive a share of the gradient is, as the Lab says it."""
    if ratio is None:
        return "overflow"
    if ratio <= 0:
        return "zero"
    if ratio > 100:
        return "exploding"
    return "alive" if ratio >= 1e-2 else "weak" if ratio >= 1e-5 else "gone"


def chapter_files(lang: str) -> list[Path]:
    """Return the files of a language in the order of the chapters: ``1-what.md``, …"""
    return sorted((CONTENT / lang).glob("*.md"), key=lambda path: int(path.stem.split("-")[0]))


def read_chapters(texts: Texts) -> list[Chapter]:
    """Read every chapter in one language, with its numbers filled in."""
    numbers = Numbers(texts)
    return [
        read_chapter(
            path.stem.partition("-")[2], path.read_text("utf-8"), texts.language, numbers.fill
        )
        for path in chapter_files(texts.language)
    ]


def show_figure(figure_id: str, texts: Texts) -> Shown:
    """Measure a figure and draw it."""
    figure, lang = FIGURES[figure_id], texts.language
    frames = measure(figure)
    lines: list[Line] = []
    legend: list[Legend] = []
    cells: list[str] = []
    for key, frame in frames.items():
        cell = str(figure.runs[key]["model"]["cell"])
        name = _label(key, cell, texts)
        again = " second" if cell in cells else ""
        cells.append(cell)
        lanes = {"c": frame.grad_c, "h": frame.grad_h}
        for lane, values in lanes.items():
            if values is None:
                continue
            label = name
            if frame.grad_c is not None:
                label = texts("lane.label", model=name, state=texts(f"lane.{lane}.short"))
            ratio = share(values)
            lines.append(Line(label, f"{cell}-{lane}{again}", values, float(values[-1])))
            legend.append(
                Legend(
                    f"{key}:{lane}",
                    f"{cell}-{lane}{again}",
                    label,
                    number(ratio, lang),
                    texts(f"word.{vitality(ratio)}"),
                    vitality(ratio),
                )
            )
        if figure.theory and frame.direct is not None:
            lines.append(Line(texts("lesson.direct"), f"{cell}-direct", frame.direct, _last(frame)))
            ratio = share(frame.direct)
            legend.append(
                Legend(
                    f"{key}:direct",
                    f"{cell}-direct",
                    texts("lesson.direct"),
                    number(ratio, lang),
                    texts(f"word.{vitality(ratio)}"),
                    vitality(ratio),
                )
            )
    words = Words(
        "; ".join(f"{each.label}: {each.value}" for each in legend),
        texts("axis.timestep"),
        texts("word.alive"),
        texts("word.gone"),
        lang,
    )
    inside = _cell_values(frames, figure, lang) if figure.kind == "cell" else {}
    strip = _strip(frames) if figure.kind == "cell" else []
    config = _config(figure_id, figure, texts)
    return Shown(figure_id, figure, profile(lines, words), legend, inside, strip, config)


def _last(frame: Frame) -> float:
    return float((frame.grad_h if frame.grad_c is None else frame.grad_c)[-1])


def _label(key: str, cell: str, texts: Texts) -> str:
    own = f"lesson.run.{key}"
    return texts(own if own in texts else f"cell.{cell}")


def _cell_values(frames: dict[str, Frame], figure: Figure, lang: str) -> dict[str, str]:
    """Return the numbers of one unit at one timestep, for the diagram of the cell."""
    probe = next(iter(frames.values())).probe
    assert probe is not None
    at = int(figure.start["timestep"]) - 1
    unit = {name: np.asarray(values)[:, 0] for name, values in probe.units.items()}
    before = float(unit["cell_state"][at - 1]) if at else 0.0
    found = {
        "x": probe.inputs[at, 0],
        "f": unit["forget_gate"][at],
        "i": unit["input_gate"][at],
        "g": unit["candidate"][at],
        "o": unit["output_gate"][at],
        "c": unit["cell_state"][at],
        "h": unit["hidden_state"][at],
        "before": before,
    }
    shown = {name: number(float(value), lang, CELL_DIGITS) for name, value in found.items()}
    return {**shown, "x": number(float(found["x"]), lang), "phi": "tanh"}


def _strip(frames: dict[str, Frame]) -> list[Mark]:
    probe = next(iter(frames.values())).probe
    assert probe is not None
    marked, gate = probe.inputs[:, 1] > 0, probe.units["input_gate"][:, 0]
    return [
        Mark(t, bool(is_marked), float(openness))
        for t, (is_marked, openness) in enumerate(zip(marked, gate, strict=True), start=1)
    ]


def _config(figure_id: str, figure: Figure, texts: Texts) -> dict[str, Any]:
    """Return what the modules in the browser need to draw the figure again."""
    return {
        "id": figure_id,
        "kind": figure.kind,
        "theory": figure.theory,
        "length": figure.length,
        "trained": figure.trained and complete(figure.trained),
        "runs": [
            {
                "key": key,
                "label": _label(key, str(body["model"]["cell"]), texts),
                "spec": complete(body),
            }
            for key, body in figure.runs.items()
        ],
        "controls": [
            {
                "name": control.name,
                "path": control.path,
                "stops": control.stops,
                "start": control.start,
            }
            for control in figure.controls
        ],
        "presets": {
            preset: {
                "experiment": PRESETS[preset].experiment,
                "runs": [complete(body) for body in PRESETS[preset].experiment["runs"]],
            }
            for preset in figure.presets
        },
    }


@dataclass(frozen=True)
class Lesson:
    """The lesson in one language."""

    chapters: list[Chapter]
    figures: dict[str, Shown]


_making = threading.Lock()  # two first readers must not measure everything twice


def lesson_in(texts: Texts) -> Lesson:
    """Return the lesson in the language of the texts, made again when a file changed."""
    with _making:
        return _lesson(texts, _fingerprint(texts.language))


def warm() -> None:
    """Measure every figure, and every number of the text, before anybody asks."""
    lesson_in(load_texts(ROOT / "static" / "i18n")[DEFAULT_LANGUAGE])


def _fingerprint(lang: str) -> tuple[int, ...]:
    return tuple(path.stat().st_mtime_ns for path in [*chapter_files(lang), TABLE])


@functools.lru_cache(maxsize=2 * len(LANGUAGES))
def _lesson(texts: Texts, _fingerprint: tuple[int, ...]) -> Lesson:
    return Lesson(
        read_chapters(texts), {figure_id: show_figure(figure_id, texts) for figure_id in FIGURES}
    )


def add(router: APIRouter, pages: Pages) -> None:
    """Add the lesson to the pages."""

    @router.get("/")
    def home(request: Request) -> Response:
        if "preset" in request.query_params:
            # Links to a set-up that were made when the Lab was the first page. Relative, so that
            # it is right behind any proxy.
            return RedirectResponse(f"lab?{request.url.query}", status_code=307)
        texts = pages.texts(request)
        return pages.render(request, "lesson.html", lesson=lesson_in(texts))
