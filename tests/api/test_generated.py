"""Other people's programs read the description: a generator of clients, and a fuzzer.

``make peers`` installs them; they need what the application does not.
"""

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.spec import RunSpec
from app.core.trainer import train
from app.core.wire import frame_to_json
from app.runs import log

pytestmark = pytest.mark.peers
BIN = Path(sys.executable).parent

# All checks are on, and what fits the description is answered with success, except what no JSON
# schema can say: ids of nothing (404); the cost of a run, paths in `vary`, a step without weights,
# models that a library does not have (422). DELETE lets go of an experiment, whose numbers can be
# read for as long as before.
SETTINGS = """
[checks]
positive_data_acceptance.expected-statuses = ["2xx"]
use_after_free.enabled = false
"""
REFUSED = {
    "404": ("get_experiment", "stop_experiment", "get_results", "get_curves", "get_notebook",
            "get_run", "grade_run"),
    "422": ("create_experiment", "get_weights", "get_program"),
    "404, 422": ("probe",),
}  # fmt: skip
OF_A_RUN = ("get_frames", "get_weights", "get_program")  # are asked about one that is there
SECONDS = 45  # for all: the examples, the borders of every field, and then at random


def settings(run_id: str) -> str:
    """What is expected of whom, and the run that is there."""
    operations: dict[str, list[str]] = {}
    for statuses, names in REFUSED.items():
        expected = json.dumps(["2xx", *statuses.split(", ")])
        line = f"checks.positive_data_acceptance.expected-statuses = {expected}"
        for name in names:
            operations.setdefault(name, []).append(line)
    for name in OF_A_RUN:
        operations.setdefault(name, []).append(f'parameters = {{run_id = "{run_id}"}}')
    tables = (
        [f'[[operations]]\ninclude-operation-id = "{name}"', *lines, ""]
        for name, lines in operations.items()
    )
    return "\n".join([SETTINGS, *(line for table in tables for line in table)])


def trained(lab) -> str:
    """Train a small run as a worker would; its id."""
    run_id = lab.ask()["runs"][0]["id"]
    claim = log.claim(lab.store, run_id, {"kernels": "numpy", "numpy": "x"})
    writer = log.RunWriter(lab.store, run_id, claim)
    for frame in train(RunSpec.from_dict(claim.spec)):
        body = frame_to_json(frame, run_id)
        writer.append(frame.seq, frame.step, body, state=frame.state, parameters=frame.weights)
    return run_id


def test_a_generated_client_works(shared, tmp_path, monkeypatch):
    described = tmp_path / "openapi.json"
    described.write_text(shared.client.get("/openapi.json").text, encoding="utf-8")
    where = ["--path", described, "--output-path", tmp_path / "made"]
    done = subprocess.run(
        [BIN / "openapi-python-client", "generate", *where, "--meta", "none"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout
    assert "removal of" not in done.stdout
    assert "omitted" not in done.stdout
    monkeypatch.syspath_prepend(tmp_path)
    made = importlib.import_module("made")

    def call(name, **arguments):
        with made.Client(base_url=str(shared.client.base_url)) as client:
            return importlib.import_module(f"made.api.{name}").sync(client=client, **arguments)

    models = importlib.import_module("made.models")
    body = {"base": {"task": {"name": "adding", "length": 7}}, "vary": {"seed": [0, 1]}}
    asked = call("experiments.create_experiment", body=models.ExperimentSpec.from_dict(body))
    assert [run.state for run in asked.runs] == ["queued", "queued"]
    shared.finish(asked.runs[0].id)
    found = call("experiments.get_experiment", experiment_id=asked.id)
    assert found.progress.finished == 1
    rows = call("experiments.get_results", experiment_id=asked.id).results
    assert rows[0].loss == 0.5
    missing = call("runs.get_run", run_id="a" * 16)
    assert (type(missing).__name__, missing.code) == ("Problem", "not_found")


def test_a_fuzzer_finds_nothing(make, tmp_path):
    lab = make(max_posts=10**6, max_probes=10**6, max_unfinished=10**6, max_holder_unfinished=10**6)
    (tmp_path / "schemathesis.toml").write_text(settings(trained(lab)), encoding="utf-8")
    base = str(lab.client.base_url).rstrip("/")
    options = {
        "--url": base,
        "--max-time": str(SECONDS),
        "--seed": "1",
        "--generation-database": "none",
        "--exclude-operation-id": "follow_experiment",  # it has no end to wait for
    }
    done = subprocess.run(
        [
            BIN / "schemathesis",
            *("--config-file", tmp_path / "schemathesis.toml"),
            *("run", f"{base}/openapi.json", "--no-color", "--continue-on-failure"),
            *(word for pair in options.items() for word in pair),
        ],
        capture_output=True,
        text=True,
        timeout=8 * SECONDS,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    asked = int(re.search(r"(\d+) generated", done.stdout)[1])
    assert asked > 500, done.stdout[-3000:]
