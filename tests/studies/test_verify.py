"""The words of the presets against what verified runs found."""

import json
import re
from pathlib import Path

import pytest

from app.core.presets import PRESETS
from app.core.spec import ENGINE_VERSION, RunSpec
from app.studies.verify import broken_claims, row_of, verified_table, verify

TEXTS = Path(__file__).resolve().parents[2] / "static" / "i18n"


@pytest.mark.parametrize("preset_id", PRESETS)
def test_what_a_preset_claims_holds_in_the_committed_table(preset_id: str) -> None:
    table = verified_table()
    assert table["engine_version"] == ENGINE_VERSION, "run: python -m app verify-presets"
    entry = table["presets"][preset_id]
    assert entry["seeds"] >= 10
    assert list(entry["runs"]) == list(PRESETS[preset_id].models)
    assert broken_claims(PRESETS[preset_id], entry) == []


def test_a_claim_that_does_not_hold_is_named() -> None:
    preset = PRESETS["classic"]
    entry = verified_table()["presets"]["classic"]
    false = json.loads(json.dumps(entry))
    false["runs"]["rnn"]["solved"] = 1.0
    assert any("rnn solved" in claim for claim in broken_claims(preset, false))


@pytest.mark.parametrize("preset_id", PRESETS)
def test_a_preset_is_a_valid_experiment(preset_id: str) -> None:
    preset = PRESETS[preset_id]
    runs = [RunSpec.from_dict(body) for body in preset.experiment["runs"]]
    assert len({run.run_id for run in runs}) == len(preset.models)
    assert preset.answer in preset.prediction_options
    for run in runs:  # all models of an experiment see the same sequences, but for their scale
        assert run.seed == runs[0].seed
        assert run.task.name == runs[0].task.name


@pytest.mark.parametrize("language", ["pt-BR", "en"])
@pytest.mark.parametrize("preset_id", PRESETS)
def test_a_preset_has_all_its_words(preset_id: str, language: str) -> None:
    texts = json.loads((TEXTS / f"{language}.json").read_text("utf-8"))
    preset, prefix = PRESETS[preset_id], f"preset.{preset_id}"
    wanted = {f"{prefix}.title", f"{prefix}.question", f"{prefix}.notice"}
    wanted |= {f"{prefix}.option.{option}" for option in preset.prediction_options}
    wanted |= {f"{prefix}.run.{key}" for key in preset.models}
    assert wanted <= set(texts)
    # A number in the words is filled in from the table, under <run>_<quantity>.
    for name in re.findall(r"\{(\w+)\}", texts[f"{prefix}.notice"]):
        assert any(name.startswith(f"{key}_") for key in preset.models), name


def test_verifying_trains_fresh_seeds_and_condenses_them() -> None:
    found = verify(["float32"], seeds=2, processes=1, progress=lambda done, total: None)
    rows = found["presets"]["float32"]["runs"]
    assert rows["float32"]["zeros_before"] > 100 > rows["float64"]["zeros_before"] == 0
    assert rows["lifted"]["zeros_before"] == 0


def test_rows_take_medians_and_shares() -> None:
    common = {
        "retention_h_before": -1.0,
        "retention_h_after": None,
        "retention_c_before": None,
        "retention_c_after": None,
        "grad_peak": float("inf"),
        "zeros_before": 0,
    }
    row = row_of(
        [
            {"state": "solved", "step": 10, "metric": 1.0, **common},
            {"state": "solved", "step": 30, "metric": 2.0, **common},
            {"state": "diverged", "step": 5, "metric": 9.0, **common},
            {"state": "finished", "step": 99, "metric": 4.0, **common},
        ]
    )
    assert (row["solved"], row["diverged"], row["steps"]) == (0.5, 0.25, 20.0)
    assert row["metric"] == 3.0
    assert row["grad_peak"] is None, "no finite peak"
