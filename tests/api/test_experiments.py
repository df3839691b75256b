"""Asking for experiments, looking at them, stopping them."""

import csv
import io

from app.api.experiments import _cell


def test_asking_twice_is_asking_once(lab):
    body = {"base": {"task": {"length": 6}}, "vary": {"seed": [0, 1]}}
    first, second = lab.post(body), lab.post(body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert first.headers["location"] == first.json()["links"]["self"]
    assert lab.client.get(first.headers["location"]).json() == first.json()
    assert lab.app.state.services.engine.woken == 2


def test_an_experiment_shows_what_was_asked_and_its_runs(lab):
    body = {"base": {"task": {"length": 6}}, "vary": {"model": [{"cell": "rnn"}, {"cell": "gru"}]}}
    found = lab.post(body).json()
    assert found["spec"] == body
    assert found["state"] == "queued"
    assert [run["label"] for run in found["runs"]] == ["rnn", "gru"]
    first, second = found["runs"]
    assert (first["position"], second["position"]) == (1, 2)
    assert first["spec"]["model"]["hidden_size"] == 32  # defaults written out
    assert first["spec"]["task"] == {"name": "adding", "length": 6}
    assert (first["step"], first["steps"], first["seq"], first["attempts"]) == (0, 1000, -1, 0)
    assert (first["baseline"], first["threshold"], first["metric_name"]) == (1 / 6, 0.01, "mse")
    assert first["error"] is first["provenance"] is first["seconds"] is None
    run = lab.client.get(first["links"]["self"]).json()
    assert run == {**first, "label": "rnn"}


def test_the_state_of_a_run_that_ended(lab):
    asked = lab.ask()
    lab.finish(asked["runs"][0]["id"], 3, "solved")
    found = lab.client.get(asked["links"]["self"]).json()
    assert found["state"] == "done"
    (run,) = found["runs"]
    assert (run["state"], run["step"], run["seq"], run["attempts"]) == ("solved", 4, 2, 1)
    assert run["provenance"] == {"kernels": "numpy", "numpy": "x"}
    assert run["seconds"] >= 0
    assert run["created_at"] <= run["started_at"] <= run["finished_at"]


def test_pages_of_experiments(lab):
    ids = [lab.ask(seed=seed)["id"] for seed in range(5)]
    seen, address = [], "/api/v1/experiments?limit=2"
    while address:
        page = lab.client.get(address).json()
        seen += [experiment["id"] for experiment in page["experiments"]]
        address = page["next"]
    assert seen == ids[::-1]


def test_stopping_and_asking_again(lab):
    asked = lab.ask(vary={"seed": [0, 1]})
    lab.finish(asked["runs"][0]["id"])
    stopped = lab.client.delete(asked["links"]["self"])
    assert stopped.status_code == 200
    assert stopped.json()["state"] == "cancelled"
    assert [run["state"] for run in stopped.json()["runs"]] == ["finished", "cancelled"]
    assert lab.client.delete(asked["links"]["self"]).json() == stopped.json()
    again = lab.ask(vary={"seed": [0, 1]})
    assert [run["state"] for run in again["runs"]] == ["finished", "queued"]


def test_more_runs_than_people_watch_are_a_grid_and_wait(make):
    lab = make(live_runs=2)
    grid = lab.ask(vary={"seed": [0, 1, 2]})
    person = lab.ask(seed=9)
    assert person["runs"][0]["position"] == 1
    found = lab.client.get(grid["links"]["self"]).json()
    assert [run["position"] for run in found["runs"]] == [2, 3, 4]


def test_results_are_one_row_per_run(lab):
    asked = lab.ask(vary={"seed": [0, 1]})
    lab.finish(asked["runs"][0]["id"], 3, "solved")
    rows = lab.client.get(asked["links"]["results"]).json()["results"]
    assert [row["label"] for row in rows] == ["lstm · seed=0", "lstm · seed=1"]
    assert rows[0]["loss"] == 0.5
    assert rows[0]["solved_step"] == 4
    assert rows[0]["retention_h_before"] == rows[0]["retention_h_after"] == -1.5
    assert rows[1]["state"] == "queued"
    assert rows[1]["loss"] is None
    answer = lab.client.get(asked["links"]["results"], headers={"Accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    table = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["run"], row["seed"], row["model.cell"]) for row in table] == [
        (run["id"], str(seed), "lstm") for seed, run in enumerate(asked["runs"])
    ]


def test_a_text_is_never_a_formula():
    assert [_cell(value) for value in ("=1+1", "@x", "-x", "rnn", "", -1.5, None)] == [
        "'=1+1", "'@x", "'-x", "rnn", "", -1.5, None,
    ]  # fmt: skip
