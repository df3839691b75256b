"""An experiment that somebody is looking at: what was found of it, and who waits for more."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row

from app.runs.experiments import ExperimentView
from app.runs.feed import Feed, FrameCache, RunNow
from app.runs.store import UNFINISHED
from app.runs.views import run_status
from app.runs.wire import Piece

# Positions in the queue, and the progress of a grid, are told at most this often.
MINOR_EVERY = 1.0  # seconds


@dataclass
class News:
    """What one look at the log found."""

    opened: int  # how many viewers had come when the look began
    asked_at: float = field(default_factory=time.monotonic)
    runs: dict[str, Row[Any]] = field(default_factory=dict)
    cancelled: dict[str, bool] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)
    frames: list[tuple[str, int, Piece]] = field(default_factory=list)


class Watch:
    """One experiment that somebody is looking at; lives in the event loop."""

    def __init__(self, view: ExperimentView, cache: FrameCache, *, is_grid: bool) -> None:
        self.experiment_id: str = view.experiment.id
        self.labels = [run.label for run in view.runs]
        self.feed = Feed([run.id for run in view.runs], cache, is_grid=is_grid)
        self.is_grid = is_grid
        self.viewers = 0
        # Set once the feed is as new as the latest viewer; of each of those still to be served, by
        # the number of his arrival. One for all would not be set while more keep coming.
        self.ready = asyncio.Event()
        self._arriving: deque[tuple[int, asyncio.Event]] = deque()
        self._waiting: set[asyncio.Future[None]] = set()
        # Per run: what was found at the last look, and what viewers were told of it.
        self._seen: list[tuple[Any, ...]] = [()] * len(self.labels)
        self._told: list[tuple[Any, ...]] = [()] * len(self.labels)
        self._minor: list[int | None] = [None] * len(self.labels)
        self._minor_at = -float("inf")

    async def changed(self) -> None:
        """Wait until there may be something new, or a sign of life is due."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await future
        finally:
            self._waiting.discard(future)

    def arrive(self, number: int) -> None:
        """Let the next viewer wait for a look that begins after he came."""
        self.ready = asyncio.Event()
        self._arriving.append((number, self.ready))

    def wake(self) -> None:
        """Wake every viewer who waits now."""
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def take(self, news: News, now: float) -> None:
        """Bring the feed to what the log holds."""
        present, told = [], []
        cancelled = news.cancelled[self.experiment_id]
        minor_is_due = now - self._minor_at >= MINOR_EVERY
        for index, run_id in enumerate(self.feed.run_ids):
            row, position = news.runs[run_id], news.positions.get(run_id)
            if (row, position, cancelled) == self._seen[index]:
                run = self.feed.now[index]  # most runs of a grid, most of the time
            else:
                self._seen[index] = (row, position, cancelled)
                run = self._run_now(index, row, position, cancelled)
            present.append(run)
            major = (run.state, row.attempts, row.error_code)
            minor = row.step if self.is_grid else position
            tell = major != self._told[index] or (minor_is_due and minor != self._minor[index])
            told.append(tell)
            if tell:
                self._told[index], self._minor[index] = major, minor
        if minor_is_due and any(told):
            self._minor_at = now
        changed = self.feed.update(present, told)
        # A look that began before a viewer came may not know what he has asked for.
        while self._arriving and self._arriving[0][0] <= news.opened:
            self._arriving.popleft()[1].set()
        if changed:
            self.wake()

    def _run_now(self, index: int, row: Row[Any], position: int | None, cancelled: bool) -> RunNow:
        status = {
            "run": self.feed.run_ids[index],
            **run_status(row, self.labels[index], position),
        }
        if cancelled and row.state in UNFINISHED:
            # Another experiment still wants this run; here it has ended.
            status["state"] = "cancelled"
        return RunNow(status["state"], status["state"] not in UNFINISHED, row.seq, status)
