"""Every refusal has one shape, names the matter, and comes before anything is done."""

import json

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from app.runs import asking
from app.runs import experiments as experiments_module
from app.runs.store import experiments

POST = "/api/v1/experiments"


def problem(answer, status, code):
    """Check the shape of a problem and return it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body.keys() == {"type", "title", "status", "detail", "code", "errors"}
    assert (body["status"], body["code"]) == (status, code)
    assert body["title"]
    assert body["detail"]
    for error in body["errors"]:
        assert error.keys() == {"path", "message", "limit", "code"}
    return body


def send(shared, body, content_type="application/json", **headers):
    return shared.client.post(POST, content=body, headers={"Content-Type": content_type, **headers})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[1,]",
        b'{"a":1}}',
        b"\xff\xfe",
        b'{"base": {"seed": NaN}}',
        b'{"base": {"seed": Infinity}}',
        b'{"base": {"training": {"learning_rate": 1e999}}}',
        b'{"base": {"training": {"learning_rate": -1e999}}}',
        b'{"vary": {"task.name": ["\\ud800"]}}',
        b'{"\\udfff": 1}',
        b'{"base": {"seed": ' + b"9" * 5000 + b"}}",
        b"[" * 30_000 + b"]" * 30_000,
        b'{"base":' * 30_000 + b"1" + b"}" * 30_000,
        b'{"base": {"seed": 1, "seed": 2}}',
        '{"base": {"seed": 1}}'.encode("utf-16"),
    ],
    ids=lambda body: body[:24].decode("latin-1"),
)
def test_what_is_not_json_is_refused(shared, body):
    answer = send(shared, body)
    if body == b"":
        problem(answer, 422, "invalid")
    else:
        assert problem(answer, 400, "invalid_json")["errors"] == []


@pytest.mark.parametrize(
    ("base", "path", "code", "limit"),
    [
        ({"task": {"length": 10**9}}, "task.length", "out_of_range", 1000),
        ({"task": {"length": 0}}, "task.length", "out_of_range", 2),
        ({"task": {"length": -5}}, "task.length", "out_of_range", 2),
        ({"task": {"length": True}}, "task.length", "wrong_type", None),
        ({"task": {"length": "5"}}, "task.length", "wrong_type", None),
        ({"task": {"length": 5.0}}, "task.length", "wrong_type", None),
        ({"task": {"length": None}}, "task.length", "wrong_type", None),
        ({"task": {"length": [5]}}, "task.length", "wrong_type", None),
        ({"task": {"length": 10**39}}, "task.length", "out_of_range", 1000),
        ({"model": {"hidden_size": 10**6}}, "model.hidden_size", "out_of_range", 256),
        ({"model": {"cell": "lstm", "nope": 1}}, "model.nope", "unknown_field", None),
        ({"model": {"cell": "rnn", "forget_bias": 1}}, "model.forget_bias", "unknown_field", None),
        ({"model": {"cell": "nope"}}, "model.cell", "not_a_choice", ["rnn", "lstm", "gru"]),
        ({"model": {"cell": 5}}, "model.cell", "not_a_choice", ["rnn", "lstm", "gru"]),
        ({"model": "lstm"}, "model", "wrong_type", None),
        ({"model": None}, "model", "wrong_type", None),
        ({"training": []}, "training", "wrong_type", None),
        ({"training": {"learning_rate": True}}, "training.learning_rate", "wrong_type", None),
        ({"training": {"stop_when_solved": 1}}, "training.stop_when_solved", "wrong_type", None),
        ({"dtype": "float16"}, "dtype", "not_a_choice", ["float64", "float32"]),
        ({"seed": 2**31}, "seed", "out_of_range", 2**31 - 1),
        ({"unknown": 1}, "unknown", "unknown_field", None),
    ],
)
def test_a_wrong_field_is_named_with_its_limit(shared, base, path, code, limit):
    for body, prefix in (({"base": base}, "base."), ({"runs": [{}, base]}, "runs.1.")):
        (error,) = problem(shared.post(body), 422, "invalid")["errors"]
        assert (error["path"], error["code"], error["limit"]) == (prefix + path, code, limit)
    with shared.store.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(experiments)) == 0


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        ({"vary": {"task.length": [5, 1]}}, "vary.task.length.1", "out_of_range"),
        ({"vary": {"model": [{"cell": "x"}]}}, "vary.model.0.cell", "not_a_choice"),
        ({"vary": {"model": [5]}}, "vary.model.0", "wrong_type"),
        ({"vary": {"seed": ["5"]}}, "vary.seed.0", "wrong_type"),
        ({"vary": {"seed": []}}, "vary.seed", "out_of_range"),
        ({"vary": {"seed": 5}}, "vary.seed", "wrong_type"),
        ({"vary": []}, "vary", "wrong_type"),
        ({"vary": {"x" * 101: [1]}}, f"vary.{'x' * 101}.[key]", "out_of_range"),
        ({"runs": []}, "runs", "out_of_range"),
        ({"runs": [{}], "base": {}}, "", "invalid"),
        ({"nope": 1}, "nope", "unknown_field"),
        ([], "", "wrong_type"),
        ("text", "", "wrong_type"),
        (5, "", "wrong_type"),
        (
            {"base": {"training": {"steps": 20000}, "model": {"hidden_size": 256}}},
            "base.training.steps",
            "out_of_range",
        ),
        ({"vary": {"seed": list(range(501))}}, "vary", "out_of_range"),
    ],
)
def test_a_wrong_experiment_is_named(shared, body, path, code):
    (error,) = problem(shared.post(body), 422, "invalid")["errors"]
    assert (error["path"], error["code"]) == (path, code)


def test_null_is_no_experiment(shared):
    (error,) = problem(send(shared, b"null"), 422, "invalid")["errors"]
    assert (error["path"], error["code"]) == ("", "wrong_type")


def test_several_errors_come_together(shared):
    body = {"base": {"seed": -1, "model": {"hidden_size": 0, "x": 1}}}
    found = problem(shared.post(body), 422, "invalid")
    assert [error["path"] for error in found["errors"]] == [
        "base.model.hidden_size",
        "base.model.x",
        "base.seed",
    ]
    assert "and 2 more" in found["detail"]


def test_a_hundred_thousand_errors_are_not_all_told(shared):
    body = {"base": {f"k{i}": 1 for i in range(50_000)}}
    assert len(problem(shared.post(body), 422, "invalid")["errors"]) == 50


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_what_is_not_called_json_is_refused(shared, content_type):
    problem(send(shared, b"{}", content_type), 415, "not_json")


def test_a_compressed_body_is_refused(shared):
    problem(send(shared, b"\x1f\x8b", **{"Content-Encoding": "gzip"}), 415, "compressed_body")


def test_a_large_body_is_refused_by_its_header_and_while_it_comes(make):
    lab = make(max_body=2000)
    body = json.dumps({"runs": [{}] * 1000}).encode()
    assert problem(send(lab, body), 413, "body_too_large")["errors"][0]["limit"] == 2000
    sent = []

    def chunks():
        for start in range(10**6):
            sent.append(start)
            yield b" " * 1000

    problem(send(lab, chunks()), 413, "body_too_large")
    assert len(sent) < 100_000  # the connection was closed, not drained


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nope", 404, "not_found"),
        ("GET", "/api/v1/nope", 404, "not_found"),
        ("GET", "/api/v1/experiments/", 404, "not_found"),
        ("GET", "/api/v1/experiments/0000000000000000", 404, "not_found"),
        ("GET", "/api/v1/experiments/zz", 404, "not_found"),
        ("GET", "/api/v1/experiments/%00", 404, "not_found"),
        ("GET", "/api/v1/experiments/..%2f..%2fetc", 404, "not_found"),
        ("GET", "/api/v1/experiments/0000000000000000/events", 404, "not_found"),
        ("GET", "/api/v1/experiments/0000000000000000/results", 404, "not_found"),
        ("DELETE", "/api/v1/experiments/0000000000000000", 404, "not_found"),
        ("GET", "/api/v1/runs/0000000000000000", 404, "not_found"),
        ("GET", "/api/v1/runs/0000000000000000/frames", 404, "not_found"),
        ("PUT", "/api/v1/experiments", 405, "method_not_allowed"),
        ("POST", "/api/v1/catalogue", 405, "method_not_allowed"),
        ("GET", "/api/v1/experiments?limit=0", 422, "invalid"),
        ("GET", "/api/v1/experiments?limit=x", 422, "invalid"),
        ("GET", "/api/v1/experiments?cursor=nope", 422, "invalid"),
        ("GET", "/api/v1/runs/0000000000000000/frames?after=-2", 422, "invalid"),
        ("GET", "/api/v1/runs/0000000000000000/frames?limit=99999999999999999999", 422, "invalid"),
        ("GET", "/docs/nope.js", 404, "not_found"),
    ],
)
def test_wrong_addresses(shared, method, path, status, code):
    answer = shared.client.request(method, path)
    problem(answer, status, code)
    if status == 405:
        assert answer.headers["allow"]


def test_an_error_of_ours_is_a_problem_and_says_nothing_of_the_inside(shared, monkeypatch, caplog):
    monkeypatch.setattr(experiments_module, "view", lambda *_: 1 / 0)
    found = problem(shared.client.get("/api/v1/experiments/" + "0" * 16), 500, "internal_error")
    assert "division" not in json.dumps(found)
    assert "ZeroDivisionError" in caplog.text
    answer = shared.client.get("/api/v1/experiments/" + "0" * 16)
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ("database or disk is full", 507, "disk_full"),
        ("unable to open database file", 503, "store_unavailable"),
    ],
)
def test_a_database_that_does_not_do_its_part(shared, monkeypatch, said, status, code):
    def fails(*_, **__):
        raise OperationalError("INSERT secret", {}, Exception(said))

    monkeypatch.setattr(asking, "submit", fails)
    assert "secret" not in json.dumps(problem(shared.post({}), status, code))
