"""The notebook of an experiment: valid, in both languages, and it runs."""

import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from app.interop.notebook import LANGUAGES
from app.pages.i18n import LANGUAGES as PAGE_LANGUAGES

WORDS = {"pt-BR": "retropropagação", "en": "backpropagation"}


def fetched(lab: Any, lang: str) -> tuple[str, dict[str, Any]]:
    asked = lab.ask({"model": [{"cell": "rnn"}, {"cell": "lstm"}]})
    for run in asked["runs"]:
        if run["state"] == "queued":
            lab.finish(run["id"], count=4)
    answer = lab.client.get(f"/api/v1/experiments/{asked['id']}/notebook", params={"lang": lang})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ipynb+json"
    assert f'filename="experiment_{asked["id"]}.ipynb"' in answer.headers["content-disposition"]
    return asked["id"], answer.json()


def run_cells(notebook: dict[str, Any]) -> dict[str, Any]:
    """Execute the code cells in order, as a kernel would."""
    names: dict[str, Any] = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            exec(compile(cell["source"], cell["id"], "exec"), names)
    return names


@pytest.mark.parametrize("lang", WORDS)
def test_it_is_a_valid_notebook_in_the_language(shared: Any, lang: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # jupyter_core, as it is imported
        import nbformat
    _, written = fetched(shared, lang)
    nbformat.validate(nbformat.reads(json.dumps(written), as_version=4))
    prose = " ".join(c["source"] for c in written["cells"] if c["cell_type"] == "markdown")
    assert WORDS[lang] in prose
    assert f"lang={lang}" in prose


def test_it_draws_what_the_server_measured_and_then_needs_no_server(
    shared: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    experiment_id, written = fetched(shared, "pt-BR")
    names = run_cells(written)
    assert [trace.name for trace in names["figure"].data] == ["RNN", "LSTM"]
    assert names["figure"].data[0].y == (0.5, 0.5, 0.5, 0.5)
    assert names["figure"].layout.separators == ",."
    assert names["relative"]([0.1, 0.0, None, 0.2]) == [0.5, None, None, 1.0]
    assert (tmp_path / f"experiment_{experiment_id}.json").exists()
    without = json.loads(json.dumps(written).replace("127.0.0.1", "203.0.113.1"))
    assert run_cells(without)["experiment"]["id"] == experiment_id


def test_every_language_of_the_pages_has_a_notebook(shared: Any) -> None:
    assert LANGUAGES.keys() == PAGE_LANGUAGES.keys()
    missing = shared.client.get("/api/v1/experiments/0123456789abcdef/notebook")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    wrong = shared.client.get("/api/v1/experiments/0123456789abcdef/notebook?lang=de")
    assert wrong.status_code == 422
