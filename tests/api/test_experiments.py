"""Asking for experiments, looking at them, stopping them."""

import csv
import io
import time

from sqlalchemy import select

from app.runs.results import _cell
from app.runs.store import runs
from tests.api.sse import read_events


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


def test_two_who_share_an_experiment_do_not_stop_it_for_each_other(lab):
    asked = lab.ask(vary={"seed": [0, 1]})  # by a script
    link, path = asked["links"]["self"], "/api/v1/experiments"
    body = asked["spec"]
    page = lab.client.post(f"{path}?holder=page-of-anna", json=body).json()
    assert page["id"] == asked["id"]
    left = lab.client.delete(f"{link}?holder=page-of-anna").json()
    assert (left["state"], left["holders"]) == ("queued", 1)
    with lab.client.stream("GET", f"{link}/events?holder=page-of-anna") as answer:
        next(answer.iter_lines())
        deadline = time.monotonic() + 10
        while lab.client.get(link).json()["holders"] != 2:
            assert time.monotonic() < deadline
    assert lab.client.delete(link).json()["state"] == "queued", "Anna was looking a moment ago"
    ended = lab.client.delete(f"{link}?holder=page-of-anna").json()
    assert (ended["state"], ended["holders"]) == ("cancelled", 0)
    assert lab.client.delete(f"{link}?holder=<script>").status_code == 422


def test_only_a_trusted_proxy_says_who_asks(make):
    def clients(lab, first_seed):
        asked = []
        for turn in range(2):
            body = {"base": {"seed": first_seed + turn}}
            headers = {"X-Forwarded-For": f"192.0.2.{turn}"}
            answer = lab.client.post("/api/v1/experiments", json=body, headers=headers)
            asked.append(answer.json()["runs"][0]["id"])
        with lab.store.reading() as connection:
            return set(connection.scalars(select(runs.c.client).where(runs.c.id.in_(asked))))

    assert len(clients(make(), 0)) == 2  # through a proxy of this machine
    assert len(clients(make(trusted_proxies="192.0.2.9"), 10)) == 1


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
    assert (rows[0]["solved_step"], rows[0]["diverged_step"]) == (4, None)
    assert rows[0]["retention_h_before"] == rows[0]["retention_h_after"] == -1.5
    assert rows[1]["state"] == "queued"
    assert rows[1]["loss"] is None
    answer = lab.client.get(asked["links"]["results"], headers={"Accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    table = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["run"], row["seed"], row["model.cell"]) for row in table] == [
        (run["id"], str(seed), "lstm") for seed, run in enumerate(asked["runs"])
    ]


def test_a_grid_of_hundreds(make):
    """As many runs as the documentation promises, told in few events, and all in the table."""
    lab = make()
    most = lab.client.get("/api/v1/catalogue").json()["limits"]["max_runs_per_experiment"]
    assert most == 500
    paths = {"task.length": list(range(5, 55)), "seed": list(range(10))}
    grid = lab.ask(vary=paths)
    assert len(grid["runs"]) == most
    refused = lab.post({"vary": {**paths, "frame_every": [1, 2]}}).json()["errors"]
    assert [(error["path"], error["limit"]) for error in refused] == [("vary", most)]
    for run, state in zip(grid["runs"], ("solved", "diverged", "finished"), strict=False):
        lab.finish(run["id"], state=state)
    found = lab.client.get(grid["links"]["self"]).json()
    assert found["progress"] == {
        "runs": 500, "over": 3, "share": 0.006, "queued": 497, "running": 0, "solved": 1,
        "finished": 1, "diverged": 1, "cancelled": 0, "failed": 0,
    }  # fmt: skip
    lab.client.delete(grid["links"]["self"])
    events = []
    with lab.client.stream("GET", grid["links"]["events"]) as answer:
        events = list(read_events(answer.iter_lines()))
    assert [event.name for event in events] == ["state"] * 500 + ["progress", "end"]
    assert events[-2].value["cancelled"] == 497
    assert events[-2].value["share"] == 1
    rows = lab.client.get(grid["links"]["results"]).json()["results"]
    assert len(rows) == 500
    assert [row["solved_step"] for row in rows[:3]] == [4, None, None]
    assert [row["diverged_step"] for row in rows[:3]] == [None, 4, None]
    assert [row["loss"] for row in rows[2:4]] == [0.5, None]


def test_a_text_is_never_a_formula():
    assert [_cell(value) for value in ("=1+1", "@x", "-x", "rnn", "", -1.5, None)] == [
        "'=1+1", "'@x", "'-x", "rnn", "", -1.5, None,
    ]  # fmt: skip
