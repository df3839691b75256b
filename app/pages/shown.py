"""A figure of the lesson, measured and drawn: ready for the template."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.core.cells import CELLS
from app.core.frames import Frame
from app.core.presets import PRESETS
from app.pages.figures import FIGURES, Figure, complete, measure
from app.pages.i18n import Texts
from app.pages.numbers import number, share
from app.pages.still import Line, Look, Words, look_of, openings, profile

CELL_DIGITS = 3  # so that f c + i g can be checked by hand, as in charts/cell.js


@dataclass(frozen=True)
class Legend:
    """One line of a figure in words: what it is, and how much of the gradient arrives."""

    look: Look
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
class Opening:
    """How open the gates are that keep the states of a figure, drawn and in words."""

    svg: str
    legend: list[Legend]


@dataclass(frozen=True)
class Shown:
    """A figure, ready for the template."""

    id: str
    figure: Figure
    svg: str
    legend: list[Legend]
    opening: Opening | None
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


def show_figure(figure_id: str, texts: Texts) -> Shown:
    """Measure a figure and draw it."""
    figure, lang = FIGURES[figure_id], texts.language
    frames = measure(figure)
    lines = [line for key, frame in frames.items() for line in _lines(key, frame, figure, texts)]
    legend = [_legend(line, texts) for line in lines]
    told = "; ".join(f"{each.label}: {each.value} ({each.word})" for each in legend)
    words = Words(
        texts("lesson.summary.before", lanes=told),
        texts("axis.timestep"),
        texts("word.alive"),
        texts("word.gone"),
        lang,
    )
    gates = [gate for key, frame in frames.items() for gate in _gates(key, frame, figure, texts)]
    return Shown(
        figure_id,
        figure,
        profile(lines, words),
        legend,
        show_opening(gates, texts) if figure.opening else None,
        _cell_values(frames, figure, lang) if figure.kind == "cell" else {},
        _strip(frames) if figure.kind == "cell" else [],
        _config(figure_id, figure, texts),
    )


def _lines(key: str, frame: Frame, figure: Figure, texts: Texts) -> Iterator[Line]:
    """Yield the lines of one run: its gradient by each state, and the direct path."""
    name = _label(key, figure, texts)
    lanes = {"c": frame.grad_c, "h": frame.grad_h}
    if frame.grad_c is None or figure.kept:
        lanes = {"h": frame.grad_h} if frame.grad_c is None else {"c": frame.grad_c}
    unit = 1.0
    for lane, values in lanes.items():
        assert values is not None
        label = texts("lane.label", model=name, state=texts(f"lane.{lane}.short"))
        if figure.theory:
            label = texts("lesson.total", model=name)
        elif len(lanes) == 1:
            label = name
        unit = float(values[-1])
        yield Line(label, _look(key, lane, figure), values, unit)
    if figure.theory and frame.direct is not None:
        label = texts("lesson.direct", model=name)
        yield Line(label, _look(key, "direct", figure), frame.direct, unit)


def _look(key: str, lane: str, figure: Figure) -> Look:
    cell = figure.runs[key]["model"]["cell"]
    alike = [each for each, body in figure.runs.items() if body["model"]["cell"] == cell]
    return look_of(str(cell), lane, alike.index(key), len(alike))


def _legend(line: Line, texts: Texts) -> Legend:
    ratio = share(line.values)
    word = vitality(ratio)
    shown = number(ratio, texts.language)
    return Legend(line.look, line.label, shown, texts(f"word.{word}"), word)


def _gates(key: str, frame: Frame, figure: Figure, texts: Texts) -> Iterator[Line]:
    """Yield how open the gate of a run is that keeps its state, where the gradient passes.

    The direct path shrinks by f from step to step, so the quotient of two neighbours is the mean
    of f over units, each weighted by the gradient that it carries.
    """
    gate = CELLS[str(figure.runs[key]["model"]["cell"])].retention_gate
    if gate is None or frame.direct is None:
        return
    label = texts("lane.label", model=_label(key, figure, texts), state=texts(f"gate.{gate}.short"))
    look = _look(key, "c" if frame.grad_c is not None else "h", figure)
    with np.errstate(divide="ignore", invalid="ignore"):
        yield Line(label, look, frame.direct[:-1] / frame.direct[1:])


def show_opening(gates: list[Line], texts: Texts) -> Opening:
    """Draw how open gates are, with their means over time."""
    lang = texts.language
    # Geometric: it is a product that they are factors of.
    means = [number(float(np.exp(np.log(line.values).mean())), lang) for line in gates]
    told = "; ".join(f"{line.label}: {mean}" for line, mean in zip(gates, means, strict=True))
    words = Words(
        texts("lesson.opening.before", gates=told),
        texts("axis.timestep"),
        texts("lesson.opening.open"),
        texts("lesson.opening.closed"),
        lang,
    )
    legend = [
        Legend(line.look, line.label, mean, "", "") for line, mean in zip(gates, means, strict=True)
    ]
    length = 1 + max(len(line.values) for line in gates)  # the first step has none before it
    return Opening(openings(gates, length, words), legend)


def _label(key: str, figure: Figure, texts: Texts) -> str:
    if figure.opens:
        return texts(f"preset.{figure.opens}.run.{key}")
    own = f"lesson.run.{key}"
    return texts(own if own in texts else f"cell.{figure.runs[key]['model']['cell']}")


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
        "kept": figure.kept,
        "norms": figure.norms,
        "untouched": figure.untouched,
        "length": figure.length,
        "trained": figure.trained and complete(figure.trained),
        "runs": [
            {
                "key": key,
                "label": _label(key, figure, texts),
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
                "learned": control.learned,
            }
            for control in figure.controls
        ],
        "presets": {
            preset: {
                "experiment": PRESETS[preset].experiment,
                "labels": [texts(f"preset.{preset}.run.{key}") for key in PRESETS[preset].models],
            }
            for preset in figure.presets
        },
    }
