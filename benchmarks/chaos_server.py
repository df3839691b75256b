"""The server that is ended and started while clients use it."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import psutil


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Lab:
    """The server: started, ended, and started again on the same port and database."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder, self._port = folder, port
        self.log = folder / "server.log"

    def start(self) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("VGL_")}
        environment |= {
            "VGL_DATABASE": f"sqlite:///{self._folder}/lab.db",
            "VGL_LESSON_RUNS": "false",
            "TMPDIR": str(self._folder),
        }
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app", "serve", "--port", str(self._port)],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=out,
            )

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}{path}", timeout=30) as answer:
            return json.load(answer)

    def wait_until_ready(self, seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while True:
            try:
                self.get("/readyz")
                return
            except OSError:
                assert time.monotonic() < deadline, self.log.read_text()[-5000:]
                time.sleep(0.1)

    def workers(self) -> list[psutil.Process]:
        found = []
        for child in psutil.Process(self.process.pid).children():
            try:
                if "spawn_main" in " ".join(child.cmdline()):
                    found.append(child)
            except psutil.NoSuchProcess:
                continue
        return found
