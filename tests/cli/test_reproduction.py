"""Published results, trained again: by whoever computes, and the same report."""

import dataclasses

import pytest

from app.__main__ import main
from app.cli.session import DONE, INCOMPLETE, REFUSED
from app.studies import published
from app.studies.published import PUBLISHED
from app.studies.reproduce import FIRST_SEED, Arm, asked, rows_of

SMALL = {
    "task": {"name": "recall", "length": 5},
    "training": {"steps": 10, "batch_size": 4},
    "frame_every": 5,
}
STUDY = dataclasses.replace(
    PUBLISHED["clipping"],
    id="small",
    arms=tuple(
        Arm(cell, {**SMALL, "model": {"cell": cell, "hidden_size": 3}}) for cell in ("rnn", "gru")
    ),
    verdict=lambda rows: (True, f"gru: {rows['gru']['solved']} of {rows['gru']['seeds']}"),
)


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(published, "PUBLISHED", {"small": STUDY})


def results(*runs):
    return [{"state": state, "step": step, "metric": metric} for state, step, metric in runs]


def test_a_study_is_one_experiment_of_its_arms_over_seeds():
    runs = asked(STUDY, 2)["runs"]
    assert [(run["model"]["cell"], run["seed"]) for run in runs] == [
        (cell, FIRST_SEED + seed) for cell in ("rnn", "gru") for seed in (0, 1)
    ]


def test_results_are_condensed_arm_by_arm():
    found = rows_of(
        STUDY,
        3,
        results(
            ("finished", 10, 0.9), ("diverged", 4, 1.0), ("finished", 10, 0.5),
            ("solved", 6, 0.1), ("solved", 8, 0.1), ("finished", 10, 0.3),
        ),
    )  # fmt: skip
    assert found["rnn"] == {
        "seeds": 3, "solved": 0, "steps": None, "metric": 0.5, "diverged": 1,
    }  # fmt: skip
    assert (found["gru"]["solved"], found["gru"]["steps"], found["gru"]["metric"]) == (2, 7, 0.1)
    with pytest.raises(ValueError, match="small: 1 results of 6 runs"):
        rows_of(STUDY, 3, results(("finished", 10, 0.9)))
    lost = rows_of(STUDY, 1, results(("diverged", 1, None), ("solved", 6, 0.1)))
    assert lost["rnn"]["metric"] == 0.0, "the worst accuracy"


@pytest.mark.slow
def test_the_report_is_the_same_with_a_server_or_without_one(small, standing, tmp_path, capsys):
    here, there = tmp_path / "here.md", tmp_path / "there.md"
    arguments = ["reproduce", "--seeds", "2", "--quiet"]
    kept = ["--database", str(tmp_path / "runs.db"), "--processes", "2"]
    assert main([*arguments, *kept, "--output", str(here)]) == DONE
    assert main([*arguments, "--server", standing.url, "--output", str(there)]) == DONE
    assert here.read_text() == there.read_text()
    assert f"## {STUDY.title}" in here.read_text()
    assert "| gru | " in here.read_text()
    assert "small: experiment " in capsys.readouterr().err


def test_a_study_that_is_not_there_and_one_that_fails(small, tmp_path, capsys, monkeypatch):
    from app.cli import places

    assert main(["reproduce", "none"]) == REFUSED
    assert "no such study: none; there are small" in capsys.readouterr().err
    assert main(["reproduce", "--seeds", "0"]) == REFUSED
    assert main(["reproduce", "--seeds", "300"]) == REFUSED
    assert "asks for 600 runs; at most 500 are allowed" in capsys.readouterr().err

    def given_up(self, experiment_id):
        yield {"runs": 1, "over": 1, "share": 1.0, "running": 0, "diverged": 0, "cancelled": 0,
               "failed": 1}  # fmt: skip

    monkeypatch.setattr(places.Here, "watch", given_up)
    report = tmp_path / "report.md"
    assert main(["reproduce", "--output", str(report)]) == INCOMPLETE
    assert not report.exists()
