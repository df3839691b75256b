"""What every test may ask for: ``require``, a browser's program, and a server of its own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.postgres import MISSING, Postgres, find_programs, running_postgres

# As in a worker, and before NumPy is imported: at these sizes a second BLAS thread only waits, and
# on a busy machine it makes a training run ten times slower.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

ROOT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}

Require = Callable[[object, str], None]


def _require(condition: object, reason: str) -> None:
    """Skip with a reason on a person's machine; fail in CI, where nothing may be skipped."""
    if condition:
        return
    if IN_CI:
        pytest.fail(f"{reason} (CI=true: this must not be skipped)", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def require() -> Require:
    """``require(condition, "what is missing and how to get it")``: the only way to skip."""
    return _require


# --------------------------------------------------------------------------- browser


def _chromium() -> str | None:
    """Path of the browser: $VGL_CHROMIUM, the system's, or "" for Playwright's own."""
    given = os.environ.get("VGL_CHROMIUM")
    if given:
        return shutil.which(given)
    system = shutil.which("chromium", path="/usr/bin")
    if system:
        return system
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return "" if Path(playwright.chromium.executable_path).exists() else None


@pytest.fixture(scope="session")
def chromium(require: Require) -> str | None:
    """Executable for Playwright's ``launch(executable_path=…)``; None means its own download."""
    found = _chromium()
    require(
        found is not None,
        "Chromium is missing: apt install chromium, or python -m playwright install chromium, "
        "or VGL_CHROMIUM=/path/to/chromium",
    )
    return found or None


# --------------------------------------------------------------------------- database


@pytest.fixture(scope="session")
def postgres(require: Require) -> Iterator[Postgres]:
    """A PostgreSQL that serves all tests; each makes databases of its own in it."""
    require(find_spec("psycopg"), "psycopg is missing: sh scripts/venv.sh requirements-dev.txt")
    programs = find_programs()
    require(programs, MISSING)
    assert programs is not None
    with running_postgres(programs, free_port()) as found:
        yield found


# --------------------------------------------------------------------------- server


@dataclass
class Server:
    """A running ``python -m app serve``."""

    url: str  # without a slash at the end
    database: Path
    log: Path
    process: "subprocess.Popen[bytes]"

    def kill(self) -> None:
        """SIGKILL, as a crash or the out-of-memory killer would."""
        self.process.kill()
        self.process.wait()

    def stop(self, timeout: float = 15.0) -> int:
        """SIGTERM, then the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the server ignored SIGTERM:\n{self.log.read_text()}") from None


def free_port() -> int:
    """A TCP port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# No proxy of the environment between a test and its server.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def start_server(
    folder: Path, *, timeout: float = 180.0, port: int | None = None, **environment: str
) -> Server:
    """Start the application with its database in `folder` and wait until it is ready."""
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    database = folder / "vgl.db"
    log = folder / "server.log"
    # Settings of the person who runs the tests must not leak in.
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("VGL_")}
    settings = {
        "VGL_DATABASE": f"sqlite:///{database}",
        "VGL_LESSON_RUNS": "false",  # two minutes of training that no other test needs
        "TMPDIR": str(folder),
        **environment,
    }
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "serve", "--host", "127.0.0.1", "--port", str(port)],
            cwd=ROOT,
            env={**inherited, **settings},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    server = Server(f"http://127.0.0.1:{port}", database, log, process)
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"the server ended at its start:\n{log.read_text()}")
        try:
            with _direct.open(f"{server.url}/readyz", timeout=2):
                return server
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    server.kill()
    raise AssertionError(f"the server was not ready after {timeout:g} s:\n{log.read_text()}")


@contextmanager
def running(folder: Path, **options: Any) -> Iterator[Server]:
    """A server for the length of a ``with`` block."""
    server = start_server(folder, **options)
    try:
        yield server
    finally:
        server.stop()


StartServer = Callable[..., Server]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[StartServer]:
    """``start(VGL_…="…", port=…) -> Server``: servers of one test's own on one database."""
    started: list[Server] = []

    def begin(**options: Any) -> Server:
        started.append(start_server(tmp_path / "server", **options))
        return started[-1]

    yield begin
    for server in started:
        server.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One running server for the tests of a module."""
    with running(tmp_path_factory.mktemp("server")) as instance:
        yield instance


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One running server for all tests that only use it as its clients do."""
    with running(tmp_path_factory.mktemp("standing")) as instance:
        yield instance
