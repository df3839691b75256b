"""The whole server as a user meets it: processes, signals, crashes, and a plain SSE client."""

import json
import os
import signal
import threading
import time

import httpx
import psutil
import pytest

from app.core.spec import RunSpec
from app.core.trainer import train
from app.core.wire import frame_to_json
from tests.api.sse import read_events

pytestmark = pytest.mark.slow

EXAMPLE = {
    "base": {
        "task": {"name": "adding", "length": 100},
        "model": {"cell": "lstm", "hidden_size": 32, "init": "keras", "forget_bias": 1.0},
        "training": {
            "optimiser": "adam",
            "learning_rate": 0.005,
            "batch_size": 32,
            "steps": 40,  # 1000 takes a while
            "clip_norm": 1.0,
            "stop_when_solved": True,
        },
        "dtype": "float64",
        "seed": 0,
        "frame_every": 10,
    },
    "vary": {
        "model": [{"cell": "rnn", "hidden_size": 32}, {"cell": "lstm", "hidden_size": 32}],
        "seed": [0, 1],
    },
}


def lasting(seed, steps=600, frame_every=6):
    """Three runs, one per worker, of some seconds."""
    return {
        "base": {
            "task": {"length": 40},
            "training": {"steps": steps, "batch_size": 8, "stop_when_solved": False},
            "seed": seed,
            "frame_every": frame_every,
        },
        "vary": {"model": [{"cell": c, "hidden_size": 16} for c in ("rnn", "lstm", "gru")]},
    }


def endless(seed):
    return lasting(seed, steps=20_000, frame_every=20)


client = httpx.Client(timeout=30)  # one: each new one takes a tenth of a second to set up


@pytest.fixture(scope="module", autouse=True)
def closed_at_the_end():
    yield
    client.close()


def ask(server, body):
    answer = client.post(f"{server.url}/api/v1/experiments", json=body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def get(server, link):
    return client.get(server.url + link).json()


def wait_for(condition, seconds=90.0):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)
    return found


def follow(server, link, last_id=None, until=lambda event: False):
    """Events of a stream until it closes, or until one that is enough."""
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last_id} if last_id else {})
    events = []
    with httpx.stream("GET", server.url + link, headers=headers, timeout=90) as answer:
        assert answer.status_code == 200
        for event in read_events(answer.iter_lines()):
            events.append(event)
            if until(event):
                break
    return events


def frames(events):
    found = {}
    for event in events:
        if event.name == "frame":
            found.setdefault(event.value["run"], []).append(event.value["seq"])
    return found


def workers(server):
    children = psutil.Process(server.process.pid).children()
    return [child for child in children if "spawn_main" in " ".join(child.cmdline())]


def whole(server, experiment):
    """Check that every run is complete, gapless and unique; return the frames by run."""
    found = {}
    for run in get(server, experiment["links"]["self"])["runs"]:
        stored = get(server, run["links"]["frames"])["frames"]
        assert [frame["seq"] for frame in stored] == list(range(run["seq"] + 1))
        assert stored[-1]["state"] == run["state"]
        assert stored[-1]["step"] == run["steps"]
        found[run["id"]] = stored
    return found


def undisturbed(spec):
    spec = RunSpec.from_dict(spec)
    return [json.loads(frame_to_json(frame, spec.run_id)) for frame in train(spec)]


def test_the_example_is_trained_and_told(server):
    began = time.monotonic()
    experiment = ask(server, EXAMPLE)
    events = follow(server, experiment["links"]["events"])
    assert time.monotonic() - began < 60
    assert events[-1].name == "end"
    told = frames(events)
    assert sorted(told) == sorted(run["id"] for run in experiment["runs"])
    assert all(seqs == list(range(5)) for seqs in told.values())
    last = next(event for event in reversed(events) if event.name == "frame")
    assert len(last.value["grad_h"]) == 100
    run = get(server, experiment["runs"][0]["links"]["self"])
    assert run["state"] == "finished"
    assert run["attempts"] == 1
    assert {"numpy", "blas", "cpu", "engine"} <= run["provenance"].keys()
    (stored, *_) = whole(server, experiment).values()
    assert stored == undisturbed(experiment["runs"][0]["spec"])


def test_a_run_is_cancelled_within_a_second(server):
    experiment = ask(server, endless(1))
    link = experiment["links"]["self"]
    wait_for(lambda: all(run["seq"] >= 0 for run in get(server, link)["runs"]))
    began = time.monotonic()
    assert client.delete(server.url + link).json()["state"] == "cancelled"
    runs = [run["links"]["self"] for run in experiment["runs"]]
    wait_for(lambda: {get(server, run)["state"] for run in runs} == {"cancelled"})
    assert time.monotonic() - began < 1.0
    assert get(server, "/readyz")["status"] == "ready"


def test_a_killed_worker_loses_nothing(server):
    experiment = ask(server, lasting(2))
    link = experiment["links"]["self"]
    seen = []
    reader = threading.Thread(
        target=lambda: seen.extend(follow(server, experiment["links"]["events"]))
    )
    reader.start()
    wait_for(lambda: all(run["seq"] >= 3 for run in get(server, link)["runs"]))
    os.kill(workers(server)[0].pid, signal.SIGKILL)  # each of the three has one run
    reader.join(120)
    assert seen[-1].name == "end"
    runs = get(server, link)["runs"]
    assert [run["state"] for run in runs] == ["finished"] * 3
    assert sorted(run["attempts"] for run in runs) == [1, 1, 2]
    stored = whole(server, experiment)
    assert frames(seen) == {run_id: list(range(101)) for run_id in stored}
    killed = next(run for run in runs if run["attempts"] == 2)
    assert stored[killed["id"]] == undisturbed(killed["spec"])


def test_all_workers_killed_at_once(server):
    experiment = ask(server, lasting(3))
    link = experiment["links"]["self"]
    wait_for(lambda: all(run["seq"] >= 3 for run in get(server, link)["runs"]))
    for worker in workers(server):
        worker.kill()
    wait_for(lambda: get(server, link)["state"] == "done")
    whole(server, experiment)


def test_a_killed_server_loses_nothing_and_leaves_nobody_behind(start):
    server = start()
    small = ask(server, {"base": {"task": {"length": 5}, "training": {"steps": 10}}})
    follow(server, small["links"]["events"])
    before = whole(server, small)
    experiment = ask(server, lasting(4))
    link = experiment["links"]["self"]
    events = follow(
        server,
        experiment["links"]["events"],
        until=lambda event: event.name == "frame" and event.value["seq"] == 5,
    )
    processes = psutil.Process(server.process.pid).children(recursive=True)
    server.kill()
    _, alive = psutil.wait_procs(processes, timeout=10)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []

    again = start()
    assert whole(again, small) == before
    # The viewer comes back to where he was, while the runs are completed.
    events += follow(again, experiment["links"]["events"], last_id=events[-1].id)
    assert events[-1].name == "end"
    runs = get(again, link)["runs"]
    assert [run["state"] for run in runs] == ["finished"] * 3
    assert frames(events) == {run["id"]: list(range(101)) for run in runs}
    stored = whole(again, experiment)
    assert stored[runs[1]["id"]] == undisturbed(runs[1]["spec"])


def draining(server):
    # A connection of its own: one that is open would be answered even behind a closed door.
    try:
        answer = httpx.get(f"{server.url}/readyz")
    except httpx.TransportError:
        return None  # the door closed, and the wait ends without an answer
    return answer if answer.status_code == 503 else None


def test_asked_to_end_it_says_so_and_is_gone_within_five_seconds(start):
    server = start(VGL_DRAIN_SECONDS="2")  # on a busy machine one second may pass unanswered
    experiment = ask(server, endless(5))
    link = experiment["links"]["events"]
    streams = [[] for _ in range(50)]
    threads = [
        threading.Thread(target=lambda events=events: events.extend(follow(server, link)))
        for events in streams
    ]
    for thread in threads:
        thread.start()
    wait_for(lambda: get(server, "/readyz")["viewers"] == 50)
    wait_for(lambda: all(r["seq"] >= 0 for r in get(server, experiment["links"]["self"])["runs"]))
    processes = psutil.Process(server.process.pid).children(recursive=True)
    began = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    # The door is still open, and who asks at it hears that he should go elsewhere.
    told = wait_for(lambda: draining(server), 1.9)
    assert (told.status_code, told.json()["code"]) == (503, "draining")
    assert server.process.wait(10) == 0
    assert time.monotonic() - began < 5.0
    for thread in threads:
        thread.join(10)
    assert {events[-1].name for events in streams} == {"drain"}
    _, alive = psutil.wait_procs(processes, timeout=5)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []
    assert "Traceback" not in server.log.read_text()
