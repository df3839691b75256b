"""The description of the API is complete, and true."""

import ast
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

import app.api
from app.api.described import ANYWHERE, ERRORS
from app.api.openapi import _is_number

SMALL = {"model": {"hidden_size": 3}, "task": {"length": 6}, "training": {"steps": 2}}


@pytest.fixture(scope="module")
def schema(shared) -> dict[str, Any]:
    return shared.client.get("/openapi.json").json()


def calls(schema):
    for path, operations in schema["paths"].items():
        for method, call in operations.items():
            yield f"{method} {path}", call


def test_every_property_is_described_with_an_example(schema):
    missing = [
        f"{name}.{field}: no {word}"
        for name, part in schema["components"]["schemas"].items()
        for field, about in part.get("properties", {}).items()
        for word in ("description", "examples")
        if not about.get(word)
    ]
    assert missing == []


def test_every_parameter_is_described_with_an_example(schema):
    missing = [
        f"{name} {parameter['name']}"
        for name, call in calls(schema)
        for parameter in call.get("parameters", [])
        if not (
            parameter.get("description")
            and (parameter.get("examples") or parameter["schema"].get("examples"))
        )
    ]
    assert missing == []


def test_every_answer_has_an_example(schema):
    """Of a model each field has one; every other text is shown as a whole."""
    missing = [
        f"{name} {status} {media_type}"
        for name, call in calls(schema)
        for status, answer in call["responses"].items()
        for media_type, content in answer["content"].items()
        if not ("$ref" in content["schema"] or content.get("example"))
        and content["schema"].get("format") != "binary"
    ]
    assert missing == []


def test_every_number_has_a_unit(schema):
    units = {
        (name, field): about.get("x-unit")
        for name, part in schema["components"]["schemas"].items()
        for field, about in part.get("properties", {}).items()
        if _is_number(about)
    }
    assert len(units) > 100
    assert [place for place, unit in units.items() if not unit] == []
    # What is called so always has one that is not 1.
    named = {"step", "steps", "length", "seconds", "loss", "metric", "baseline", "threshold"}
    pure = [place for place, unit in units.items() if place[1] in named and unit == "1"]
    assert pure == [("OptionBody", "step")]  # that of a control, in the unit of its option


def test_every_call_lists_the_errors_it_can_give(schema):
    found = {name: {int(status) for status in call["responses"]} for name, call in calls(schema)}
    for name, statuses in found.items():
        assert {*ANYWHERE} <= statuses, name
        assert (403 in statuses) == (not name.startswith("get ")), name
        if (name.startswith("get /api/v1/") and "{" in name) or name.startswith("delete"):
            assert 404 in statuses, name
    for name, call in calls(schema):
        assert ({413, 415, 422} <= found[name]) == ("requestBody" in call), name
    assert {name for name, statuses in found.items() if 507 in statuses} == {
        "post /api/v1/experiments",
        "delete /api/v1/experiments/{experiment_id}",
    }


def test_every_problem_of_the_source_is_described():
    """A code that somebody adds is written down with its status, or this fails."""
    described = {(status, code) for status, (_, codes) in ERRORS.items() for code in codes}
    written = set()
    for path in Path(app.api.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Problem":
                values = [getattr(each, "value", None) for each in node.args[:2]]
                if all(values):
                    written.add(tuple(values))
    # By the status of h11 or Starlette, or before there is a request.
    elsewhere = {"method_not_allowed", "headers_too_large", "invalid_http", "too_many_connections"}
    assert written - described == set()
    assert {code for _, code in described - written} - elsewhere == set()


def test_every_model_says_what_it_is(schema):
    parts = schema["components"]["schemas"]
    assert [name for name, part in parts.items() if not part.get("description")] == []


def test_every_call_has_a_plain_name_and_typed_answers(schema):
    names = [call["operationId"] for _, call in calls(schema)]
    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+)?", name)] == []
    for name, call in calls(schema):
        for status, answer in call["responses"].items():
            assert answer["description"], (name, status)
            assert answer["content"], (name, status)
            for media_type, content in answer["content"].items():
                about = content.get("schema", {})
                assert "$ref" in about or about.get("type") in ("string", "object"), name
                # An object without fields says nothing; a notebook has a standard of its own.
                if about.get("type") == "object":
                    assert media_type == "application/x-ipynb+json", name


def check(schema, name: str, answer: httpx.Response) -> None:
    reference = {"$ref": f"#/components/schemas/{name}", "components": schema["components"]}
    wrong = [
        f"{'/'.join(map(str, error.path))}: {error.message[:200]}"
        for error in Draft202012Validator(reference).iter_errors(answer.json())
    ]
    assert wrong == []


def test_answers_are_what_is_described(shared, schema):
    asked = shared.ask()
    run = asked["runs"][0]["id"]
    base = "/api/v1"
    get = shared.client.get
    check(schema, "Catalogue", get(f"{base}/catalogue"))
    check(schema, "Experiment", get(asked["links"]["self"]))
    check(schema, "Results", get(asked["links"]["results"]))
    check(schema, "Run", get(f"{base}/runs/{run}"))
    check(schema, "FramePage", get(f"{base}/runs/{run}/frames"))
    check(schema, "Curves", get(f"{base}/experiments/{asked['id']}/curves"))
    check(schema, "Challenges", get(f"{base}/challenges"))
    challenge = get(f"{base}/challenges").json()["challenges"][0]["id"]
    check(
        schema,
        "Grade",
        shared.client.post(f"{base}/challenges/{challenge}/grade", json={"run": run}),
    )
    check(schema, "Alive", get("/healthz"))
    check(schema, "Ready", get("/readyz"))
    check(schema, "Problem", get(f"{base}/runs/zz"))


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_probe_is_what_is_described(shared, schema, cell):
    spec = {**SMALL, "model": {"cell": cell, "hidden_size": 3}}
    check(schema, "Probed", shared.client.post("/api/v1/probe", json={"spec": spec}))


def test_a_refused_method_is_told_all_that_are_taken(shared):
    answer = shared.client.put(f"/api/v1/experiments/{'a' * 16}")
    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, GET")
    assert shared.client.put("/healthz").headers["allow"] == "GET"


@pytest.mark.parametrize(
    ("name", "path", "body"),
    [
        ("ExperimentSpec", "experiments", {"runs": [{}], "base": {}}),
        ("ExperimentSpec", "experiments", {"runs": [{}], "vary": {"seed": [1]}}),
        ("ProbeBody", "probe", {}),
        ("ProbeBody", "probe", {"spec": {}, "run": "a" * 16}),
        ("ProbeBody", "probe", {"spec": {}, "step": 1}),
    ],
)
def test_what_excludes_each_other_is_in_the_schema(shared, schema, name, path, body):
    reference = {"$ref": f"#/components/schemas/{name}", "components": schema["components"]}
    assert not Draft202012Validator(reference).is_valid(body)
    assert shared.client.post(f"/api/v1/{path}", json=body).status_code == 422
