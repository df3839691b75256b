"""Still figures as SVG, for the page as it arrives, for paper, and for browsers without scripts.

Only shapes and classes: colours and dashes are in ``static/css/lesson.css``, from the same tokens
as everywhere.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from app.pages.numbers import integer, number

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 60, 12, 30, 48
DEEPEST, TICKS = 10, 7
LOW = 190  # of a figure of openings
VARIANTS = ("", "x", "star", "hexagon", "bowtie")
MARKS_EVERY = 9
# The same shapes as in js/ui/swatch.js.
MARKS = {
    "x": "M-4.5-3L-3-4.5 0-1.5 3-4.5 4.5-3 1.5 0 4.5 3 3 4.5 0 1.5-3 4.5-4.5 3-1.5 0z",
    "star": "M0-5l1.5 3.4L5-1.4 2.4 1 3.1 4.6 0 2.8-3.1 4.6-2.4 1-5-1.4l3.5-.2z",
    "hexagon": "M-2.3-4h4.6L4.6 0 2.3 4h-4.6L-4.6 0z",
    "bowtie": "M-5-4L5 4V-4L-5 4z",
}
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Look:
    """How a line looks, as ``js/visual.js`` has it.

    ``classes`` are those of the style sheet, such as ``lstm-c``. Of several runs of one cell
    the second, third… has a mark of its own, for colour never tells alone.
    """

    classes: str
    mark: str = ""


@dataclass(frozen=True)
class Line:
    """One line over time; a gradient is drawn relative to ``unit``."""

    label: str
    look: Look
    values: np.ndarray
    unit: float = 1.0


@dataclass(frozen=True)
class Words:
    """What is written in a figure."""

    title: str
    axis: str
    high: str
    low: str
    lang: str


def look_of(cell: str, lane: str, at: int, of: int) -> Look:
    """Return the look of a run that is number ``at`` (from 0) ``of`` so many of its cell."""
    lean = round(60 * at / (of - 1)) if of > 1 else 0
    return Look(f"{cell}-{lane}" + (f" lean-{lean}" if lean else ""), VARIANTS[at % len(VARIANTS)])


def profile(lines: Sequence[Line], words: Words) -> str:
    """Draw gradients over time on a logarithmic axis, as the Lab does."""
    placed = [_powers(line) for line in lines]
    finite = np.concatenate([powers[np.isfinite(powers)] for powers in placed] or [np.zeros(1)])
    low = min(-DEEPEST, float(finite.min(initial=0)))
    high = max(0.0, float(finite.max(initial=0)))
    step = next((each for each in (1, 2, 5, 10, 20, 50, 100) if (high - low) / each <= TICKS), 100)
    low, high = math.floor(low / step) * step, math.ceil((high - 1e-9) / step) * step
    length = max((len(line.values) for line in lines), default=1)

    def y(power: float) -> float:
        return TOP + (high - power) / (high - low) * (HEIGHT - TOP - BOTTOM)

    def power_label(power: int) -> str:
        return "1" if power == 0 else "10" + str(power).translate(_SUPERSCRIPTS)

    grid = [
        (y(p), power_label(p)) for p in range(math.ceil(low / step) * step, int(high) + 1, step)
    ]
    parts = _frame(HEIGHT, grid, length, words)
    for line, powers in zip(lines, placed, strict=True):
        parts += _line(line.look, powers, length, y)
    return "".join(parts) + "</svg>"


def openings(lines: Sequence[Line], length: int, words: Words) -> str:
    """Draw numbers between 0 and 1 over ``length`` timesteps."""

    def y(value: float) -> float:
        return TOP + (1 - value) * (LOW - TOP - BOTTOM)

    parts = _frame(LOW, [(y(v), number(v, words.lang)) for v in (0.0, 0.5, 1.0)], length, words)
    for line in lines:
        parts += _line(line.look, line.values, length, y)
    return "".join(parts) + "</svg>"


def _x(t: float, length: int) -> float:
    return LEFT + (t - 0.5) / length * (WIDTH - LEFT - RIGHT)


def _frame(height: int, grid: list[tuple[float, str]], length: int, words: Words) -> list[str]:
    """Return what stands around the lines."""
    parts = [
        f'<svg class="still" viewBox="0 0 {WIDTH} {height}" role="img" '
        f"aria-label={quoteattr(words.title)}>"
    ]
    for at, label in grid:
        parts.append(f'<path class="grid" d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(_text(LEFT - 8, at + 4, label, "end"))
    parts.append(_text(LEFT - 8, TOP - 12, words.high, "end", "end-word"))
    parts.append(_text(LEFT - 8, height - BOTTOM + 20, words.low, "end", "end-word"))
    for t in _ticks(length):
        where = _x(t, length)
        parts.append(_text(where, height - BOTTOM + 20, integer(t, words.lang), "middle"))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, height - 6, words.axis, "middle"))
    return parts


def _line(
    look: Look, values: np.ndarray, length: int, y: Callable[[float], float]
) -> Iterator[str]:
    """Yield a line and its marks; a shorter one ends at the same last step."""
    first = 1 + length - len(values)
    points = [(_x(first + t, length), y(v)) for t, v in enumerate(values) if np.isfinite(v)]
    if not points:
        return
    path = "L".join(f"{x:.1f} {at:.1f}" for x, at in points)
    yield f'<path class="line {look.classes}" d="M{path}"/>'
    if look.mark:
        every = max(1, len(points) // MARKS_EVERY)
        for x, at in points[::every]:
            yield (
                f'<path class="mark {look.classes}" transform="translate({x:.1f} {at:.1f})" '
                f'd="{MARKS[look.mark]}"/>'
            )


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
