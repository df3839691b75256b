"""Alive, and ready."""

from app.runs.store import StoreError


def test_alive(shared):
    assert shared.client.get("/healthz").json() == {"status": "ok"}


def test_ready_only_with_store_and_engine(lab, monkeypatch):
    services = lab.app.state.services
    assert lab.client.get("/readyz").status_code == 200
    services.engine.status = "starting"
    answer = lab.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["code"] == "engine_not_ready"
    assert "starting" in answer.json()["detail"]

    def away():
        raise StoreError("no such file")

    monkeypatch.setattr(services.store, "check", away)
    assert lab.client.get("/readyz").json()["code"] == "store_unavailable"
    assert lab.client.get("/healthz").status_code == 200
