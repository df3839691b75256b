"""Following the log: what a worker writes reaches every viewer, soon and once."""

import asyncio
import json
import threading
from contextlib import asynccontextmanager

from sqlalchemy import delete

from app.runs import log
from app.runs.experiments import cancel, view
from app.runs.feed import Missing
from app.runs.store import frames
from app.runs.tail import Tail

ALL = frozenset(range(12))


@asynccontextmanager
async def tailing(store, live_runs=12, **settings):
    tail = Tail(store, poll_interval=0.01, cache_bytes=10**7, live_runs=live_runs, **settings)
    tail.start()
    try:
        yield tail
    finally:
        await asyncio.to_thread(tail.stop)


class Viewer:
    """Reads a watch as an event stream would."""

    def __init__(self, tail, view):
        self.tail, self.watch = tail, tail.open(view)
        self.events = []

    async def connect(self, seqs=None):
        await asyncio.wait_for(self.watch.ready.wait(), 5)
        feed = self.watch.feed
        self.shown = ALL & frozenset(range(len(feed.run_ids)))
        self._take(chunk := feed.greeting(feed.start(seqs)))
        self.position = chunk.position
        return self

    def _take(self, chunk):
        for block in chunk.body.decode().split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.splitlines())
            if fields:
                self.events.append((fields["event"], json.loads(fields["data"])))

    async def until(self, condition):
        async with asyncio.timeout(10):
            while not condition(self):
                chunk = self.watch.feed.after(self.position, self.shown)
                if isinstance(chunk, Missing):
                    await self.tail.load(chunk)
                elif chunk is None:
                    await self.watch.changed()
                else:
                    self._take(chunk)
                    self.position = chunk.position
        return self

    @property
    def frames(self):
        return [value["seq"] for name, value in self.events if name == "frame"]

    @property
    def states(self):
        return [value["state"] for name, value in self.events if name == "state"]

    @property
    def ended(self):
        return self.events[-1][0] == "end"


def write(store, run_id, first, last, state="running"):
    writer = log.RunWriter(store, run_id, log.Claim({}, first - 1, 1, "numpy"))
    for seq in range(first, last + 1):
        body = json.dumps({"run": run_id, "seq": seq})
        writer.append(seq, seq, body, state=state if seq == last else "running")
    writer.flush()


def test_what_is_written_arrives_without_a_gap_or_a_repeat(store, submit):
    experiment_id, (run_id,) = submit()

    async def story():
        async with tailing(store) as tail:
            viewer = await Viewer(tail, view(store, experiment_id)).connect()
            log.claim(store, run_id, {"kernels": "numpy"})
            write(store, run_id, 0, 4)
            await viewer.until(lambda v: len(v.frames) == 5)
            write(store, run_id, 5, 200, "solved")
            await viewer.until(lambda v: v.ended)
            return viewer

    viewer = asyncio.run(story())
    assert viewer.frames == list(range(201))
    assert viewer.states == ["queued", "running", "solved"]


def test_late_viewers_share_what_is_read_from_the_log(store, submit, monkeypatch):
    experiment_id, (run_id,) = submit()
    pages = []
    read = log.read_frames

    def counted(*arguments, **page):
        pages.append(page["after"])
        return read(*arguments, **page)

    monkeypatch.setattr("app.runs.tail.read_frames", counted)
    log.claim(store, run_id, {"kernels": "numpy"})
    write(store, run_id, 0, 99, "finished")

    async def story():
        async with tailing(store) as tail:
            found = view(store, experiment_id)
            viewers = [await Viewer(tail, found).connect() for _ in range(20)]
            await asyncio.gather(*(viewer.until(lambda v: v.ended) for viewer in viewers))
            return viewers

    assert all(viewer.frames == list(range(100)) for viewer in asyncio.run(story()))
    assert pages == [-1, 31, 63, 95]


def test_cancelling_ends_a_stream_even_where_another_experiment_goes_on(store, submit):
    mine, ids = submit(vary={"seed": [0, 1]})
    submit(vary={"seed": [1, 2]})
    for run_id in ids:
        log.claim(store, run_id, {"kernels": "numpy"})

    async def story():
        async with tailing(store) as tail:
            viewer = await Viewer(tail, view(store, mine)).connect()
            cancel(store, mine)
            return await viewer.until(lambda v: v.ended)

    assert asyncio.run(story()).states == ["running", "running", "cancelled", "cancelled"]


def test_a_viewer_of_runs_that_are_asked_for_again_sees_them_go_on(store, submit):
    """Somebody still reads the end of a stopped experiment while another starts it again."""
    experiment_id, (run_id,) = submit()
    cancel(store, experiment_id)

    async def story():
        async with tailing(store) as tail:
            first = await Viewer(tail, view(store, experiment_id)).connect()
            submit()
            second = await Viewer(tail, view(store, experiment_id)).connect()
            log.claim(store, run_id, {"kernels": "numpy"})
            write(store, run_id, 0, 3, "solved")
            await second.until(lambda v: v.ended)
            return first, second

    first, second = asyncio.run(story())
    assert first.states == ["cancelled"]
    assert second.states[0] == "queued"
    assert second.frames == [0, 1, 2, 3]


def test_a_look_that_began_before_a_viewer_came_does_not_speak_to_him(store, submit, monkeypatch):
    """He has asked again for what was stopped; the look still says that it is."""
    experiment_id, _ = submit()
    cancel(store, experiment_id)
    look, looked, go_on = Tail._look, threading.Event(), threading.Event()

    def looking(tail, watches):
        news = look(tail, watches)
        looked.set()
        go_on.wait(5)
        return news

    async def story():
        async with tailing(store) as tail:
            first = await Viewer(tail, view(store, experiment_id)).connect()
            monkeypatch.setattr(Tail, "_look", looking)
            tail.open(view(store, experiment_id))  # somebody else, who has not asked
            await asyncio.to_thread(looked.wait, 5)
            submit()
            second = Viewer(tail, view(store, experiment_id))
            go_on.set()
            return first, await second.connect()

    first, second = asyncio.run(story())
    assert first.states == ["cancelled"]
    assert second.states == ["queued"]


def test_a_viewer_does_not_wait_for_all_who_come_after_him(store, submit):
    experiment_id, _ = submit()

    async def story():
        async with tailing(store) as tail, asyncio.timeout(5):
            found = view(store, experiment_id)
            ready = tail.open(found).ready
            while not ready.is_set():
                tail.open(found)
                await asyncio.sleep(0.001)

    asyncio.run(story())


def test_whoever_watches_frames_that_are_deleted_is_let_go(store, submit):
    experiment_id, (run_id,) = submit()
    log.claim(store, run_id, {"kernels": "numpy"})
    write(store, run_id, 0, 99, "finished")

    async def story():
        async with tailing(store) as tail:
            viewer = await Viewer(tail, view(store, experiment_id)).connect()
            await viewer.until(lambda v: len(v.frames) == 32)
            with store.writing() as connection:
                connection.execute(delete(frames))
            async with asyncio.timeout(5):
                while True:
                    chunk = viewer.watch.feed.after(viewer.position, viewer.shown)
                    if not isinstance(chunk, Missing):
                        return chunk
                    await tail.load(chunk)

    chunk = asyncio.run(story())
    assert chunk.ended
    assert b"event:" not in chunk.body


def test_a_grid_tells_progress_and_sends_no_frames_unasked(store, submit):
    experiment_id, ids = submit(vary={"seed": [0, 1, 2]})
    log.claim(store, ids[0], {"kernels": "numpy"})

    async def story():
        async with tailing(store, live_runs=2) as tail:
            viewer = await Viewer(tail, view(store, experiment_id)).connect()
            viewer.shown = frozenset()
            write(store, ids[0], 0, 4)
            await viewer.until(lambda v: any(value.get("step") == 4 for _, value in v.events))
            write(store, ids[0], 5, 9, "finished")
            await viewer.until(lambda v: "finished" in v.states)
            return viewer

    viewer = asyncio.run(story())
    assert viewer.frames == []
    sums = [value for name, value in viewer.events if name == "progress"]
    assert [(s["runs"], s["over"]) for s in (sums[0], sums[-1])] == [(3, 0), (3, 1)]
    assert (sums[-1]["finished"], sums[-1]["queued"]) == (1, 2)


def test_nothing_is_kept_of_an_experiment_that_nobody_watches(store, submit):
    experiment_id, _ = submit()

    async def story():
        async with tailing(store) as tail:
            viewers = [await Viewer(tail, view(store, experiment_id)).connect() for _ in range(3)]
            assert tail.viewers == 3
            for viewer in viewers:
                tail.close(viewer.watch)
            assert tail.viewers == 0
            assert tail._watches == {}

    asyncio.run(story())


def test_draining_is_safe_before_the_start_and_after_the_end(store):
    tail = Tail(store, poll_interval=0.01, cache_bytes=0, live_runs=12)
    tail.drain()
    assert tail.draining.is_set()

    async def story():
        tail.start()
        await asyncio.to_thread(tail.stop)

    asyncio.run(story())
    tail.drain()


def test_an_unforeseen_error_does_not_end_the_thread(store, submit, monkeypatch, caplog):
    experiment_id, _ = submit()
    monkeypatch.setattr("app.runs.tail.MINOR_EVERY", 0.01)
    look, failed = Tail._look, []

    def looking(tail, watches):
        if not failed:
            failed.append(True)
            raise ZeroDivisionError
        return look(tail, watches)

    monkeypatch.setattr(Tail, "_look", looking)

    async def story():
        async with tailing(store) as tail:
            return await Viewer(tail, view(store, experiment_id)).connect()

    assert asyncio.run(story()).states == ["queued"]
    assert failed
    assert "the log cannot be read" in caplog.text


def test_draining_wakes_everybody(store, submit):
    experiment_id, _ = submit()

    async def story():
        async with tailing(store) as tail:
            viewer = await Viewer(tail, view(store, experiment_id)).connect()
            waiting = asyncio.create_task(viewer.watch.changed())
            await asyncio.sleep(0)
            tail.drain()
            await asyncio.wait_for(waiting, 2)
            assert tail.draining.is_set()

    asyncio.run(story())
