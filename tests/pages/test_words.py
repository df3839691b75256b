"""Everything the core offers has words in both languages."""

import json
from pathlib import Path

import pytest

from app.core.cells import CELLS
from app.core.options import options_of
from app.core.presets import PRESETS, Preset
from app.core.spec import RunSpec, Training
from app.core.tasks import TASKS

I18N = Path(__file__).resolve().parents[2] / "static" / "i18n"
WORDS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(I18N.glob("*.json"))}

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
