"""What Prometheus is told, and the id that follows a request."""

import json
import logging

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.logs import JsonLines
from app.runs import log
from app.runs.store import StoreError


def scrape(lab):
    """Every sample: (name, labels in alphabetic order) → value."""
    answer = lab.client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.text)
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


def test_runs_are_counted_by_state_and_the_queue_has_an_age(lab):
    assert scrape(lab)["vgl_queue_oldest_seconds",] == 0
    first, second, third = (run["id"] for run in lab.ask({"seed": [0, 1, 2]})["runs"])
    lab.finish(first)
    claim = log.claim(lab.store, second, {"kernels": "numpy"})
    writer = log.RunWriter(lab.store, second, claim)
    writer.append(0, 40, "{}", state="running")
    writer.flush()
    found = scrape(lab)
    states = {key[1]: value for key, value in found.items() if key[0] == "vgl_runs"}
    assert {state for state, count in states.items() if count} == {"queued", "running", "finished"}
    assert states["queued"] == 1, third
    assert found["vgl_queue_oldest_seconds",] > 0
    assert found["vgl_training_steps_per_second", "lstm"] > 0
    assert (found["vgl_store_up",], found["vgl_engine_up",]) == (1, 1)
    assert found["vgl_workers",] == 1


def test_viewers_and_the_lag_of_their_frames(lab):
    asked = lab.ask()
    with lab.client.stream("GET", asked["links"]["events"]) as stream:
        lines = stream.iter_lines()  # dropped, it would close the stream
        next(lines)
        found = scrape(lab)
    assert found["vgl_viewers",] == 1
    assert 0 < found["vgl_frame_lag_seconds",] < 5
    path = "/api/v1/experiments/{experiment_id}/events"
    # Counted when it begins: it has not ended.
    assert found["vgl_http_requests_total", path, "200", "GET"] == 1


@pytest.mark.parametrize("base", ["", "/course"])
def test_requests_are_counted_by_template_never_by_address(make, base):
    lab = make(base_path=base)
    for name in ("a" * 16, "b" * 16):
        lab.client.get(f"{base}/api/v1/runs/{name}")
    lab.client.get(f"{base}/nope/1")
    lab.client.get(f"{base}/nope/2")
    lab.client.request("BREW", f"{base}/healthz")
    found = scrape(lab)
    run = "/api/v1/runs/{run_id}"
    assert found["vgl_http_requests_total", run, "404", "GET"] == 2
    assert found["vgl_http_request_seconds_count", run, "GET"] == 2
    assert found["vgl_http_requests_total", "", "404", "GET"] == 2
    assert found["vgl_http_requests_total", "/healthz", "405", "other"] == 1


def test_without_a_database_the_rest_is_told(lab, monkeypatch):
    lab.store.close()

    def away(*_):
        from sqlalchemy.exc import OperationalError

        raise OperationalError("select", {}, StoreError("away"))

    monkeypatch.setattr("app.api.meters.census", away)
    found = scrape(lab)
    assert found["vgl_store_up",] == 0
    assert "vgl_viewers" in {key[0] for key in found}
    assert "vgl_runs" not in {key[0] for key in found}


def test_the_metrics_can_be_switched_off(make):
    answer = make(metrics=False).client.get("/metrics")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("given", ["abc-1", "Root=1-6789;Self=1-2", "x" * 128])
def test_a_plain_request_id_is_kept(shared, given):
    answer = shared.client.get("/nope", headers={"X-Request-ID": given})
    assert answer.headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "x" * 129, "two words", 'a"b', "é".encode()])
def test_any_other_is_replaced(shared, given):
    made = [shared.client.get("/", headers={"X-Request-ID": given}).headers["x-request-id"]]
    made.append(shared.client.get("/").headers["x-request-id"])
    assert all(len(name) == 16 and name.isalnum() for name in made)
    assert made[0] != made[1]


def test_what_is_logged_in_a_request_says_which(lab, monkeypatch, caplog):
    lines = []

    class Keep(logging.Handler):
        def emit(self, record):
            lines.append(json.loads(JsonLines().format(record)))

    logger = logging.getLogger("app.api")
    handler = Keep()
    logger.addHandler(handler)
    try:
        # In the thread that answers, and around it.
        monkeypatch.setattr(lab.store, "reading", lambda: 1 / 0)
        answer = lab.client.get(f"/api/v1/runs/{'a' * 16}", headers={"X-Request-ID": "which"})
    finally:
        logger.removeHandler(handler)
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] == "which"
    assert [line["request"] for line in lines if line["event"] == "a request failed"] == ["which"]
