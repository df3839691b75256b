"""Follow the log: one thread per process looks for what is new and wakes every viewer of it.

The thread asks the database whether anything was committed since the last look (``commits``), and
reads rows only when something was. What it found goes to those who watch (``watch``).
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Row, select

from app.runs import queue
from app.runs.commits import commit_counter
from app.runs.experiments import ExperimentView
from app.runs.feed import FRAMES_PER_CHUNK, FrameCache, Missing, frame_piece
from app.runs.log import read_frames
from app.runs.store import Store, experiments, runs
from app.runs.watch import MINOR_EVERY, News, Watch
from app.runs.wire import Piece

log = logging.getLogger(__name__)

FRAMES_AT_ONCE = 64  # read ahead for the viewers; who is further behind reads for himself


class Tail:
    """The viewers of this process, and the thread that looks at the log for them.

    Parameters
    ----------
    store : Store
    poll_interval : float
        Seconds between two looks.
    cache_bytes : int
        Memory for encoded frames.
    live_runs : int
        An experiment of more runs is a grid: its stream tells progress.
    wake_every : float
        Seconds of silence after which viewers are woken to say that they are still there.
    """

    def __init__(
        self,
        store: Store,
        *,
        poll_interval: float,
        cache_bytes: int,
        live_runs: int,
        wake_every: float = 15.0,
    ) -> None:
        self._store, self._live_runs, self._wake_every = store, live_runs, wake_every
        self._pause = poll_interval
        self._cache = FrameCache(cache_bytes)
        self._watches: dict[str, Watch] = {}
        self._loading: dict[Missing, asyncio.Task[None]] = {}
        self._opened = 0
        self._known: dict[str, int] = {}  # run → last frame seen; belongs to the thread
        self._wake = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.draining = asyncio.Event()
        # Seconds from the last question to the log until viewers had what it found.
        self.lag = 0.0

    def start(self) -> None:
        """Start the thread; called in the event loop of the viewers."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="tail", daemon=True)
        self._thread.start()
        self._beat(self._loop)

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wake everybody now and then: one timer for all, where each had one per frame."""
        for watch in self._watches.values():
            watch.wake()
        loop.call_later(self._wake_every, self._beat, loop)

    def stop(self) -> None:
        """End the thread."""
        self._stopping = True
        self._wake.set()
        if self._thread:
            self._thread.join(timeout=2)

    def drain(self) -> None:
        """Tell every viewer that this process is going; safe to call from a signal handler."""
        if self._loop is None:  # stopped while it starts: nobody waits yet
            self.draining.set()
            return
        with suppress(RuntimeError):  # the loop is closed: everybody is gone
            self._loop.call_soon_threadsafe(self._drain)

    def _drain(self) -> None:
        self.draining.set()
        for watch in self._watches.values():
            watch.wake()

    @property
    def viewers(self) -> int:
        """Open event streams of this process."""
        return sum(watch.viewers for watch in list(self._watches.values()))  # any thread asks

    def open(self, view: ExperimentView) -> Watch:
        """Begin to watch an experiment; wait for ``ready`` before using its feed."""
        watch = self._watches.get(view.experiment.id)
        if watch is None:
            is_grid = len(view.runs) > self._live_runs
            watch = Watch(view, self._cache, is_grid=is_grid)
            self._watches[watch.experiment_id] = watch
        watch.viewers += 1
        # Runs that had ended may have been asked for again: this viewer waits for a fresh look.
        self._opened += 1
        watch.arrive(self._opened)
        self._wake.set()
        return watch

    def close(self, watch: Watch) -> None:
        """One viewer has left."""
        watch.viewers -= 1
        if watch.viewers == 0:
            del self._watches[watch.experiment_id]

    async def load(self, missing: Missing) -> None:
        """Read a page of frames for whoever needs it; viewers who need the same page share it."""
        task = self._loading.get(missing)
        if task is None:
            task = asyncio.create_task(self._load(missing))
            self._loading[missing] = task
            task.add_done_callback(lambda _: self._loading.pop(missing, None))
        await asyncio.shield(task)

    async def _load(self, missing: Missing) -> None:
        def read() -> list[tuple[int, Piece]]:
            page = {"after": missing.seq, "limit": FRAMES_PER_CHUNK}
            rows = read_frames(self._store, missing.run_id, **page)
            return [(seq, frame_piece(body)) for seq, body in rows]

        found = await asyncio.to_thread(read)
        for seq, frame in found:
            self._cache.put(missing.run_id, seq, frame)
        if not found or found[0][0] != missing.seq + 1:
            for watch in self._watches.values():
                watch.feed.lose(missing)

    # ------------------------------------------------------------------ event loop

    def _apply(self, news: News) -> None:
        now = time.monotonic()
        for run_id, seq, frame in news.frames:
            self._cache.put(run_id, seq, frame)
        for watch in self._watches.values():
            # A watch that was opened during the look is served by the next one.
            if watch.experiment_id in news.cancelled and all(
                run_id in news.runs for run_id in watch.feed.run_ids
            ):
                watch.take(news, now)
        self.lag = now - news.asked_at

    # ------------------------------------------------------------------ thread

    def _run(self) -> None:
        while not self._stopping:
            try:
                with commit_counter(self._store) as count_commits:
                    self._follow(count_commits)
            # Whatever it is: without this thread every viewer would wait for ever.
            except Exception:
                log.exception("the log cannot be read")
                self._wake.wait(MINOR_EVERY)
                self._wake.clear()

    def _follow(self, count_commits: Callable[[], object]) -> None:
        assert self._loop is not None
        seen, looked_at = None, -float("inf")
        while not self._stopping:
            # A copy: the event loop changes the dictionary.
            watches = [watch for watch in list(self._watches.values()) if _may_change(watch)]
            pause = self._pause if watches else None
            count, now = count_commits(), time.monotonic()
            fresh = any(not watch.ready.is_set() for watch in watches)
            overdue = now - looked_at >= MINOR_EVERY
            if watches and (fresh or overdue or count != seen):
                news = self._look(watches)
                seen, looked_at = count, now
                # However much is watched, looking takes at most a fifth of one core.
                pause = max(self._pause, 4 * (time.monotonic() - now))
                with suppress(RuntimeError):  # the loop is closed: we are stopping
                    self._loop.call_soon_threadsafe(self._apply, news)
            self._wake.wait(pause)
            self._wake.clear()

    def _look(self, watches: Sequence[Watch]) -> News:
        news = News(self._opened)
        wanted = {run_id for watch in watches for run_id in watch.feed.run_ids}
        live = {run_id for watch in watches if not watch.is_grid for run_id in watch.feed.run_ids}
        with self._store.reading() as connection:
            ids = [watch.experiment_id for watch in watches]
            for experiment in connection.execute(
                select(experiments.c.id, experiments.c.cancelled_at).where(
                    experiments.c.id.in_(ids)
                )
            ):
                news.cancelled[experiment.id] = experiment.cancelled_at is not None
            for run in connection.execute(select(runs).where(runs.c.id.in_(wanted))):
                news.runs[run.id] = run
            if any(run.state == "queued" for run in news.runs.values()):
                news.positions = queue.positions(connection)
        for run_id in live & news.runs.keys():
            news.frames.extend(self._frames_of(news.runs[run_id]))
        self._known = {run_id: run.seq for run_id, run in news.runs.items()}
        return news

    def _frames_of(self, run: Row[Any]) -> Iterable[tuple[str, int, Piece]]:
        """Read what was added since the last look; nothing at the first one."""
        known = self._known.get(run.id, run.seq)
        if run.seq > known:
            for seq, body in read_frames(self._store, run.id, after=known, limit=FRAMES_AT_ONCE):
                yield run.id, seq, frame_piece(body)


def _may_change(watch: Watch) -> bool:
    return not (watch.ready.is_set() and watch.feed.final)
