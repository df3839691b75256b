"""Everything the core offers has words in both languages."""

import json
import re
from pathlib import Path

import pytest

from app.core.cells import CELLS
from app.core.options import options_of
from app.core.presets import PRESETS, Preset
from app.core.spec import RunSpec, Training
from app.core.tasks import TASKS

I18N = Path(__file__).resolve().parents[2] / "static" / "i18n"
WORDS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(I18N.glob("*.json"))}

ROOT = I18N.parents[1]
SOURCE = "\n".join(
    path.read_text("utf-8")
    for folder, kind in (("static/js", "*.js"), ("templates", "*.html"), ("app", "*.py"))
    for path in sorted((ROOT / folder).rglob(kind))
)

SECTIONS = [
    *(("task", cls) for cls in TASKS.values()),
    *(("model", cls) for cls in CELLS.values()),
    ("training", Training),
    ("", RunSpec),
]


@pytest.fixture(params=["pt-BR", "en"])
def words(request: pytest.FixtureRequest) -> dict[str, str]:
    found: dict[str, str] = WORDS[request.param]
    return found


def test_both_languages_are_there() -> None:
    assert set(WORDS) == {"en", "pt-BR"}


def test_every_option_has_a_label(words: dict[str, str]) -> None:
    for section, cls in SECTIONS:
        for name in options_of(cls):
            path = f"{section}.{name}" if section else name
            assert f"option.{path}.label" in words


def test_every_choice_has_a_name(words: dict[str, str]) -> None:
    for section, cls in SECTIONS:
        for name, option in options_of(cls).items():
            for choice in option.choices or ():
                keys = {f"choice.{section}.{name}.{choice}", f"choice.{choice}"}
                assert keys & set(words), f"{section}.{name} = {choice}"


def test_every_unit_task_and_cell_has_a_name(words: dict[str, str]) -> None:
    for _, cls in SECTIONS:
        for option in options_of(cls).values():
            assert option.unit is None or f"unit.{option.unit}" in words
    for task in TASKS:
        assert f"task.{task}" in words
    for cell in CELLS:
        assert f"cell.{cell}" in words


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.id)
def test_every_preset_has_its_words(preset: Preset, words: dict[str, str]) -> None:
    for part in ("title", "question", "notice"):
        assert f"preset.{preset.id}.{part}" in words
    for option in preset.prediction_options:
        keys = {f"preset.{preset.id}.option.{option}", f"guess.{option}"}
        assert keys & set(words), option


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.id)
def test_every_topic_has_a_name(preset: Preset, words: dict[str, str]) -> None:
    assert f"topic.{preset.topic}" in words


def _is_named(key: str, made: list[re.Pattern[str]]) -> bool:
    quoted = any(f"{mark}{key}{mark}" in SOURCE for mark in "\"'`")
    return quoted or any(pattern.fullmatch(key) for pattern in made)


# A key that is made: `state.${run.state}`, f"cell.{cell}", "preset." ~ id ~ ".title".
MADE = re.compile(r"""[a-z][\w-]*\.(?:[\w.-]|\$?\{[^{}]*\}|" ~ [^"~]*?(?: ~ "|\)))+""")
HOLE = re.compile(r"""\$?\{[^{}]*\}|" ~ [^"~]*?(?: ~ "|\))""")
# These would let any key pass; what is made of them is one of a few.
WIDE = {
    "lesson..*": ["lesson.notice", "lesson.numbers"],
    "word..*": [f"word.{word}" for word in ("alive", "weak", "gone", "exploding", "overflow")],
}
# Of lists of beginnings, as in `${prefix}.${value}`, and of figures, whose name a macro is given.
OTHERS = ["choice..*", "challenge.value..*", r"[\w-]+\.(title|about)"]


def test_every_text_is_shown_somewhere() -> None:
    """A key stands in the source as it is, or is made there from its parts."""
    made = {HOLE.sub(".*", each) for each in MADE.findall(SOURCE)}
    made = {each for each in made if ".*" in each}.union(OTHERS, *WIDE.values()) - set(WIDE)
    patterns = [re.compile(each) for each in sorted(made)]
    assert [key for key in WORDS["en"] if not _is_named(key, patterns)] == []
