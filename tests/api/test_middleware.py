"""What surrounds every request."""

import contextlib
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


def test_configured_origins_may_frame(make):
    headers = make(frame_ancestors=("https://moodle.example",)).client.get("/healthz").headers
    assert "frame-ancestors 'self' https://moodle.example" in headers["content-security-policy"]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("lab.example", 200),
        ("LAB.example:8000", 200),
        ("[::1]", 200),
        ("[::1]:80", 200),
        ("evil.example", 400),
        ("lab.example.evil", 400),
        ("", 400),
    ],
)
def test_only_known_names_are_answered(make, host, status):
    lab = make(allowed_hosts=("lab.example", "[::1]"))
    answer = lab.client.get("/healthz", headers={"Host": host})
    assert answer.status_code == status
    if status == 400:
        assert answer.json()["code"] == "host_not_allowed"


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


def raw(lab, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", lab.client.base_url.port), timeout=5) as connection:
        received = b""
        with contextlib.suppress(OSError):  # refused, and closed, before it was all sent
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):  # it was not worth an answer
            while part := connection.recv(65536):
                received += part
    return received


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"POST /api/v1/experiments HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 300_000 + b"\r\n\r\n",
        b"\x00\x01\x02\r\n\r\n",
    ],
    ids=["no host", "two hosts", "two lengths", "large header", "no http"],
)
def test_what_is_not_http_is_refused_and_harms_nobody(shared, request_bytes):
    answer = raw(shared, request_bytes)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4"), answer[:80]
    assert shared.client.get("/healthz").status_code == 200
