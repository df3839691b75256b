"""What one address may have: enough for a class, and an answer that says when to come again."""

import re

import httpx
import pytest


def spec(seed):
    return {"base": {"task": {"length": 5}, "seed": seed, "training": {"steps": 10}}}


def test_requests_beyond_the_quota_are_told_when_to_come_again(make):
    lab = make(max_posts=3)
    answers = [lab.post(spec(0)) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [201, 200, 200, 429]
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"experiments";q=3;w=60'}
    left = [re.fullmatch(r'"experiments";r=(\d+);t=\d+', a.headers["ratelimit"]) for a in answers]
    assert [match and match[1] for match in left] == ["2", "1", "0", "0"]
    refused = answers[-1]
    assert 1 <= int(refused.headers["retry-after"]) <= 20
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "too_many_requests"
    assert refused.json()["errors"][0]["limit"] == 3
    assert lab.client.get("/api/v1/experiments").status_code == 200  # reading is not limited


def test_probes_have_a_quota_of_their_own(make):
    lab = make(max_probes=1, max_posts=1)
    body = {"spec": {"task": {"length": 5}, "model": {"hidden_size": 2}}}
    answers = [lab.client.post("/api/v1/probe", json=body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1].headers["ratelimit"].startswith('"probes";r=0;')
    assert lab.post(spec(0)).status_code == 201


def test_a_large_probe_counts_as_several(make):
    lab = make(max_probes=20)

    def left(length, hidden):
        spec = {"task": {"length": length}, "model": {"cell": "rnn", "hidden_size": hidden}}
        answer = lab.client.post("/api/v1/probe", json={"spec": spec})
        assert answer.status_code == 200
        return re.match(r'"probes";r=(\d+);', answer.headers["ratelimit"])[1]

    assert left(5, 2) == "19"
    assert left(50, 100) == "16"  # 500 000 is twice the unit: three


def test_what_is_read_is_counted_by_what_it_costs(make):
    lab = make(max_reads=20)
    asked = lab.ask(vary={"seed": [0, 1]})
    for run in asked["runs"]:
        lab.finish(run["id"], 10)
    frames = asked["runs"][0]["links"]["frames"]

    def left(link, **query):
        answer = lab.client.get(link, params=query)
        assert answer.headers["ratelimit-policy"] == '"reads";q=20;w=60'
        told = re.fullmatch(r'"reads";r=(\d+);t=\d+', answer.headers["ratelimit"])
        return answer.status_code, told[1]

    assert left(asked["links"]["results"]) == (200, "16")
    assert left(f"{asked['links']['self']}/curves") == (200, "14")
    assert left(frames, limit=2) == (200, "12")
    assert left(frames, after=5) == (200, "7")
    tag = lab.client.get(frames, params={"every": 3}).headers["etag"]
    kept = lab.client.get(frames, params={"every": 3}, headers={"If-None-Match": tag})
    assert (kept.status_code, "ratelimit" in kept.headers) == (304, False)
    refused = lab.client.get(frames)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    assert refused.json()["detail"] == "At most 20 frames read in 60 s."
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert lab.client.get(asked["links"]["self"]).status_code == 200


def test_unfinished_runs_of_one_address_are_limited_but_not_what_others_asked(make):
    lab = make(max_unfinished=2)
    first = lab.post(spec(0)).json()
    assert lab.post(spec(1)).status_code == 201
    refused = lab.post(spec(2))
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_runs")
    assert refused.headers["retry-after"] == "10"
    assert lab.post(spec(1)).status_code == 200  # what is there already may always be watched
    lab.finish(first["runs"][0]["id"])
    assert lab.post(spec(2)).status_code == 201


def test_one_page_leaves_room_to_the_others_at_its_address(make):
    lab = make(max_unfinished=5, max_holder_unfinished=2)

    def ask(seed, query=""):
        return lab.client.post(f"/api/v1/experiments{query}", json=spec(seed))

    assert [ask(seed, "?holder=page-one").status_code for seed in (0, 1)] == [201, 201]
    refused = ask(2, "?holder=page-one")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_runs")
    assert refused.json()["errors"][0]["limit"] == 2
    assert "one page or program" in refused.json()["detail"]
    assert ask(2, "?holder=page-two").status_code == 201
    assert [ask(seed).status_code for seed in (3, 4)] == [201, 201]
    refused = ask(5, "?holder=page-two")  # its own share has room, the address has none
    assert refused.json()["errors"][0]["limit"] == 5
    assert "one address" in refused.json()["detail"]


def test_scripts_at_two_addresses_do_not_stop_each_other(make):
    lab = make(trusted_proxies=("127.0.0.1",))
    here, there = ({"X-Forwarded-For": address} for address in ("192.0.2.1", "192.0.2.2"))
    for address in (here, there):
        found = lab.client.post("/api/v1/experiments", json=spec(0), headers=address).json()
    assert found["holders"] == 2
    link = found["links"]["self"]
    assert lab.client.delete(link, headers=here).json()["state"] == "queued"
    assert lab.client.delete(link, headers=here).json()["holders"] == 1, "asked twice"
    assert lab.client.delete(link, headers=there).json()["state"] == "cancelled"


@pytest.mark.parametrize(
    ("settings", "status"), [({"max_streams": 1}, 503), ({"max_client_streams": 1}, 429)]
)
def test_streams_are_limited_and_free_again_when_somebody_leaves(make, settings, status):
    lab = make(**settings)
    events = lab.ask()["links"]["events"]
    with lab.client.stream("GET", events) as answer:
        lines = answer.iter_lines()  # held, or the connection would be closed
        next(lines)
        refused = httpx.get(f"{lab.client.base_url}{events}")
        assert (refused.status_code, refused.json()["code"]) == (status, "too_many_streams")
        assert refused.headers["retry-after"] == "5"
    streams = lab.app.state.services.gates.streams
    for _ in range(1000):
        if not streams._open:
            break
        lab.client.get("/healthz")
    with lab.client.stream("GET", events) as answer:
        assert answer.status_code == 200


def test_a_tiny_network_on_long_sequences_for_long_is_too_much(shared):
    body = {
        "task": {"name": "adding", "length": 1000},
        "model": {"cell": "rnn", "hidden_size": 1},
        "training": {"batch_size": 1, "steps": 20_000},
        "frame_every": 1000,
    }
    answer = shared.post({"base": body})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == "base.training.steps"
