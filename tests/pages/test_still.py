"""Still figures look like the live ones that take their place."""

import re

import numpy as np
import pytest

from app.pages.render import ROOT
from app.pages.still import LANE_MARKS, MARKS, PROFILE_SHEETS, Line, Words, look_of, profile

WORDS = Words("title", "timestep", "alive", "gone", "en")
STATIC = ROOT / "static"


def test_marks_and_dashes_are_those_of_the_live_figures() -> None:
    live = (STATIC / "js" / "marks.js").read_text("utf-8")
    for name, shape in MARKS.items():
        assert re.search(rf'"?{name}"?: "{re.escape(shape)}"', live), name
    visual = (STATIC / "js" / "visual.js").read_text("utf-8")
    sheet = (STATIC / "css" / "lesson-figures.css").read_text("utf-8")
    for lane, mark in LANE_MARKS.items():
        cell, name = lane.split("-")
        entry = re.search(
            rf'token: "{cell}".*?name: "{name}", dash: "(\w+)", symbol: "([\w-]+)"', visual, re.S
        )
        assert entry is not None
        assert entry[2] == mark
        dashes = re.search(rf'\b{entry[1]}: "([\d. ]*)"', live)
        assert dashes is not None
        if dashes[1]:
            assert re.search(
                rf"\.{lane} {{[^}}]*stroke-dasharray: {re.escape(dashes[1])};", sheet
            ), lane


def test_the_second_run_of_a_cell_has_a_mark_of_its_own_on_every_line() -> None:
    assert look_of("lstm", "h", 0, 2).mark_classes == "mark lstm-h mark-open"
    assert look_of("lstm", "h", 1, 2).mark == look_of("lstm", "direct", 1, 2).mark == "x"
    assert look_of("lstm", "direct", 0, 2).mark == ""


@pytest.mark.parametrize("length", [3, 50, 400])
def test_a_figure_has_all_its_words_inside_on_a_page_and_on_a_phone(length: int) -> None:
    line = Line("RNN", look_of("rnn", "h", 0, 1), np.logspace(-14, 0, length))
    drawn = profile([line], WORDS).split("<svg ")[1:]
    for sheet, svg in zip(PROFILE_SHEETS, drawn, strict=True):
        assert f"still-{sheet.name}" in svg
        at = [
            (float(x), anchor, len(words))
            for x, anchor, words in re.findall(
                r'<text [^>]*x="([\d.]+)"[^>]*text-anchor="(\w+)">([^<]*)<', svg
            )
        ]
        # Twelve units high, letters are about seven wide.
        assert all(x >= 7 * n for x, anchor, n in at if anchor == "end")
        middle = sorted(x for x, anchor, _ in at if anchor == "middle")
        assert sheet.left < middle[0] < middle[-1] < sheet.width
        assert all(float(y) <= sheet.height for y in re.findall(r' y="([\d.]+)"', svg))
