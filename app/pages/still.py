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

DEEPEST, TICKS = 10, 7
VARIANTS = ("", "x", "star", "hexagon", "bowtie")
LANE_MARKS = {"rnn-h": "circle", "lstm-c": "square", "lstm-h": "square-open", "gru-h": "diamond"}
MARKS_AT_MOST = 9
# The same shapes as in js/marks.js.
MARKS = {
    "circle": "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
    "square": "M-3.6-3.6h7.2v7.2h-7.2z",
    "square-open": "M-3.4-3.4h6.8v6.8h-6.8z",
    "diamond": "M0-5L5 0 0 5-5 0z",
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

    @property
    def mark_classes(self) -> str:
        """Those of its marks, which are filled or hollow."""
        return f"mark {self.classes}" + (" mark-open" if self.mark.endswith("-open") else "")


@dataclass(frozen=True)
class Line:
    """One line over time; a gradient is drawn relative to ``unit``."""

    label: str
    look: Look
    values: np.ndarray
    unit: float = 1.0


@dataclass(frozen=True)
class Sheet:
    """Sizes of a figure, in sixteenths of a rem: those that the live figure has in their place."""

    name: str
    width: int
    height: int
    left: int
    right: int
    top: int = 21
    bottom: int = 46
    per_tick: int = 52  # room that a label of the time axis takes


# A still figure is scaled as a whole, its words too: a page and a phone have one each, and the
# style sheet shows the one that fits.
PROFILE_SHEETS = (Sheet("wide", 800, 352, 60, 16), Sheet("narrow", 328, 208, 52, 8))
OPENING_SHEETS = (Sheet("wide", 800, 208, 60, 16), Sheet("narrow", 328, 160, 52, 8))


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
    own = VARIANTS[at % len(VARIANTS)] or LANE_MARKS.get(f"{cell}-{lane}", "")
    return Look(f"{cell}-{lane}" + (f" lean-{lean}" if lean else ""), own)


def profile(lines: Sequence[Line], words: Words) -> str:
    """Draw gradients over time on a logarithmic axis, as the Lab does, for every sheet."""
    placed = [_powers(line) for line in lines]
    finite = np.concatenate([powers[np.isfinite(powers)] for powers in placed] or [np.zeros(1)])
    low = min(-DEEPEST, float(finite.min(initial=0)))
    high = max(0.0, float(finite.max(initial=0)))
    step = next((each for each in (1, 2, 5, 10, 20, 50, 100) if (high - low) / each <= TICKS), 100)
    low, high = math.floor(low / step) * step, math.ceil((high - 1e-9) / step) * step
    length = max((len(line.values) for line in lines), default=1)

    def power_label(power: int) -> str:
        return "1" if power == 0 else "10" + str(power).translate(_SUPERSCRIPTS)

    grid = [(p, power_label(p)) for p in range(int(low), int(high) + 1, step)]
    looks = [line.look for line in lines]
    return "".join(
        _draw(sheet, (low, high), grid, list(zip(looks, placed, strict=True)), length, words)
        for sheet in PROFILE_SHEETS
    )


def openings(lines: Sequence[Line], length: int, words: Words) -> str:
    """Draw numbers between 0 and 1 over ``length`` timesteps, for every sheet."""
    grid = [(value, number(value, words.lang)) for value in (0.0, 0.5, 1.0)]
    drawn = [(line.look, line.values) for line in lines]
    return "".join(_draw(sheet, (0.0, 1.0), grid, drawn, length, words) for sheet in OPENING_SHEETS)


def _draw(
    sheet: Sheet,
    extent: tuple[float, float],
    grid: Sequence[tuple[float, str]],
    lines: Sequence[tuple[Look, np.ndarray]],
    length: int,
    words: Words,
) -> str:
    """Return the lines, and what stands around them."""
    low, high = extent
    left, right, bottom = sheet.left, sheet.width - sheet.right, sheet.height - sheet.bottom

    def x(t: float) -> float:
        return left + (t - 0.5) / length * (right - left)

    def y(value: float) -> float:
        # A little room at both ends, as in js/charts/layout.js.
        room = 0.03 * (high - low)
        return sheet.top + (high + room - value) / (high - low + 2 * room) * (bottom - sheet.top)

    parts = [
        f'<svg class="still still-{sheet.name}" viewBox="0 0 {sheet.width} {sheet.height}" '
        f'role="img" aria-label={quoteattr(words.title)}>'
    ]
    for value, label in grid:
        parts.append(f'<path class="grid" d="M{left} {y(value):.1f}H{right}"/>')
        parts.append(_text(left - 7, y(value) + 4, label, "end"))
    parts.append(f'<path class="axis" d="M{left} {sheet.top}V{bottom}H{right}"/>')
    parts.append(_text(left - 8, sheet.top - 5, words.high, "end", "end-word"))
    parts.append(_text(left - 8, bottom + 16, words.low, "end", "end-word"))
    for t in _ticks(length, (right - left) // sheet.per_tick):
        parts.append(_text(x(t), bottom + 16, integer(t, words.lang), "middle"))
    parts.append(_text((left + right) / 2, sheet.height - 8, words.axis, "middle"))
    for look, values in lines:
        parts += _line(look, values, length, x, y)
    return "".join(parts) + "</svg>"


def _line(
    look: Look,
    values: np.ndarray,
    length: int,
    x: Callable[[float], float],
    y: Callable[[float], float],
) -> Iterator[str]:
    """Yield a line and its marks; a shorter one ends at the same last step."""
    first = 1 + length - len(values)
    points = [(x(first + t), y(v)) for t, v in enumerate(values) if np.isfinite(v)]
    if not points:
        return
    path = "L".join(f"{across:.1f} {down:.1f}" for across, down in points)
    yield f'<path class="line {look.classes}" d="M{path}"/>'
    if look.mark:
        every = math.ceil(len(points) / MARKS_AT_MOST)
        for across, down in points[::every]:
            yield (
                f'<path class="{look.mark_classes}" transform="translate({across:.1f} {down:.1f})" '
                f'd="{MARKS[look.mark]}"/>'
            )


def _powers(line: Line) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = math.log10(line.unit) if line.unit > 0 else math.nan
        powers: np.ndarray = np.log10(line.values) - unit
    return powers


def _ticks(length: int, most: int) -> list[int]:
    step = next(each for each in (1, 2, 5, 10, 20, 50, 100, 1000) if length / each <= most)
    inner = [t for t in range(step, length, step) if 1 + step * 0.6 <= t < length - step * 0.5]
    return [1, *inner, length] if length > 1 else [1]


def _text(x: float, y: float, text: str, anchor: str, look: str = "tick") -> str:
    return (
        f'<text class="{look}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
    )
