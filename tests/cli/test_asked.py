"""From words to an experiment."""

import io
import json

import pytest

from app.cli.asked import experiment, value_of, values_of
from app.core.options import OptionError
from app.core.presets import PRESETS


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("20,50,100", [20, 50, 100]),
        ("0..3", [0, 1, 2, 3]),
        ("-1..1,7", [-1, 0, 1, 7]),
        ("rnn, lstm", ["rnn", "lstm"]),
        ("0.1,null,true", [0.1, None, True]),
        ('[{"cell": "rnn"}, {"cell": "lstm"}]', [{"cell": "rnn"}, {"cell": "lstm"}]),
        ("3..1", []),
    ],
)
def test_values(text, values):
    assert values_of(text) == values


def test_one_value():
    assert [value_of(text) for text in ("1e-3", "chrono", "false")] == [1e-3, "chrono", False]


def test_a_grid_from_words():
    assert experiment(None, None, ["training.steps=9"], ["seed=0..1", "model.cell=rnn,gru"]) == {
        "base": {"training": {"steps": 9}},
        "vary": {"seed": [0, 1], "model.cell": ["rnn", "gru"]},
    }


def test_a_preset_is_repeated_over_a_grid():
    found = experiment(None, "classic", ["training.steps=9"], ["seed=0..1"])["runs"]
    kinds = [run["model"]["cell"] for run in PRESETS["classic"].experiment["runs"]]
    assert [(run["model"]["cell"], run["seed"]) for run in found] == [
        (cell, seed) for seed in (0, 1) for cell in kinds
    ]
    assert {run["training"]["steps"] for run in found} == {9}


def test_a_file_holds_an_experiment_or_a_spec(tmp_path, monkeypatch):
    path = tmp_path / "asked.json"
    path.write_text('{"seed": 3}', "utf-8-sig")  # with a byte order mark, as on Windows
    assert experiment(str(path), None, [], []) == {"base": {"seed": 3}}
    grid = {"base": {"seed": 3}, "vary": {"task.length": [5]}}
    path.write_text(json.dumps(grid))
    assert experiment(str(path), None, [], ["frame_every=2"]) == {
        "base": {"seed": 3},
        "vary": {"task.length": [5], "frame_every": [2]},
    }
    monkeypatch.setattr("sys.stdin", io.StringIO('{"runs": [{}]}'))
    assert experiment("-", None, ["seed=1"], []) == {"runs": [{"seed": 1}]}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("none.json", None, [], []), "none.json: No such file"),
        ((None, "nope", [], []), "--preset: there is no 'nope'"),
        ((None, None, ["seed"], []), "--set: must be PATH=VALUE"),
        ((None, None, [], ["seed=1..999999999"]), "--vary seed: .* more than"),
        ((None, None, [], ["seed=2..1"]), "--vary seed: has no value"),
        ((__file__, None, [], []), "is not JSON"),
        ((None, None, ["training.learning_rate=1e999"], []), "learning_rate: .* is too large"),
        ((None, None, ["training.learning_rate=NaN"], []), "NaN is not a JSON number"),
        ((None, None, [], ["training.learning_rate=0.1,Infinity"]), "Infinity is not a JSON"),
        ((None, None, [], ["training.learning_rate=[1e999]"]), "1e999 is too large"),
        ((None, None, ["task.name=\udcff"], []), "task.name: a text that is not Unicode"),
        ((None, None, ['task.name="\\ud800"'], []), "task.name: a text that is not Unicode"),
        ((None, None, ["seed=" + "[" * 30_000], []), "seed: nested too deeply"),
        ((None, None, ["seed=" + "9" * 5_000], []), "seed: an integer has more than 40 digits"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments, message):
    with pytest.raises(OptionError, match=message):
        experiment(*arguments)
