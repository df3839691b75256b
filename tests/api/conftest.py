"""The application without worker processes: what is asked for is stored, and waits."""

import dataclasses
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.main import Server, create_app, make_server
from app.runs import log
from app.runs.engine import Engine
from app.settings import Settings

SMALL = {
    "task": {"name": "adding", "length": 6},
    "model": {"cell": "lstm", "hidden_size": 3},
    "training": {"steps": 20, "batch_size": 4, "stop_when_solved": False},
    "frame_every": 2,
}


class IdleEngine(Engine):
    """Is ready, and computes nothing."""

    def __init__(self) -> None:
        self.status, self.workers = "ready", 1
        self.woken = 0

    def start(self) -> None:
        pass

    def wake(self) -> None:
        self.woken += 1

    def stop(self, timeout: float = 0.0) -> None:
        self.status = "stopping"


@dataclasses.dataclass
class Lab:
    """An application served in this process, a client, and a hand that plays the worker."""

    app: FastAPI
    server: Server
    thread: threading.Thread
    client: httpx.Client

    @property
    def store(self) -> Any:
        return self.app.state.services.store

    def post(self, body: Any) -> httpx.Response:
        return self.client.post("/api/v1/experiments", json=body)

    def ask(self, vary: dict[str, Any] | None = None, **base: Any) -> Any:
        """Ask for a small experiment; its JSON."""
        answer = self.post({"base": {**SMALL, **base}, "vary": vary or {}})
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def finish(self, run_id: str, count: int = 3, state: str = "finished") -> None:
        """Write frames as a worker would."""
        claim = log.claim(self.store, run_id, {"kernels": "numpy", "numpy": "x"})
        assert claim is not None
        writer = log.RunWriter(self.store, run_id, claim)
        for seq in range(count):
            ends = seq == count - 1
            body = (
                f'{{"run":"{run_id}","seq":{seq},"step":{seq * 2},'
                f'"state":"{state if ends else "running"}","loss":0.5,"metric":null,'
                f'"grad_h":[0.1,0.2],"grad_c":null,"retention_h":-1.5}}'
            )
            writer.append(seq, seq * 2, body, state=state if ends else "running")


@contextmanager
def opened(folder: Path, **settings: Any) -> Iterator[Lab]:
    """An application on a free port of this machine, for the length of a ``with`` block."""
    # Only what a test asks for is in the queue.
    chosen = Settings(
        **{"database": f"sqlite:///{folder}/log.db", "port": 0, "workers": 1, "lesson_runs": False}
        | settings
    )
    app = create_app(chosen, engine=IdleEngine())
    server = make_server(app, chosen)
    thread = threading.Thread(target=server.run, name="server")
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < deadline, "the server is too slow"
        time.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
        yield Lab(app, server, thread, client)
    server.should_exit = True
    thread.join(20)
    assert not thread.is_alive()


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Lab]]:
    """``make(max_runs=3)`` → a Lab with these settings."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(opened(tmp_path, **settings))


@pytest.fixture
def lab(make: Callable[..., Lab]) -> Lab:
    return make()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One Lab for the tests of a module that leave nothing behind."""
    with opened(tmp_path_factory.mktemp("lab")) as found:
        yield found
