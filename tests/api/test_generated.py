"""Other people's programs read the description: a generator of clients, and a fuzzer.

``make peers`` installs them; they need what the application does not.
"""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.peers
BIN = Path(sys.executable).parent

# What no JSON schema can say is answered 422: the cost of a run, paths in `vary`, options that a
# cell lacks. And DELETE lets go of an experiment, whose numbers can be read for as long as before.
SETTINGS = """
[checks]
positive_data_acceptance.expected-statuses = ["2xx", "404", "422", "429"]
use_after_free.enabled = false
"""


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


def test_a_fuzzer_finds_nothing(shared, tmp_path):
    (tmp_path / "schemathesis.toml").write_text(SETTINGS, encoding="utf-8")
    base = str(shared.client.base_url).rstrip("/")
    options = ["--url", base, "--max-examples", "3", "--seed", "1", "--no-color"]
    done = subprocess.run(
        # An event stream has no end to wait for.
        [
            BIN / "schemathesis",
            "--config-file",
            tmp_path / "schemathesis.toml",
            "run",
            f"{base}/openapi.json",
            *options,
            "--generation-database",
            "none",
            "--exclude-operation-id",
            "follow_experiment",
        ],
        capture_output=True,
        text=True,
        timeout=240,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout[-6000:]
