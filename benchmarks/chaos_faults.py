"""What is done to a server and its workers at random moments."""

import random
import signal
import time
from collections import Counter
from collections.abc import Sequence

import psutil

from benchmarks.chaos_client import Viewer
from benchmarks.chaos_server import Lab

FAULTS = ("worker", "workers", "server", "drain", "freeze", "stall", "reset")
WEIGHTS = (6, 2, 2, 2, 2, 2, 3)
FROZEN = (1.0, 6.0)  # seconds
LONGEST_WAIT = 15.0  # seconds for all to be as before, then comes the next fault in any case


class Monkey:
    """Does one fault after the other, each at a random moment."""

    def __init__(self, lab: Lab, viewers: Sequence[Viewer], rng: random.Random) -> None:
        self._lab, self._viewers, self._rng = lab, viewers, rng
        self.done: Counter[str] = Counter()
        self.back: dict[str, list[float]] = {fault: [] for fault in FAULTS}
        self.drained: list[float] = []  # seconds from SIGTERM to the end

    def strike(self, fault: str) -> None:
        """Do it, and measure how long until all is as before."""
        readers = [viewer for viewer in self._viewers if not viewer.waits]
        connections = [viewer.connections for viewer in readers]
        workers = len(self._lab.workers())
        began = time.monotonic()
        getattr(self, f"_{fault}")()
        self.done[fault] += 1

        def is_back() -> bool:
            if fault in ("worker", "workers"):
                return len(self._lab.workers()) >= workers
            if fault in ("server", "drain", "reset"):
                return all(
                    viewer.connections > before or viewer.waits
                    for viewer, before in zip(readers, connections, strict=True)
                )
            return True

        while not is_back() and time.monotonic() < began + LONGEST_WAIT:
            time.sleep(0.02)
        self.back[fault].append(time.monotonic() - began)

    def _signal(self, processes: Sequence[psutil.Process], number: int) -> None:
        for process in processes:
            try:
                process.send_signal(number)
            except psutil.NoSuchProcess:
                continue

    def _worker(self) -> None:
        workers = self._lab.workers()
        self._signal(workers and [self._rng.choice(workers)], signal.SIGKILL)

    def _workers(self) -> None:
        self._signal(self._lab.workers(), signal.SIGKILL)

    def _server(self) -> None:
        self._lab.process.kill()
        self._lab.process.wait()
        self._lab.start()

    def _drain(self) -> None:
        began = time.monotonic()
        self._lab.process.terminate()
        self._lab.process.wait(30)
        self.drained.append(time.monotonic() - began)
        self._lab.start()

    def _freeze(self) -> None:
        workers = self._lab.workers()
        self._stop_a_while(workers and [self._rng.choice(workers)])

    def _stall(self) -> None:
        self._stop_a_while([psutil.Process(self._lab.process.pid)])

    def _stop_a_while(self, processes: Sequence[psutil.Process]) -> None:
        self._signal(processes, signal.SIGSTOP)
        time.sleep(self._rng.uniform(*FROZEN))
        self._signal(processes, signal.SIGCONT)

    def _reset(self) -> None:
        for viewer in self._viewers:
            viewer.reset()
