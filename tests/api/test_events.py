"""The event stream: everything once, in order, from any position, until it says that it ended."""

import socket
import time

import httpx
import pytest

from app.runs import log
from app.runs.retention import DAY, Policy, prune
from tests.api.sse import read_events


def follow(lab, address, **headers):
    """All events of a stream until it closes."""
    headers = {"Accept": "text/event-stream", **headers}
    with lab.client.stream("GET", address, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/event-stream"
        return list(read_events(answer.iter_lines()))


def frames(events):
    return [(event.value["run"], event.value["seq"]) for event in events if event.name == "frame"]


def names(events):
    return [event.name for event in events]


@pytest.fixture(scope="module")
def done(shared):
    """An experiment of two runs that have ended, of 5 and 40 frames."""
    asked = shared.ask(vary={"seed": [0, 1]})
    shared.finish(asked["runs"][0]["id"], 5)
    shared.finish(asked["runs"][1]["id"], 40, "solved")
    return asked


def test_a_finished_experiment_is_told_whole(shared, done):
    events = follow(shared, done["links"]["events"])
    assert names(events)[:3] == ["state", "state", "frame"]
    assert names(events)[-2:] == ["frame", "end"]
    first, second = (run["id"] for run in done["runs"])
    assert [event.value["run"] for event in events[:2]] == [first, second]
    assert [event.value["state"] for event in events[:2]] == ["finished", "solved"]
    assert "spec" not in events[0].value
    assert sorted(frames(events)) == sorted(
        [(first, seq) for seq in range(5)] + [(second, seq) for seq in range(40)]
    )
    assert events[-1].id == "4.39"


def test_the_answer_is_not_held_back_by_proxies(shared, done):
    with shared.client.stream("GET", done["links"]["events"]) as answer:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-accel-buffering"] == "no"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert next(answer.iter_lines()) == "retry: 2000"


@pytest.mark.parametrize(
    ("accepted", "encoding"), [("gzip, br", "gzip"), ("gzip;q=0", None), ("identity", None)]
)
def test_the_stream_is_gzip_for_those_who_take_it_and_says_the_same(
    shared, done, accepted, encoding
):
    headers = {"Accept-Encoding": accepted}
    with shared.client.stream("GET", done["links"]["events"], headers=headers) as answer:
        assert answer.headers.get("content-encoding") == encoding
        assert answer.headers["vary"] == "Accept-Encoding"
        events = list(read_events(answer.iter_lines()))  # with the check sum at the end
    assert events == follow(shared, done["links"]["events"])


def test_the_stream_is_plain_through_jupyter_which_forgets_that_it_is_gzip(shared, done):
    headers = {"Accept-Encoding": "gzip", "X-ProxyContextPath": "/user/anna/proxy/8000"}
    with shared.client.stream("GET", done["links"]["events"], headers=headers) as answer:
        assert "content-encoding" not in answer.headers


def test_a_stream_cut_anywhere_is_resumed_without_gap_or_repeat(shared, done):
    whole = follow(shared, done["links"]["events"])
    ids = {event.id for event in whole if event.id}
    for position in sorted(ids)[::7]:
        head = whole[: [event.id for event in whole].index(position) + 1]
        tail = follow(shared, done["links"]["events"], **{"Last-Event-ID": position})
        assert names(tail)[:2] == ["state", "state"]
        assert frames(head) + frames(tail) == frames(whole)
        assert tail[-1].name == "end"


def test_the_header_is_newer_than_the_address(shared, done):
    address = done["links"]["events"]
    assert len(frames(follow(shared, f"{address}?last_event_id=3.38"))) == 2
    events = follow(shared, f"{address}?last_event_id=3.38", **{"Last-Event-ID": "4.39"})
    assert names(events) == ["state", "state", "end"]


@pytest.mark.parametrize(
    "position",
    ["x", "1", "1.2.3", "1.-2", "1,2", "-1.2", "1..2", "1." + "9" * 10, ".", "--.1", "1.2\u0661"],
)
def test_what_is_no_position_is_refused_before_the_stream_begins(shared, done, position):
    address = done["links"]["events"]
    answers = [shared.client.get(address, params={"last_event_id": position})]
    if position.isascii():
        answers.append(shared.client.get(address, headers={"Last-Event-ID": position}))
    for answer in answers:
        assert answer.status_code == 400
        assert answer.json()["code"] == "bad_position"


def test_a_position_ahead_of_the_log_starts_over(shared, done):
    events = follow(shared, done["links"]["events"], **{"Last-Event-ID": "4.400"})
    assert names(events)[:3] == ["reset", "state", "state"]
    assert events[0].id == "-.-"
    assert len(frames(events)) == 45


def test_a_position_in_frames_that_were_deleted_starts_over(lab):
    asked = lab.ask()
    lab.finish(asked["runs"][0]["id"], 9)
    last = follow(lab, asked["links"]["events"])[-1].id
    prune(lab.store, Policy(days=1, size=0), now=time.time() + 2 * DAY)
    gone = lab.client.get(asked["links"]["events"], headers={"Last-Event-ID": last})
    assert gone.status_code == 404
    assert lab.ask()["runs"][0]["state"] == "queued"
    lab.finish(asked["runs"][0]["id"], 5)
    events = follow(lab, asked["links"]["events"], **{"Last-Event-ID": last})
    assert names(events)[0] == "reset"
    assert [seq for _, seq in frames(events)] == list(range(5))


def test_only_the_frames_that_were_asked_for(shared, done):
    first, second = (run["id"] for run in done["runs"])
    address = done["links"]["events"]
    assert {run for run, _ in frames(follow(shared, f"{address}?frames={second}"))} == {second}
    assert frames(follow(shared, f"{address}?frames=")) == []
    assert len(frames(follow(shared, f"{address}?frames={first},{second}"))) == 45
    assert shared.client.get(f"{address}?frames=nope").json()["code"] == "bad_frames"


def test_a_grid_streams_states_and_frames_on_demand(make):
    lab = make(live_runs=2)
    asked = lab.ask(vary={"seed": [0, 1, 2]})
    for run in asked["runs"]:
        lab.finish(run["id"])
    address = asked["links"]["events"]
    assert names(follow(lab, address)) == ["state", "state", "state", "progress", "end"]
    ids = [run["id"] for run in asked["runs"]]
    assert len(frames(follow(lab, f"{address}?frames={ids[2]}"))) == 3
    too_many = lab.client.get(f"{address}?frames={','.join(ids)}")
    assert too_many.json()["code"] == "bad_frames"


def test_what_a_worker_writes_arrives_while_it_writes(lab):
    asked = lab.ask()
    run_id = asked["runs"][0]["id"]
    with lab.client.stream("GET", asked["links"]["events"]) as answer:
        events = read_events(answer.iter_lines())
        assert next(events).value["state"] == "queued"
        claim = log.claim(lab.store, run_id, {"kernels": "numpy"})
        writer = log.RunWriter(lab.store, run_id, claim)
        assert next(events).value["state"] == "running"
        for seq in range(5):
            writer.append(seq, seq, f'{{"run":"{run_id}","seq":{seq}}}', state="running")
            writer.flush()
            event = next(events)
            assert (event.name, event.value["seq"]) == ("frame", seq)
        writer.append(5, 5, f'{{"run":"{run_id}","seq":5}}', state="solved")
        assert [event.name for event in events] == ["frame", "state", "end"]


def test_stopping_reaches_the_viewers(lab):
    asked = lab.ask()
    with lab.client.stream("GET", asked["links"]["events"]) as answer:
        events = read_events(answer.iter_lines())
        assert next(events).value["state"] == "queued"
        httpx.delete(str(lab.client.base_url) + asked["links"]["self"])
        assert [event.value.get("state") for event in events] == ["cancelled", None]


def test_a_silent_stream_says_that_it_lives_and_when_it_will_again(make):
    lab = make(heartbeat=0.05)
    asked = lab.ask()
    with lab.client.stream("GET", asked["links"]["events"]) as answer:
        lines = answer.iter_lines()
        said = [line for line in (next(lines) for _ in range(40)) if line]
        beats = said[said.index("event: heartbeat") :]
        assert len(beats) > 10
        # No id: it moves nobody's position.
        assert set(beats) == {"event: heartbeat", 'data: {"within": 0.05}'}


def viewers(lab):
    return httpx.get(f"{lab.client.base_url}/readyz").json()["viewers"]


def wait_for(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)


def test_a_viewer_who_leaves_is_forgotten(lab):
    asked = lab.ask()
    with lab.client.stream("GET", asked["links"]["events"]) as answer:
        events = read_events(answer.iter_lines())  # held, or the connection would be closed
        next(events)
        assert viewers(lab) == 1
    wait_for(lambda: viewers(lab) == 0)


def test_a_server_that_goes_says_so_and_takes_no_new_viewer(lab):
    asked = lab.ask()
    with lab.client.stream("GET", asked["links"]["events"]) as answer:
        events = read_events(answer.iter_lines())
        next(events)
        lab.app.state.services.tail.drain()
        assert [event.name for event in events] == ["drain"]
    assert lab.client.get("/readyz").json()["code"] == "draining"
    assert lab.client.get(asked["links"]["events"]).json()["code"] == "draining"
    assert lab.post({}).json()["code"] == "draining"
    assert lab.client.get(asked["links"]["self"]).status_code == 200


def test_a_slow_reader_skips_and_is_told_and_costs_no_memory(make):
    """He reads nothing while 40 MB are written, then everything that he is still sent."""
    lab = make(slow_after=0.2, cache_bytes=1_000_000)
    asked = lab.ask()
    run_id = asked["runs"][0]["id"]
    address, port = asked["links"]["events"], lab.client.base_url.port
    with socket.socket() as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.connect(("127.0.0.1", port))
        reader.sendall(f"GET {address} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert reader.recv(10)
        claim = log.claim(lab.store, run_id, {"kernels": "numpy"})
        writer = log.RunWriter(lab.store, run_id, claim)
        padding = "x" * 100_000
        for seq in range(400):
            body = f'{{"run":"{run_id}","seq":{seq},"padding":"{padding}"}}'
            writer.append(seq, seq, body, state="running")
        writer.flush()
        wait_for(lambda: lab.app.state.services.tail._watches)
        time.sleep(0.5)  # he is slow: this is what is tested
        received = [b""]
        reader.settimeout(30)
        # Until the last frame of all, which may lie across two pieces.
        while b'"seq":399,' not in b"".join(received[-2:]):
            received.append(reader.recv(1_000_000))
    text = b"".join(received)
    assert b"event: skip" in text
    assert b'"seq":399,' in text
    assert len(text) < 20_000_000
    assert lab.app.state.services.tail._cache._bytes < 5_000_000
