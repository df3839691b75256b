"""What surrounds every request."""

import socket

import pytest

from app.settings import Settings


@pytest.mark.parametrize("path", ["/healthz", "/docs", "/nope", "/api/v1/catalogue"])
def test_every_answer_carries_the_security_headers(shared, path):
    headers = shared.client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'self'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "access-control-allow-origin" not in headers
    assert "server" not in headers


@pytest.mark.parametrize("base", ["", "/course"])
def test_configured_origins_may_frame_what_is_made_for_frames(make, base):
    lab = make(frame_ancestors=("https://moodle.example",), base_path=base)

    def ancestors(path):
        policy = lab.client.get(path).headers["content-security-policy"]
        return policy.partition("frame-ancestors ")[2]

    for prefix in {"", base}:
        assert ancestors(f"{prefix}/embed/profile") == "'self' https://moodle.example"
        for other in ("/lab", "/embedded", "/healthz", "/api/v1/catalogue", "/nope"):
            assert ancestors(f"{prefix}{other}") == "'self'"


@pytest.mark.parametrize("path", ["/api/v1/catalogue", "/lab", "frames", "events"])
@pytest.mark.parametrize(
    ("accept", "taken"),
    [("gzip, br", True), ("*", True), ("identity", False), ("gzip;q=0, identity", False)],
)
def test_what_gains_by_it_is_compressed_for_those_who_take_it(shared, path, accept, taken):
    asked = shared.ask()
    run = asked["runs"][0]
    if run["state"] == "queued":
        shared.finish(run["id"], 30)
    path = {"frames": run["links"]["frames"], "events": asked["links"]["events"]}.get(path, path)
    answer = shared.client.get(path, headers={"Accept-Encoding": accept})
    assert answer.status_code == 200
    assert answer.headers.get("content-encoding") == ("gzip" if taken else None)
    assert "Accept-Encoding" in answer.headers["vary"]
    assert answer.content == shared.client.get(path, headers={"Accept-Encoding": ""}).content


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("lab.example", 200),
        ("LAB.example:8000", 200),
        ("[::1]", 200),
        ("[::1]:80", 200),
        ("127.0.0.1:8000", 200),
        ("10.0.0.7", 200),
        ("10.0.0.7.evil.example", 400),
        ("evil.example", 400),
        ("lab.example.evil", 400),
        ("lab.example.", 200),
        ("localhost", 200),
        ("LABSERVER:8000", 200),
        ("vgl.localhost:8000", 200),
        ("labserver.local", 200),
        ("web.course.svc.cluster.local", 200),
        ("lab.internal", 200),
        ("local", 200),
        ("notlocal.example", 400),
        ("evil.local.example", 400),
        ("1.2.3.4.example", 400),
        ("0x7f.1", 400),
        ("a/b c", 400),
        ("a@b", 400),
        ("", 400),
    ],
)
def test_only_known_names_are_answered(make, host, status):
    lab = make(allowed_hosts=("lab.example",))
    answer = lab.client.get("/healthz", headers={"Host": host})
    assert answer.status_code == status
    if status == 400:
        assert answer.json()["code"] == "host_not_allowed"
        assert "VGL_ALLOWED_HOSTS" in answer.json()["detail"]


@pytest.mark.parametrize(("settings", "status"), [({}, 400), ({"allowed_hosts": ("*",)}, 200)])
def test_a_name_that_was_pointed_here_is_not_answered_unless_any_is(make, settings, status):
    """DNS rebinding: a page whose name leads here is of our origin, for its browser."""
    lab = make(**settings)
    named = {"Host": "rebound.example", "Origin": "http://rebound.example"}
    assert lab.client.get("/", headers=named).status_code == status
    asked = lab.client.post("/api/v1/experiments", json={}, headers=named)
    assert asked.status_code == (status if status == 400 else 201)


def test_a_health_check_that_names_nobody_is_answered(lab):
    with socket.create_connection(("127.0.0.1", lab.client.base_url.port), timeout=10) as line:
        line.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("prefix", ["", "/courses/lab"])
def test_the_base_path_may_be_stripped_by_the_proxy_or_not(make, prefix):
    lab = make(base_path="/courses/lab")
    assert lab.client.get(f"{prefix}/healthz").status_code == 200
    assert lab.client.get(f"{prefix}/docs/start.js").status_code == 200
    asked = lab.client.post(f"{prefix}/api/v1/experiments", json={}).json()
    assert asked["links"]["self"].startswith("/courses/lab/api/v1/experiments/")
    assert lab.client.get(asked["links"]["self"]).status_code == 200
    assert lab.client.get(f"{prefix}/api/v1/experiments").status_code == 200
    assert lab.client.get("/courses/labhealthz").status_code == 404


def test_the_base_path_itself_leads_to_the_page(make):
    answer = make(base_path="/lab").client.get("/lab")
    assert (answer.status_code, answer.headers["location"]) == (307, "/lab/")


@pytest.mark.parametrize("path", ["..", "/a/../b", "/a//b", "/."])
def test_a_base_path_that_is_none(path):
    with pytest.raises(ValueError, match="plain path"):
        Settings(base_path=path)
