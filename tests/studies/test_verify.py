"""The words of the presets against what verified runs found."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

from app import fused
from app.core.presets import PRESETS
from app.core.spec import ENGINE_VERSION, RunSpec
from app.core.trainer import train
from app.studies.pool import first_gradients, summarise, worst_score
from app.studies.verify import QUANTITIES, broken_claims, row_of, verified_table, verify

TEXTS = Path(__file__).resolve().parents[2] / "static" / "i18n"


@pytest.mark.parametrize("preset_id", PRESETS)
def test_what_a_preset_claims_holds_in_the_committed_table(preset_id: str) -> None:
    table = verified_table()
    entry = table["presets"][preset_id]
    assert entry["made_with"]["engine"] == ENGINE_VERSION, "run: python -m app verify-presets"
    assert entry["made_with"]["kernels"] in fused.NAMES
    assert {"numpy", "python"} <= set(entry["made_with"])
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


RUN: dict = dict.fromkeys(QUANTITIES, 1.0)


def test_rows_take_medians_and_shares() -> None:
    row = row_of(
        [
            {**RUN, "state": "solved", "step": 10, "metric": 1.0},
            {**RUN, "state": "solved", "step": 30, "metric": 2.0},
            {**RUN, "state": "diverged", "step": 5, "metric": math.inf},
            {**RUN, "state": "finished", "step": 99, "metric": 4.0},
        ]
    )
    assert (row["solved"], row["diverged"], row["steps"]) == (0.5, 0.25, 20.0)
    assert row["metric"] == 3.0, "the diverged run counts, as the worst"


def test_a_median_leaves_no_run_out() -> None:
    runs = [{**RUN, "state": "finished", "step": 9} for _ in range(3)]
    runs[0] |= {"grad_peak": math.inf, "retention_h_after": None}
    runs[1] |= {"grad_peak": math.inf}
    row = row_of(runs)
    assert row["grad_peak"] is None, "most are infinite, and so is the median"
    assert row["retention_h_after"] is None, "of one run there is no such number"
    assert row["retention_h_before"] == 1.0


def test_a_diverged_run_has_the_worst_score_and_no_finite_peak() -> None:
    spec = RunSpec.from_dict(
        {
            "task": {"name": "recall", "length": 10, "symbols": 1},
            "model": {"cell": "rnn", "activation": "relu", "gain": 10.0, "hidden_size": 8},
            "training": {
                "optimiser": "sgd", "learning_rate": 1.0, "clip_norm": None, "steps": 100,
            },
            "frame_every": 1,
        }
    )  # fmt: skip
    found = summarise(spec, train(spec))
    assert found.state == "diverged"
    assert found.metric == found.grad_peak == found.loss_peak == math.inf
    assert worst_score(RunSpec.from_dict({"task": {"name": "parity"}}).task) == 0.0


def test_the_first_gradients_are_those_of_the_first_frame() -> None:
    spec = RunSpec.from_dict(
        {"model": {"hidden_size": 4}, "task": {"length": 6}, "training": {"steps": 1}}
    )
    recurrent, readout = first_gradients(spec)
    whole = next(iter(train(spec))).grad_norm
    assert 0 < recurrent < whole
    assert 0 < readout < whole


def test_what_explodes_in_the_clipping_preset_is_the_recurrence() -> None:
    """∂L/∂W_h has a hundred times the norm of ∂L/∂W_y; with a small radius neither is large."""
    big, _, small, _ = PRESETS["clipping"].experiment["runs"]
    found = [
        [first_gradients(RunSpec.from_dict({**run, "seed": seed})) for seed in range(8)]
        for run in (big, small)
    ]
    (recurrent, readout), (small_recurrent, small_readout) = np.median(found, axis=1)
    assert recurrent > 100 * readout
    assert max(small_recurrent, small_readout) < 1
