"""Still figures as SVG, for the page as it arrives, for paper, and for browsers without scripts.

Only shapes and classes: colours and dashes are in ``static/css/lesson.css``, from the same tokens
as everywhere.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from app.pages.numbers import integer

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 60, 12, 30, 48
DEEPEST, TICKS = 10, 7
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Line:
    """One line: a gradient over time, drawn relative to ``unit``.

    ``look`` is a class of the style sheet, such as ``lstm-c``.
    """

    label: str
    look: str
    values: np.ndarray
    unit: float


@dataclass(frozen=True)
class Words:
    """What is written in a figure."""

    title: str
    axis: str
    alive: str
    gone: str
    lang: str


def profile(lines: Sequence[Line], words: Words) -> str:
    """Draw gradients over time on a logarithmic axis, as the Lab does."""
    placed = [_powers(line) for line in lines]
    finite = np.concatenate([powers[np.isfinite(powers)] for powers in placed] or [np.zeros(1)])
    low = min(-DEEPEST, float(finite.min(initial=0)))
    high = max(0.0, float(finite.max(initial=0)))
    step = next((each for each in (1, 2, 5, 10, 20, 50, 100) if (high - low) / each <= TICKS), 100)
    low, high = math.floor(low / step) * step, math.ceil((high - 1e-9) / step) * step
    length = max((len(line.values) for line in lines), default=1)

    def x(t: float) -> float:
        return LEFT + (t - 0.5) / length * (WIDTH - LEFT - RIGHT)

    def y(power: float) -> float:
        return TOP + (high - power) / (high - low) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg class="still" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f"aria-label={quoteattr(words.title)}>"
    ]
    for power in range(math.ceil(low / step) * step, math.floor(high) + 1, step):
        at = y(power)
        parts.append(f'<path class="grid" d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}"/>')
        label = "1" if power == 0 else "10" + str(power).translate(_SUPERSCRIPTS)
        parts.append(_text(LEFT - 8, at + 4, label, "end"))
    parts.append(_text(LEFT - 8, TOP - 12, words.alive, "end", "end-word"))
    parts.append(_text(LEFT - 8, HEIGHT - BOTTOM + 20, words.gone, "end", "end-word"))
    for t in _ticks(length):
        parts.append(_text(x(t), HEIGHT - BOTTOM + 20, integer(t, words.lang), "middle"))
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(_text(middle, HEIGHT - 6, words.axis, "middle"))
    for line, powers in zip(lines, placed, strict=True):
        points = [
            f"{x(t + 1 + length - len(powers)):.1f} {y(power):.1f}"
            for t, power in enumerate(powers)
            if np.isfinite(power)
        ]
        if points:
            parts.append(f'<path class="line {line.look}" d="M{"L".join(points)}"/>')
    return "".join(parts) + "</svg>"


def _powers(line: Line) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = math.log10(line.unit) if line.unit > 0 else math.nan
        powers: np.ndarray = np.log10(line.values) - unit
    return powers


def _ticks(length: int) -> list[int]:
    step = next(each for each in (1, 2, 5, 10, 20, 50, 100, 1000) if length / each <= 8)
    inner = [t for t in range(step, length, step) if 1 + step * 0.6 <= t < length - step * 0.5]
    return [1, *inner, length] if length > 1 else [1]


def _text(x: float, y: float, text: str, anchor: str, look: str = "tick") -> str:
    return (
        f'<text class="{look}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
    )
