"""Numbers in sentences: where they come from, and how a language writes them.

Prose never holds a number that a network produced. It names it, and the server puts it in::

    {{verified classic.lstm.solved}}      of the committed table of presets over many seeds
    {{figure radius.tanh.h radius=0.9}}   share of the gradient that reaches t = 1, measured now
    {{half_life 3}}                       steps after which a gate with this bias keeps one half

In a ``numbers`` block a placeholder may also name a control of a figure; such numbers stay live,
and the modules in the browser write them again when the reader moves a slider::

    {{control clamp.clamp}}  {{gap clamp}}  {{power clamp.clamp}}  its value v, T − 1, and v^(T−1)
    {{gate cell.forget_bias}}  {{half_life cell.forget_bias}}      σ(b), and the half-life of that
    {{unit tips.gru.z}}    a letter of the first unit at the last timestep; ``before`` is h_{T−1}
"""

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from app.pages.figures import FIGURES, measure
from app.pages.i18n import Texts

TABLE = Path(__file__).resolve().parents[1] / "studies" / "verified_presets.json"
PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s+([^{}]*?)\s*\}\}")

# Of a GRU, as charts/cell.js has them.
LETTERS = {"z": "update_gate", "n": "candidate", "h": "hidden_state"}
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def verified_presets(table: Path = TABLE) -> dict[str, Any]:
    """Return the committed outcome of training every preset over many seeds."""
    read: dict[str, Any] = json.loads(table.read_text("utf-8"))
    return read


def decimal(text: str, lang: str) -> str:
    """Write a decimal mark and a minus as the language does."""
    return text.replace("-", "−").replace(".", "," if lang == "pt-BR" else ".")


def number(value: float | None, lang: str, digits: int = 2) -> str:
    """Write a number as the modules in the browser do: plain, or as a power of ten.

    Parameters
    ----------
    value : float or None
        None is a number that is not there.
    digits : int
        Significant digits.
    """
    if value is None or math.isnan(value):
        return "—"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1e5:
        if abs(value) >= 10**digits:
            return integer(value, lang)
        return decimal(f"{float(f'{value:.{digits}g}'):g}", lang)
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    power = "10" + str(int(exponent)).translate(_SUPERSCRIPTS)
    factor = f"{float(mantissa):g}"
    return power if factor == "1" else f"{decimal(factor, lang)}·{power}"


def integer(value: float, lang: str) -> str:
    """Write a whole number with the thousands of the language."""
    # Half up, as browsers round: Python rounds half to even.
    text = f"{math.floor(value + 0.5):,}"
    return text.replace(",", "." if lang == "pt-BR" else ",").replace("-", "−")


def share(series: np.ndarray | None) -> float | None:
    """Return which part of the last step's gradient arrives at t = 1."""
    if series is None or not np.isfinite(series[[0, -1]]).all() or series[-1] == 0:
        return None
    return float(series[0] / series[-1])


class Numbers:
    """Fills the placeholders of a text.

    Parameters
    ----------
    texts : Texts
        Of the language.
    table : dict, optional
        The table of verified presets; by default the committed one.
    """

    def __init__(self, texts: Texts, table: dict[str, Any] | None = None) -> None:
        self._lang, self._texts = texts.language, texts
        self._table = verified_presets() if table is None else table
        self._kinds: dict[str, Callable[[str], str]] = {
            "verified": self._verified,
            "figure": self._figure,
            "half_life": self._half_life,
            "unit": self._unit,
            "control": lambda asked: number(_control(asked), self._lang, 3),
            "gap": lambda asked: integer(_gap(asked), self._lang),
            "power": lambda asked: number(
                _control(asked) ** _gap(asked.partition(".")[0]), self._lang
            ),
            "gate": lambda asked: number(_sigmoid(_control(asked)), self._lang, 3),
        }

    def fill(self, text: str, live: bool = False) -> str:
        """Return the text with every placeholder replaced.

        Parameters
        ----------
        live : bool
            Whether to mark each number with where it came from; ``with_live_spans`` turns the marks
            into elements once the text is HTML.

        Raises
        ------
        KeyError
            If a placeholder names what does not exist: the text is wrong, whatever was measured.
        """

        def replaced(found: re.Match[str]) -> str:
            value = self._kinds[found[1]](found[2])
            return f"\ue000{found[1]} {found[2]}\ue001{value}\ue002" if live else value

        return PLACEHOLDER.sub(replaced, text)

    def row(self, preset: str, run: str) -> dict[str, Any] | None:
        """Return the verified row of a run; None until the table has it."""
        entry = self._table["presets"].get(preset)
        row: dict[str, Any] | None = entry["runs"].get(run) if entry else None
        return row

    def solved(self, preset: str, run: str) -> str:
        """Return in how many of how many seeds a run was solved."""
        row = self.row(preset, run)
        if row is None:
            return self._texts("lesson.pending")
        seeds = self._table["presets"][preset]["seeds"]
        return self._texts("lesson.of", n=round(row["solved"] * seeds), m=seeds)

    def _verified(self, asked: str) -> str:
        preset, run, quantity = asked.split(".")
        if quantity == "solved":
            return self.solved(preset, run)
        row = self.row(preset, run)
        if row is None:
            return self._texts("lesson.pending")
        value = row[quantity]
        if value is not None and quantity.startswith("retention"):
            return _power_of_ten(value, self._lang)
        return number(value, self._lang)

    def _figure(self, asked: str) -> str:
        name, *settings = asked.split()
        figure, run, lane = name.split(".")
        values = {key: float(text) for key, text in (pair.split("=") for pair in settings)}
        if "length" in values:
            values["length"] = int(values["length"])
        frame = measure(FIGURES[figure], **values)[run]
        series = {"h": frame.grad_h, "c": frame.grad_c, "direct": frame.direct}[lane]
        return number(share(series), self._lang)

    def _unit(self, asked: str) -> str:
        figure, run, letter = asked.split(".")
        probe = measure(FIGURES[figure])[run].probe
        assert probe is not None
        name, at = ("hidden_state", -2) if letter == "before" else (LETTERS[letter], -1)
        return number(float(probe.units[name][at, 0]), self._lang, 3)

    def _half_life(self, asked: str) -> str:
        bias = _control(asked) if asked[0].isalpha() else float(asked)
        return number(math.log(2) / -math.log(_sigmoid(bias)), self._lang)


def with_live_spans(html: str) -> str:
    """Turn the marks of ``Numbers.fill(…, live=True)`` into elements."""
    return re.sub(
        "\ue000([^\ue001]*)\ue001([^\ue002]*)\ue002",
        lambda found: f'<span class="live" data-live="{found[1]}">{found[2]}</span>',
        html,
    )


def _power_of_ten(power: float, lang: str) -> str:
    """Write 10^power, which may be too small for a double, with one digit."""
    if -3 <= power < 5:
        return number(10.0**power, lang)
    exponent = math.floor(power)
    digit = round(10 ** (power - exponent))
    if digit == 10:
        digit, exponent = 1, exponent + 1
    ten = "10" + str(exponent).translate(_SUPERSCRIPTS)
    return ten if digit == 1 else f"{digit}·{ten}"


def _sigmoid(bias: float) -> float:
    return 1 / (1 + math.exp(-bias))


def _control(asked: str) -> float:
    figure, name = asked.split(".")
    return float(FIGURES[figure].start[name])


def _gap(figure: str) -> int:
    """Return T − 1, the steps from the last timestep back to the first."""
    return FIGURES[figure].length - 1
