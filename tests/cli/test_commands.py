"""The commands, on a server and without one."""

import csv
import io
import json

import numpy as np
import pytest

from app.__main__ import main
from app.cli.output import summary
from app.cli.session import DONE, INCOMPLETE, REFUSED, UNREACHABLE
from app.runs.store import Store
from tests.conftest import free_port

SMALL = [
    "--set", "task.length=6", "--set", "model.hidden_size=3", "--set", "training.steps=20",
    "--set", "training.batch_size=4", "--set", "training.stop_when_solved=false",
    "--set", "frame_every=5", "--quiet",
]  # fmt: skip
GRID = ["sweep", "--vary", "model.cell=rnn,lstm", "--vary", "seed=0..1", *SMALL]
MEASURED = ("loss", "retention_h_before", "retention_h_after")  # T = 6: no long_range_share


def told(capsys):
    return capsys.readouterr()


def table_of(path):
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode())))


def measured(rows):
    return [float(row[name]) for row in rows for name in MEASURED]


@pytest.mark.slow
def test_with_a_server_or_without_one_the_results_are_the_same(standing, tmp_path, capsys):
    here, there = tmp_path / "here.csv", tmp_path / "there.csv"
    database = str(tmp_path / "runs.db")
    local = [*GRID, "--database", database, "--processes", "2"]
    assert main([*local, "--output", str(here)]) == DONE
    assert main([*GRID, "--server", standing.url, "--output", str(there)]) == DONE
    kept, served = table_of(here), table_of(there)
    assert [row["label"] for row in kept] == [
        "rnn · seed=0", "rnn · seed=1", "lstm · seed=0", "lstm · seed=1",
    ]  # fmt: skip
    assert kept[0].keys() == served[0].keys()
    assert [(row["run"], row["seed"]) for row in kept] == [(r["run"], r["seed"]) for r in served]
    # Compiled kernels, where they are ready, differ from NumPy in the last digits.
    assert measured(kept) == pytest.approx(measured(served), rel=1e-3)
    assert {row["state"] for row in kept} == {"finished"}
    assert here.read_bytes().count(b"\r\n") == there.read_bytes().count(b"\r\n") == 5
    experiment_id = told(capsys).err.split()[1]

    # What is there already is not computed again.
    assert main([*local, "--format", "json"]) == DONE
    answer = json.loads(told(capsys).out)
    assert answer["experiment"] == experiment_id
    assert [row["attempts"] for row in answer["results"]] == [1] * 4
    assert main([*local, "--format", "csv"]) == DONE
    assert list(csv.DictReader(io.StringIO(told(capsys).out))) == kept
    assert main(local) == DONE
    assert all(row["run"] in told(capsys).out for row in kept[:1])

    for where in (["--database", database], ["--server", standing.url]):
        folder = tmp_path / where[0].strip("-")
        everything = ["--frames", "--weights", "--code", "pytorch", "keras"]
        assert main(["export", experiment_id, *where, *everything, "--output", str(folder)]) == DONE
        assert len(json.loads((folder / "results.json").read_text())["results"]) == 4
        assert (folder / "experiment.json").exists() and (folder / "results.csv").exists()
        run = kept[3]["run"]
        frames = [json.loads(s) for s in (folder / f"{run}.ndjson").read_text().splitlines()]
        assert [frame["step"] for frame in frames] == [0, 5, 10, 15, 20]
        with np.load(folder / f"{run}.npz") as weights:
            assert weights.files
        assert "keras" in (folder / f"{run}_keras.py").read_text()
    first, second = ((tmp_path / name) for name in ("database", "server"))
    assert (first / f"{run}_keras.py").read_text() == (second / f"{run}_keras.py").read_text()


def test_a_refusal_names_the_field_and_the_limit(tmp_path, capsys):
    assert main(["run", "--set", "model.hidden_size=1000"]) == REFUSED
    assert told(capsys).err == ("base.model.hidden_size: must be at most 256 (limit: 256)\n")
    assert main(["sweep", "--vary", "task.length=5,1001"]) == REFUSED
    assert "vary.task.length.1: must be at most 1000 (limit: 1000)" in told(capsys).err
    assert main(["sweep", "--vary", "seed=0..999"]) == REFUSED
    assert "vary: asks for 1000 runs; at most 500 are allowed (limit: 500)" in told(capsys).err
    assert main(["run", "--output", "results.xls"]) == REFUSED
    assert "(limit: .csv, .json)" in told(capsys).err
    database = str(tmp_path / "empty.db")
    asked = ["export", "0" * 16, "--database", database, "--output", str(tmp_path / "out")]
    assert main(asked) == REFUSED
    assert f"--database: there is no file {database!r}" in told(capsys).err
    assert list(tmp_path.iterdir()) == []
    Store(database := f"sqlite:///{database}").close()
    asked[3] = database
    assert main(asked) == REFUSED
    assert "there is no '0000000000000000' here" in told(capsys).err


@pytest.mark.parametrize("output", ["none/runs.csv", "folder.csv"])
def test_a_file_that_cannot_be_written_is_refused_before_training(output, tmp_path, capsys):
    (tmp_path / "folder.csv").mkdir()
    assert main(["run", *SMALL, "--output", str(tmp_path / output)]) == REFUSED
    assert (err := told(capsys).err).startswith("--output: ") and "experiment" not in err


@pytest.mark.parametrize("processes", ["0", "-2", "two"])
@pytest.mark.parametrize("command", ["run", "reproduce"])
def test_a_number_of_processes_is_at_least_one(command, processes, capsys):
    with pytest.raises(SystemExit, match="2"):
        main([command, "--processes", processes])
    assert "--processes" in told(capsys).err


def test_a_refusal_by_a_server_is_told_the_same(standing, capsys):
    asked = ["run", "--set", "model.hidden_size=1000", "--server", standing.url]
    assert main(asked) == REFUSED
    assert "base.model.hidden_size: " in (text := told(capsys).err)
    assert "(limit: 256)" in text


def test_a_server_out_of_reach(capsys, monkeypatch):
    monkeypatch.setattr("app.client.events.LONGEST_DELAY", 0.0)
    monkeypatch.setattr("app.client.Client.__init__.__kwdefaults__", {
        "timeout": 5.0, "patience": 0.0, "holder": "", "silence": 5.0, "transport": None,
    })  # fmt: skip
    assert main(["run", "--server", f"http://127.0.0.1:{free_port()}"]) == UNREACHABLE
    assert told(capsys).err.startswith("The server cannot be reached: ")


@pytest.mark.parametrize("server", ["127.0.0.1:8000", "lab.example", "ftp://lab", "http://", ""])
def test_a_server_that_is_no_address_is_told_at_once(server, capsys, monkeypatch):
    monkeypatch.setattr("app.client.events.time.sleep", None)  # nothing is tried again
    assert main(["export", "0" * 16, "--server", server, "--output", "x"]) == REFUSED
    assert "must begin with http:// or https://" in told(capsys).err


def test_runs_that_fail_are_an_exit_code(capsys, monkeypatch, tmp_path):
    from app.cli import places

    def given_up(self, experiment_id):
        yield {"runs": 1, "over": 1, "share": 1.0, "running": 0, "diverged": 0, "cancelled": 0,
               "failed": 1}  # fmt: skip

    monkeypatch.setattr(places.Here, "watch", given_up)
    assert main(["run", *SMALL]) == INCOMPLETE


def test_the_summary_of_a_progress():
    counts = {"runs": 300, "over": 12, "running": 3, "diverged": 1, "cancelled": 0, "failed": 0}
    assert summary(counts) == "12 of 300 runs over, 3 running, 1 diverged"


@pytest.mark.parametrize("command", ["run", "sweep", "export", "reproduce"])
def test_the_help_teaches_by_examples(command, capsys):
    with pytest.raises(SystemExit):
        main([command, "--help"])
    assert f"python -m app {command}" in told(capsys).out.partition("examples:")[2]
