"""What the README and the notebook show works, word by word."""

import json
import math
import os
import re
import shutil
import subprocess
from pathlib import Path

import httpx
import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
HERE = "http://127.0.0.1:8000"
PLOTLY = "application/vnd.plotly.v1+json"

pytestmark = pytest.mark.slow


def blocks(language):
    """The fenced blocks of the README in a language."""
    text = (ROOT / "README.md").read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def test_the_curl_examples(standing, tmp_path, require):
    require(shutil.which("curl"), "curl is missing: apt install curl")
    examples = [block for block in blocks("sh") if "curl" in block]
    assert len(examples) >= 3
    environment = dict(os.environ)

    def run(script):
        return subprocess.run(
            ["bash", "-eu", "-c", script.replace(HERE, standing.url).replace("curl ", "curl -f ")],
            env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True,
        ).stdout  # fmt: skip

    asked = json.loads(run(examples[0]))
    assert [run["label"] for run in asked["runs"]] == ["rnn", "lstm", "gru"]
    environment |= {"ID": asked["id"], "RUN": asked["runs"][1]["id"]}
    told = "".join(run(example) for example in examples[1:])
    assert "event: end" in told
    assert "grad_h_50" in told
    assert '"transport"' in told
    assert (tmp_path / "weights.npz").read_bytes().startswith(b"PK")
    assert "keras" in (tmp_path / "program.py").read_text("utf-8")


def test_the_python_example(standing, capsys):
    (example,) = blocks("python")
    found = {}
    exec(compile(example.replace(HERE, standing.url), "README.md", "exec"), found)
    assert len(found["rows"]) == 3
    assert "weight_hh_l0" in " ".join(found["weights"])
    assert len(capsys.readouterr().out.splitlines()) == 3 * 21


def test_the_notebook_draws_its_figures(standing, tmp_path, monkeypatch):
    monkeypatch.setenv("VGL_URL", standing.url)
    monkeypatch.setenv("VGL_ROOT", str(ROOT))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    notebook = nbformat.read(ROOT / "examples" / "classic_figures.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), "commit it without outputs"
    NotebookClient(notebook, timeout=120).execute(cwd=str(tmp_path))
    figures = [
        output["data"][PLOTLY]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if PLOTLY in output.get("data", {})
    ]
    assert [len(figure["data"]) for figure in figures] == [6, 3, 4, 3, 3]
    retained = [value for trace in figures[4]["data"] for value in as_list(trace["y"])]
    assert len(retained) == 36
    assert all(math.isfinite(value) and value < 1 for value in retained)
    assert httpx.get(f"{standing.url}/healthz").status_code == 200


def as_list(values):
    """A list, or Plotly's base64 of one."""
    if isinstance(values, dict):
        import base64

        import numpy as np

        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"]).tolist()
    return values
