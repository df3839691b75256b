"""Frames by position, in three representations."""

import csv
import io
import json

import pytest
from sqlalchemy import update

from app.runs.store import runs


@pytest.fixture(scope="module")
def finished(shared):
    run = shared.ask()["runs"][0]
    shared.finish(run["id"], 8)
    return run["links"]["frames"]


def get(shared, address, accept="application/json", **headers):
    return shared.client.get(address, headers={"Accept": accept, **headers})


@pytest.mark.parametrize(
    ("query", "seqs", "following"),
    [
        ("", [0, 1, 2, 3, 4, 5, 6, 7], None),
        ("?after=4", [5, 6, 7], None),
        ("?limit=3", [0, 1, 2], 2),
        ("?after=2&limit=3", [3, 4, 5], 5),
        ("?every=3", [0, 3, 6], None),
        ("?after=7", [], None),
    ],
)
def test_frames_as_json(shared, finished, query, seqs, following):
    answer = get(shared, finished + query)
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert [frame["seq"] for frame in body["frames"]] == seqs
    assert body["next"] == following
    assert body["state"] == "finished"


def test_many_frames_are_read_page_by_page(shared):
    run = shared.ask(seed=1)["runs"][0]
    shared.finish(run["id"], 200)
    assert len(get(shared, run["links"]["frames"]).json()["frames"]) == 200
    page = get(shared, run["links"]["frames"] + "?limit=100&every=2").json()
    assert [frame["seq"] for frame in page["frames"]] == list(range(0, 200, 2))


def test_frames_as_lines(shared, finished):
    answer = get(shared, finished, "application/x-ndjson")
    assert answer.headers["content-type"] == "application/x-ndjson; charset=utf-8"
    assert [json.loads(line)["seq"] for line in answer.text.splitlines()] == list(range(8))


def test_frames_as_a_table(shared, finished):
    answer = get(shared, finished + "?every=7", "text/csv")
    first, last = csv.DictReader(io.StringIO(answer.text))
    assert (first["seq"], last["seq"], last["state"]) == ("0", "7", "finished")
    assert first["metric"] == ""  # null
    # T is 6 here, and this frame has the norms of two steps: the last two.
    assert [first[f"grad_h_{t}"] for t in range(1, 7)] == ["", "", "", "", "0.1", "0.2"]
    assert "grad_c_1" not in first
    empty = get(shared, finished + "?after=99", "text/csv").text
    assert empty.startswith("seq,step,state")


def test_what_is_finished_never_changes(shared, finished):
    answer = get(shared, finished)
    tag = answer.headers["etag"]
    assert tag.startswith('"')
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["vary"] == "Accept, Accept-Encoding"
    for condition in (tag, f'"x", {tag}', f"W/{tag}", "*"):
        again = get(shared, finished, **{"If-None-Match": condition})
        assert again.status_code == 304
        assert again.content == b""
    assert get(shared, finished, **{"If-None-Match": '"x"'}).status_code == 200
    plain = get(shared, finished, **{"Accept-Encoding": "identity"})
    assert plain.content == answer.content
    others = {
        plain.headers["etag"],
        get(shared, finished, "text/csv").headers["etag"],
        get(shared, finished + "?after=1").headers["etag"],
    }
    assert len(others | {tag}) == 4


def test_what_may_change_is_not_kept(shared):
    run = shared.ask(seed=2)["runs"][0]
    answer = get(shared, run["links"]["frames"])
    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.json() == {"run": run["id"], "state": "queued", "frames": [], "next": None}


def test_another_representation_is_not_offered(shared, finished):
    answer = get(shared, finished, "text/html")
    assert answer.status_code == 406
    assert answer.json()["code"] == "not_acceptable"


def test_the_tag_of_a_run_that_is_computed_again_is_another(lab):
    asked = lab.ask()
    run = asked["runs"][0]
    lab.finish(run["id"])
    first = lab.client.get(run["links"]["frames"]).headers["etag"]
    assert lab.client.get(run["links"]["frames"]).headers["etag"] == first
    with lab.store.writing() as connection:  # as after its log was deleted and it was trained anew
        connection.execute(update(runs).values(finished_at=runs.c.finished_at + 1e-3))
    again = lab.client.get(run["links"]["frames"], headers={"If-None-Match": first})
    assert again.status_code == 200
    assert again.headers["etag"] != first


def test_whatever_is_fetched_counts_as_seen(lab):
    asked = lab.ask()
    run = asked["runs"][0]
    lab.finish(run["id"])
    links, own = asked["links"], run["links"]
    fetched = lab.app.state.services.upkeep._fetched
    for link, found in (
        (links["self"], asked["id"]),
        (links["results"], asked["id"]),
        (f"{links['self']}/curves", asked["id"]),
        (f"{links['self']}/notebook", asked["id"]),
        (own["self"], run["id"]),
        (own["frames"], run["id"]),
        (f"{own['self']}/code", run["id"]),
    ):
        fetched.clear()
        assert lab.client.get(link).status_code == 200, link
        assert fetched.keys() == {found}, link
