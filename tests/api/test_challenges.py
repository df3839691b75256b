"""Challenges over HTTP: listed, graded from the log, refused."""

import json

import pytest

from app.core.challenges import CHALLENGES
from app.core.spec import RunSpec
from app.core.trainer import train
from app.core.wire import frame_to_json

CHALLENGE = CHALLENGES["half_life_50"]


def trained(lab, **model):
    """Ask for the start of the challenge with changes, and play the worker."""
    body = {**CHALLENGE.start, "model": {**CHALLENGE.start["model"], **model}}
    run = lab.post({"runs": [body]}).json()["runs"][0]["id"]
    return run, RunSpec.from_dict(body)


def play(lab, run, spec):
    from app.core.wire import frame_to_dict
    from app.runs.store import frames, runs

    found = list(train(spec))
    with lab.store.writing() as connection:
        for frame in found:
            connection.execute(
                frames.insert().values(
                    run_id=run, seq=frame.seq, step=frame.step, body=frame_to_json(frame, run)
                )
            )
        connection.execute(
            runs.update()
            .where(runs.c.id == run)
            .values(state=found[-1].state, seq=found[-1].seq, finished_at=1.0)
        )
    return frame_to_dict(found[0], run)


def grade(lab, run, challenge=CHALLENGE.id):
    return lab.client.post(f"/api/v1/challenges/{challenge}/grade", json={"run": run})


def test_every_challenge_is_listed_with_its_criteria(shared):
    listed = shared.client.get("/api/v1/challenges").json()["challenges"]
    assert [each["id"] for each in listed] == list(CHALLENGES)
    for each in listed:
        assert each["criteria"]
        assert shared.post({"runs": [each["start"]]}).status_code in (200, 201)


@pytest.mark.parametrize(("bias", "passed"), [(4.3, True), (3.0, False)])
def test_a_run_is_graded_from_its_log(lab, bias, passed):
    run, spec = trained(lab, forget_bias=bias)
    first = play(lab, run, spec)
    body = grade(lab, run).json()
    assert (body["over"], body["passed"], body["run"]) == (True, passed, run)
    measured = [v for v in body["verdicts"] if v["quantity"] == "before.half_life"]
    assert [v["found"] for v in measured] == [first["half_life"]] * 2
    assert all(v["passed"] for v in measured) is passed
    assert json.dumps(body) == json.dumps(grade(lab, run).json())


def test_nothing_is_graded_before_the_end(lab):
    run, _ = trained(lab, forget_bias=4.3)
    body = grade(lab, run).json()
    assert (body["over"], body["passed"], body["verdicts"]) == (False, False, [])


@pytest.mark.parametrize(
    ("challenge", "body", "status"),
    [
        ("nothing", {"run": "0" * 16}, 404),
        (CHALLENGE.id, {"run": "0" * 16}, 404),
        (CHALLENGE.id, {"run": "short"}, 422),
        (CHALLENGE.id, {"run": "0" * 16, "passed": True}, 422),
        (CHALLENGE.id, {}, 422),
    ],
)
def test_what_cannot_be_graded_is_refused(shared, challenge, body, status):
    answer = shared.client.post(f"/api/v1/challenges/{challenge}/grade", json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("lang", ["pt-BR", "en"])
def test_a_link_to_a_result_is_graded_again_by_the_page(lab, lang):
    run, spec = trained(lab, forget_bias=4.3)
    play(lab, run, spec)
    query = {"challenge": CHALLENGE.id, "run": run, "lang": lang}
    html = lab.client.get("/challenges", params=query).text
    assert 'class="certificate is-passed"' in html
    assert run in html
    failed = lab.client.get("/challenges", params={**query, "challenge": "break_lstm"}).text
    assert "is-passed" not in failed
    assert 'data-passed="false"' in failed
    unknown = lab.client.get("/challenges", params={**query, "run": "f" * 16}).text
    assert "is-passed" not in unknown
