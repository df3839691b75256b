"""A distributed installation on one machine: PostgreSQL, a scheduler, workers, two web servers."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.runs.cluster import ONE_THREAD
from tests.conftest import ROOT, Server, free_port, start_server
from tests.postgres import Postgres

WORKERS = 3


class Cluster:
    """The processes of a distributed installation; any of them may be killed and started again."""

    def __init__(self, folder: Path, postgres: Postgres) -> None:
        self.folder, self.postgres = folder, postgres
        self.database = postgres.new_database()
        self.scheduler_address = f"tcp://127.0.0.1:{free_port()}"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.webs: list[Server] = []

    def start(self) -> None:
        self.start_scheduler()
        for _ in range(WORKERS):
            self.start_worker()
        with ThreadPoolExecutor(2) as pool:
            self.webs = list(pool.map(self.start_web, ("one", "two")))

    def _dask(self, *arguments: str) -> "subprocess.Popen[bytes]":
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("VGL_")}
        with (self.folder / "dask.log").open("ab") as out:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments, "--no-dashboard"],
                cwd=ROOT,
                env={**inherited, **ONE_THREAD, "VGL_DATABASE": self.database},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def start_scheduler(self) -> None:
        host, port = self.scheduler_address.removeprefix("tcp://").split(":")
        self.scheduler = self._dask("scheduler", "--host", host, "--port", port)

    def start_worker(self) -> None:
        self.workers.append(
            self._dask(
                "worker", self.scheduler_address, "--nthreads", "1", "--no-nanny",
                "--preload", "app.runs.worker", "--local-directory", str(self.folder),
                "--death-timeout", "30",
            )
        )  # fmt: skip

    def start_web(self, name: str) -> Server:
        return start_server(
            self.folder / name,
            VGL_DATABASE=self.database,
            VGL_SCHEDULER=self.scheduler_address,
            timeout=150,
        )

    def stop(self) -> None:
        for web in self.webs:
            web.stop()
        for process in (*self.workers, self.scheduler):
            kill(process)


def kill(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGKILL)
    process.wait(10)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Cluster]:
    """One installation for the tests of a module; each leaves it whole."""
    found = Cluster(tmp_path_factory.mktemp("cluster"), postgres)
    try:
        found.start()
        yield found
    finally:
        found.stop()
