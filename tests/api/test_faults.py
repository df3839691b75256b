"""What goes on when something around the server does not: the disk, the clock, the askers."""

import json
import sqlite3
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from tests.api.sse import read_events

EXPERIMENTS = "/api/v1/experiments"


def follow(lab, asked):
    with lab.client.stream("GET", asked["links"]["events"]) as answer:
        return list(read_events(answer.iter_lines()))


def seqs(events):
    return [event.value["seq"] for event in events if event.name == "frame"]


def test_a_full_disk_stops_what_is_new_and_nothing_else(lab):
    done, live = lab.ask(), lab.ask(seed=1)
    lab.finish(done["runs"][0]["id"], 40)
    engine = lab.store.engine

    def fill(connection, record):
        # SQLite's own limit: the same error as of a disk without space, without being root.
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    with lab.client.stream("GET", live["links"]["events"]) as answer:
        events = read_events(answer.iter_lines())
        assert next(events).value["state"] == "queued"
        event.listen(engine, "connect", fill)
        engine.dispose()
        refused = [lab.post({"base": {"seed": seed}}) for seed in range(100, 140)]
        assert {answer.status_code for answer in refused[-5:]} == {507}
        assert refused[-1].json()["code"] == "disk_full"
        assert refused[-1].headers["content-type"] == "application/problem+json"
        assert seqs(follow(lab, done)) == list(range(40))
        assert lab.client.get(done["runs"][0]["links"]["frames"]).status_code == 200

        event.remove(engine, "connect", fill)
        engine.dispose()
        assert lab.post({"base": {"seed": 139}}).status_code == 201
        lab.finish(live["runs"][0]["id"], 5)
        assert seqs(events) == list(range(5))  # the stream was open all the time


@pytest.mark.parametrize("jump", [86_400.0, -86_400.0])
def test_a_clock_that_is_set_disturbs_no_stream_and_no_limit(make, monkeypatch, jump):
    lab = make(max_posts=3, heartbeat=0.2)
    asked = lab.ask()
    real = time.time
    with lab.client.stream("GET", asked["links"]["events"]) as answer:
        lines = answer.iter_lines()
        next(lines)
        monkeypatch.setattr(time, "time", lambda: real() + jump)
        assert next(line for line in lines if line == "event: heartbeat")
        lab.finish(asked["runs"][0]["id"], 4)
        assert seqs(read_events(lines)) == list(range(4))
    assert [lab.post({}).status_code for _ in range(3)] == [201, 200, 429]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)
names = st.sampled_from(
    ["base", "vary", "runs", "task", "model", "training", "name", "cell", "seed", "spec", "run"]
)
bodies = json_values | st.recursive(
    st.dictionaries(names, json_values, max_size=4),
    lambda inner: st.dictionaries(names, inner | st.lists(inner, max_size=3), max_size=4),
    max_leaves=5,
)


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(body=bodies, path=st.sampled_from([EXPERIMENTS, "/api/v1/probe"]))
def test_any_json_is_taken_or_refused_with_a_reason(shared, body, path):
    answer = shared.client.post(
        path, content=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"]


@pytest.mark.parametrize(
    "path",
    [
        "/static/0/../../../../etc/passwd",
        "/static/0/..%2f..%2f..%2fetc%2fpasswd",
        "/static/0/%2e%2e/%2e%2e/app/main.py",
        "/static/0//etc/passwd",
        "/static/0/..%5c..%5capp%5cmain.py",
        "/api/v1/runs/..%2f..%2fetc/frames",
        "/api/v1/experiments/%00/events",
    ],
)
def test_no_path_leads_out(shared, path):
    # Written by hand: a client would tidy the path before it is sent.
    request = shared.client.build_request("GET", "/")
    request.url = request.url.copy_with(raw_path=path.encode())
    answer = shared.client.send(request)
    assert answer.status_code in (404, 422)
    assert "root:" not in answer.text
    assert "import" not in answer.text


def test_a_disk_that_is_full_at_the_start_keeps_nobody_from_reading(make, monkeypatch):
    def full(*_):
        raise OperationalError("INSERT …", {}, sqlite3.OperationalError("database or disk is full"))

    monkeypatch.setattr("app.main.stored.prepare", full)
    assert make(lesson_runs=True).client.get("/healthz").status_code == 200
