"""What is not a request, comes too slowly or is far too large, byte by byte over a socket."""

import contextlib
import gzip
import json
import socket
import threading
import time

import pytest

from app.runs import log

EXPERIMENTS = b"POST /api/v1/experiments HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
MEGABYTE = b"x" * 1_000_000


def exchange(lab, *parts, timeout=8.0):
    """Send bytes as a careless client does, all of them, and then read; (status, head, body)."""
    with socket.create_connection(("127.0.0.1", lab.client.base_url.port), timeout=timeout) as line:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for part in parts:
                line.sendall(part)
        received = b""
        while part := line.recv(65536):
            received += part
            if b"connection: close" not in received.lower() and b"\r\n\r\n" in received:
                break
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head[9:12]), head.lower(), body


CASES = {
    "no host": (b"GET /healthz HTTP/1.1\r\n\r\n", 400, "invalid_http", "Host"),
    "two hosts": (
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        400,
        "invalid_http",
        "Host",
    ),
    "two lengths": (
        EXPERIMENTS + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
        "invalid_http",
        "Transfer-Encoding",
    ),
    "different lengths": (
        EXPERIMENTS + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        400,
        "invalid_http",
        "Content-Length",
    ),
    "a length that is none": (
        EXPERIMENTS + b"Content-Length: -2\r\n\r\n{}",
        400,
        "invalid_http",
        "Content-Length",
    ),
    "an encoding nobody knows": (
        EXPERIMENTS + b"Transfer-Encoding: gzip\r\n\r\n{}",
        501,
        "invalid_http",
        "Transfer-Encoding",
    ),
    "a chunk that is none": (
        EXPERIMENTS + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        400,
        "invalid_http",
        "HTTP",
    ),
    "a line feed in a header": (
        b"GET / HTTP/1.1\r\nHost: a\r\nX: a\nb: c\0\r\n\r\n",
        400,
        "invalid_http",
        "HTTP",
    ),
    "a head of 3 MB": (
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + 3 * MEGABYTE + b"\r\n\r\n",
        431,
        "headers_too_large",
        "head",
    ),
    "no HTTP": (b"\x00\x01\x02\r\n\r\n", 400, "invalid_http", "HTTP"),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, "invalid_http", "HTTP"),
    "a declared 50 MB": (
        EXPERIMENTS + b"Content-Length: 50000000\r\n\r\n" + 50 * MEGABYTE,
        413,
        "body_too_large",
        "1000000",
    ),
    "50 MB in chunks": (
        EXPERIMENTS
        + b"Transfer-Encoding: chunked\r\n\r\n"
        + (b"f4240\r\n" + MEGABYTE + b"\r\n") * 50,
        413,
        "body_too_large",
        "1000000",
    ),
    "a body in chunks of one byte": (
        EXPERIMENTS + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 900_000,
        400,
        "invalid_http",
        "10000 chunks",
    ),
    "a gzip bomb": (
        EXPERIMENTS
        + b"Connection: close\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b"
        % (len(bomb := gzip.compress(bytes(10**8), 9)), bomb),
        415,
        "compressed_body",
        "Compressed",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_a_request_is_answered_as_a_problem_within_a_second(shared, case, caplog):
    sent, status, code, word = CASES[case]
    began = time.process_time()  # of the server too, which is a thread of this process
    found, head, body = exchange(shared, sent)
    problem = json.loads(body)
    assert (found, problem["code"], problem["status"]) == (status, code, status)
    assert b"content-type: application/problem+json" in head
    assert word in problem["detail"]
    for name in ("x-request-id", "content-security-policy", "x-content-type-options"):
        assert head.count(f"\r\n{name}: ".encode()) == 1
    assert time.process_time() - began < 1.0
    assert shared.client.get("/healthz").status_code == 200
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ",
        EXPERIMENTS + b"Content-Length: 100\r\n\r\n{",
        EXPERIMENTS + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n{",
    ],
    ids=["head", "body", "chunk"],
)
def test_a_request_that_comes_too_slowly_is_ended(make, sent, caplog):
    lab = make(request_timeout=0.2)
    with socket.create_connection(("127.0.0.1", lab.client.base_url.port), timeout=10) as line:
        received, began = b"", time.monotonic()
        line.settimeout(0.02)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            line.sendall(sent)
            while time.monotonic() - began < 10:
                line.sendall(b" ")  # a byte now and then gains no time
                with contextlib.suppress(TimeoutError):
                    part = line.recv(65536)
                    received += part
                    if not part:
                        break
    assert received.startswith(b"HTTP/1.1 408 ")
    assert json.loads(received.partition(b"\r\n\r\n")[2])["code"] == "request_timeout"
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("rest", [b"zz\r\n", b""], ids=["not HTTP", "nothing"])
def test_a_body_without_end_is_ended_also_when_it_has_its_answer(make, rest, caplog):
    lab = make(request_timeout=0.3)
    early = b"POST /api/v1/experiments HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection(("127.0.0.1", lab.client.base_url.port), timeout=10) as line:
        line.sendall(early + b"1\r\n{\r\n")
        received = line.recv(65536)
        line.sendall(rest)
        while part := line.recv(65536):
            received += part
    assert received.count(b"HTTP/1.1 ") == 1 and received.startswith(b"HTTP/1.1 415 ")
    wait_for(lambda: not lab.server.server_state.connections)
    assert "Traceback" not in caplog.text


def test_a_connection_that_asks_nothing_is_closed(make):
    lab = make(request_timeout=0.1)
    with socket.create_connection(("127.0.0.1", lab.client.base_url.port), timeout=10) as line:
        assert line.recv(100) == b""


def test_a_slow_stream_is_not_a_slow_request(make):
    lab = make(request_timeout=0.1, heartbeat=0.2)
    with lab.client.stream("GET", lab.ask()["links"]["events"]) as answer:
        beats = (line for line in answer.iter_lines() if line == "event: heartbeat")
        assert [next(beats) for _ in range(4)]


def stream_of_much(lab, line):
    """Open a stream whose end is far, and have 8 MB written for it."""
    asked = lab.ask()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect(("127.0.0.1", lab.client.base_url.port))
    line.sendall(f"GET {asked['links']['events']} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    run_id = asked["runs"][0]["id"]
    writer = log.RunWriter(lab.store, run_id, log.claim(lab.store, run_id, {"kernels": "numpy"}))
    for seq in range(80):
        body = f'{{"run":"{run_id}","seq":{seq},"padding":"{"x" * 100_000}"}}'
        writer.append(seq, seq, body, state="running")
    writer.flush()


def wait_for(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def test_who_reads_nothing_is_let_go(make):
    lab = make(send_timeout=0.3, slow_after=100)
    tail = lab.app.state.services.tail
    with socket.socket() as line:
        stream_of_much(lab, line)
        wait_for(lambda: tail.viewers == 0)
        wait_for(lambda: not lab.server.server_state.connections)


def test_who_reads_slowly_is_kept(make):
    lab = make(send_timeout=0.5, slow_after=100)
    tail = lab.app.state.services.tail
    with socket.socket() as line:
        writing = threading.Thread(target=stream_of_much, args=(lab, line))
        writing.start()
        wait_for(lambda: tail.viewers == 1)
        received, began = 0, time.monotonic()
        while time.monotonic() - began < 3:
            received += len(line.recv(50_000))
            time.sleep(0.05)
        writing.join()
        assert tail.viewers == 1
        assert received < 8_000_000  # not everything: it waited for him all the time


def test_requests_in_a_row_on_one_connection(shared):
    request = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    with socket.create_connection(("127.0.0.1", shared.client.base_url.port), timeout=10) as line:
        line.sendall(request * 3)
        received = b""
        while received.count(b'{"status":"ok"}') < 3:
            part = line.recv(65536)
            assert part
            received += part


def connected(lab, count, stack):
    address = ("127.0.0.1", lab.client.base_url.port)
    return [stack.enter_context(socket.create_connection(address, 10)) for _ in range(count)]


def refusal_of(line):
    received = b""
    while part := line.recv(65536):
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head[9:12]), json.loads(body)["code"], b"\r\nretry-after: 5" in head.lower()


@pytest.mark.parametrize(
    ("settings", "status"),
    [
        ({"max_client_connections": 20, "trusted_proxies": ()}, 429),
        ({"max_connections": 20}, 503),
    ],
)
def test_connections_beyond_the_limit_are_refused_and_free_again_when_some_end(
    make, settings, status
):
    lab = make(**settings)
    with contextlib.ExitStack() as stack:
        lines = connected(lab, 20, stack)
        wait_for(lambda: len(lab.server.server_state.connections) == 20)
        (last,) = connected(lab, 1, stack)
        assert refusal_of(last) == (status, "too_many_connections", True)
        lines[0].sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        assert lines[0].recv(100).startswith(b"HTTP/1.1 200 ")
    wait_for(lambda: not lab.server.server_state.connections)
    assert lab.client.get("/healthz").status_code == 200


def test_a_trusted_proxy_connects_for_everybody(make):
    lab = make(max_client_connections=1)
    with contextlib.ExitStack() as stack:
        connected(lab, 20, stack)
        assert lab.client.get("/healthz").status_code == 200


def test_1500_clients_who_connect_and_reset_leave_nothing_behind(shared):
    address = ("127.0.0.1", shared.client.base_url.port)
    reset = b"\x01\x00\x00\x00\x00\x00\x00\x00"  # SO_LINGER with 0 s: close sends a reset
    request = b"GET /api/v1/catalogue HTTP/1.1\r\nHost: a\r\n"
    for number in range(1500):
        with socket.create_connection(address, timeout=10) as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
            if number % 3:
                line.sendall(request + (b"\r\n" if number % 3 == 2 else b""))
    deadline = time.monotonic() + 20
    while len(shared.server.server_state.connections) > 1:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert shared.client.get("/healthz").status_code == 200
