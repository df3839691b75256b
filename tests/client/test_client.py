"""The client against a server: in this process, scripted, and killed in the middle."""

import ast
import pickle
import sys
import threading
from pathlib import Path

import httpx
import numpy as np
import pytest

import app.client
from app.client import Client, ConnectionLostError, ProblemError
from app.client.api import as_experiment
from app.core.spec import RunSpec
from app.core.trainer import train
from tests.api.conftest import SMALL, opened


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("lab"), live_runs=2) as found:
        yield found


@pytest.fixture(scope="module")
def client(lab):
    with Client(str(lab.client.base_url), patience=5) as found:
        yield found


def scripted(*answers, patience=60.0):
    """A client whose server gives these answers, and what it was asked."""
    waiting, asked = list(answers), []

    def answer(request):
        asked.append(request)
        found = waiting.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    return Client("http://lab", patience=patience, transport=httpx.MockTransport(answer)), asked


def test_it_can_be_copied():
    """Only httpx and the standard library, and nothing of this project by its absolute name."""
    for path in Path(app.client.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            for name in names:
                # NumPy and pandas where their arrays are asked for.
                top = name.partition(".")[0]
                assert top in sys.stdlib_module_names | {"httpx", "numpy", "pandas"}, (path, name)


def test_submit_wait_and_take_the_numbers(client, lab):
    experiment = client.submit({"base": SMALL, "vary": {"seed": [40, 41]}})
    assert [run.state for run in experiment.runs] == ["queued", "queued"]
    assert client.experiment(experiment.id).body["spec"] == {
        "base": SMALL,
        "vary": {"seed": [40, 41]},
    }
    for run in experiment.runs:
        lab.finish(run.id)
    assert experiment.wait().state == "done"
    assert all(run.over for run in experiment.runs)
    rows = experiment.results()
    assert [(row["run"], row["seed"], row["task.length"]) for row in rows] == [
        (run.id, seed, 6) for run, seed in zip(experiment.runs, (40, 41), strict=True)
    ]
    header, *lines = experiment.csv().splitlines()
    assert header.startswith("run,label,state")
    assert len(lines) == 2
    assert '"results"' in experiment.to_json()
    first = experiment.runs[0]
    assert [frame["seq"] for frame in first.frames()] == [0, 1, 2]
    assert [frame["seq"] for frame in first.frames(after=0, every=2)] == [2]
    assert [(f["run"], f["seq"]) for f in experiment.frames([first])] == [
        (first.id, seq) for seq in range(3)
    ]
    assert client.run(first.id).refresh().state == "finished"
    assert "torch" in first.code() and "keras" in first.code("keras")
    assert experiment.id in {summary["id"] for summary in client.experiments()}


def test_pages_are_turned(client, monkeypatch):
    monkeypatch.setattr("app.client.resources.PAGE", 2)
    ids = {client.submit({**SMALL, "seed": seed}).id for seed in range(50, 53)}
    run = client.submit({**SMALL, "seed": 40}).runs[0]
    assert [frame["seq"] for frame in run.frames()] == [0, 1, 2]
    original = client.json

    def small_pages(method, path, **request):
        if path == "/experiments" and request.get("query"):
            request["query"] = {**request["query"], "limit": 2}
        return original(method, path, **request)

    monkeypatch.setattr(client, "json", small_pages)
    seen = [summary["id"] for summary in client.experiments()]
    assert ids <= set(seen)
    assert len(seen) == len(set(seen))


def test_stopping(client):
    experiment = client.submit({**SMALL, "seed": 60})
    assert experiment.stop().state == "cancelled"
    assert [event.name for event in experiment.follow()] == ["state", "end"]


def test_a_spec_in_any_form():
    spec = RunSpec(seed=3)
    assert as_experiment(spec) == {"runs": [spec.to_dict()]}
    assert as_experiment([{"seed": 1}, spec]) == {"runs": [{"seed": 1}, spec.to_dict()]}
    assert as_experiment({}) == {"runs": [{}]}
    assert as_experiment({"vary": {"seed": [1]}}) == {"vary": {"seed": [1]}}
    with pytest.raises(TypeError, match="not str"):
        as_experiment("adding")


def test_an_error_names_the_field_and_the_limit(client):
    with pytest.raises(ProblemError) as caught:
        client.submit({"base": {"model": {"hidden_size": 1000}, "task": {"length": 0}}})
    error = caught.value
    assert (error.status, error.code) == (422, "invalid")
    assert {(e["path"], e["limit"]) for e in error.errors} == {
        ("base.model.hidden_size", 256),
        ("base.task.length", 2),
    }
    assert "base.model.hidden_size: " in str(error)
    assert "(limit: 256)" in str(error)
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.errors) == (str(error), error.errors)
    with pytest.raises(ProblemError) as caught:
        client.experiment("0" * 16)
    assert (caught.value.status, caught.value.code) == (404, "not_found")
    assert str(caught.value) == "There is no such experiment or run."


def test_a_preset_and_a_probe(client):
    assert len(client.preset("classic")["runs"]) == 3
    with pytest.raises(KeyError):
        client.preset("none")
    measured = client.probe(SMALL, clamp_forget=0.9)
    assert len(measured["grad_h"]) == 6


def test_a_server_that_is_away_for_a_moment_is_waited_for(monkeypatch):
    slept = []
    monkeypatch.setattr("app.client.events.time.sleep", slept.append)
    monkeypatch.setattr("app.client.events.Patience.__init__.__defaults__", (slept.append,))
    client, asked = scripted(
        httpx.ConnectError("refused"),
        httpx.Response(429, headers={"Retry-After": "3"}),
        httpx.Response(502, text="<html>"),
        httpx.Response(200, json={"status": "here"}),
    )
    assert client.json("GET", "/catalogue") == {"status": "here"}
    assert len(asked) == 4
    assert slept[1] == 3.0


def test_what_is_no_problem_document_is_told_all_the_same():
    for body in ("<html>", "[1]"):
        client, _ = scripted(httpx.Response(403, text=body))
        with pytest.raises(ProblemError) as caught:
            client.catalogue()
        assert (caught.value.status, caught.value.code) == (403, "http_error")
        assert str(caught.value) == "403 Forbidden"
    client, _ = scripted(httpx.ConnectError("refused"), patience=0)
    with pytest.raises(ConnectionLostError, match="refused"):
        client.catalogue()


def test_what_a_slow_reader_missed_is_fetched_and_repeats_are_dropped():
    def event(name, text, position):
        return f"id: {position}\nevent: {name}\ndata: {text}\n\n"

    def frame(seq):
        return {"run": "a", "seq": seq}

    body = {"id": "e", "state": "running", "runs": []}
    stream = "".join(
        [
            event("frame", '{"run":"a","seq":0}', "0"),
            event("skip", '[{"run":"a","from":1,"to":3}]', "2"),
            event("frame", '{"run":"a","seq":3}', "3"),
            event("reset", "{}", "-"),
            *(event("frame", f'{{"run":"a","seq":{seq}}}', str(seq)) for seq in range(5)),
            event("end", "{}", "4"),
        ]
    )
    client, asked = scripted(
        httpx.Response(200, json=body),
        httpx.Response(200, text=stream),
        httpx.Response(200, json={"frames": [frame(1), frame(2)], "next": None}),
    )
    assert list(client.experiment("e").frames()) == [frame(seq) for seq in range(5)]
    assert asked[1].headers["accept"] == "text/event-stream"
    assert dict(asked[2].url.params) == {"after": "0", "limit": "2"}


def test_a_gap_of_any_length_is_fetched_page_by_page(monkeypatch):
    monkeypatch.setattr("app.client.resources.PAGE", 4)
    count = 10
    stream = (
        f'id: {count}\nevent: skip\ndata: [{{"run":"a","from":0,"to":{count}}}]\n\n'
        f"id: {count}\nevent: end\ndata: {{}}\n\n"
    )

    def page(first, last):
        frames = [{"run": "a", "seq": seq} for seq in range(first, last)]
        return httpx.Response(200, json={"frames": frames, "next": last - 1})

    client, asked = scripted(
        httpx.Response(200, json={"id": "e", "state": "running", "runs": []}),
        httpx.Response(200, text=stream),
        page(0, 4),
        page(4, 8),
        page(8, 10),
    )
    assert [frame["seq"] for frame in client.experiment("e").frames()] == list(range(count))
    queries = [dict(request.url.params) for request in asked[2:]]
    assert queries == [
        {"after": "-1", "limit": "4"}, {"after": "3", "limit": "4"}, {"after": "7", "limit": "2"},
    ]  # fmt: skip


def test_a_program_with_a_name_holds_and_stops_for_itself_alone(client, lab):
    with Client(str(lab.client.base_url), holder="my-program") as named:
        experiment = named.submit({**SMALL, "seed": 61})
        assert client.submit({**SMALL, "seed": 61}).body["holders"] == 2
        assert experiment.stop().state == "queued"
    assert client.experiment(experiment.id).stop().state == "cancelled"


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "lab.example/base", "", "http://[::1"])
def test_an_address_without_a_scheme_is_refused_at_once(url):
    with pytest.raises(ValueError, match=r"must begin with http://|no address of a server"):
        Client(url)


def test_a_table_needs_pandas(client, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError):
        client.submit({**SMALL, "seed": 40}).table()


@pytest.mark.peers
def test_a_table_is_a_pandas_frame(client, lab):
    experiment = client.submit({"base": SMALL, "vary": {"seed": [40, 41]}})
    for run in experiment.runs:
        lab.finish(run.id)
    table = experiment.table()
    assert list(table["seed"]) == [40, 41]
    assert table.groupby("model.cell")["loss"].mean()["lstm"] == 0.5


def lasting(seed):
    """Two runs of some seconds: long enough to lose their server in the middle."""
    return {
        "base": {
            "task": {"length": 100},
            "training": {"steps": 300, "batch_size": 64, "stop_when_solved": False},
            "seed": seed,
            "frame_every": 5,
        },
        "vary": {"model": [{"cell": cell, "hidden_size": 32} for cell in ("rnn", "lstm")]},
    }


@pytest.mark.slow
def test_a_server_killed_in_the_middle_is_not_noticed(start):
    server = start()
    port = int(server.url.rpartition(":")[2])
    with Client(server.url) as client:
        experiment = client.submit(lasting(7))
        restart = threading.Thread(target=lambda: start(port=port))
        found = {run.id: [] for run in experiment.runs}
        for frame in experiment.frames():
            found[frame["run"]].append(frame)
            if frame["seq"] == 5 and restart.ident is None:
                server.kill()
                restart.start()
        restart.join()
        assert restart.ident is not None
        experiment.refresh()
        assert max(run.body["attempts"] for run in experiment.runs) == 2
        for run in experiment.runs:
            assert run.state == "finished"
            assert [frame["seq"] for frame in found[run.id]] == list(range(61))
            assert found[run.id] == list(run.frames())
        untrained = experiment.runs[1].weights(0)
        spec = RunSpec.from_dict(experiment.runs[1].spec)
        first = next(iter(train(spec)))
        assert first.weights is not None
        for name, array in first.weights.items():
            np.testing.assert_array_equal(untrained[name], array)
        assert any("weight" in name for name in experiment.runs[1].weights(0, "pytorch"))
