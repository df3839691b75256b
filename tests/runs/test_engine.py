"""The engine with real worker processes."""

import time
from collections.abc import Callable

import psutil
import pytest

from app.runs import log, queue, worker
from app.runs.engine import Engine
from app.runs.experiments import cancel, find_run, view
from app.runs.log import read_frames
from tests.runs import deadly

# Its queries are in the contract of both databases; test_cluster.py has it on PostgreSQL.
pytestmark = [pytest.mark.slow, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]

LONG = {
    "task": {"name": "adding", "length": 40},
    "training": {"steps": 20000, "batch_size": 4, "stop_when_solved": False},
}


def wait_for(condition: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def worker_processes() -> list[psutil.Process]:
    """Those of the engine in this process, not those of a server that other tests have started."""
    return [
        child
        for child in psutil.Process().children()
        if child.status() != psutil.STATUS_ZOMBIE and "spawn_main" in " ".join(child.cmdline())
    ]


@pytest.fixture
def engine(store):
    started = Engine(store, workers=2, scheduler="", max_attempts=2)
    started.start()
    yield started
    started.stop()
    wait_for(lambda: worker_processes() == [], 10)


def states(store, ids):
    return {find_run(store, run_id)[0].state for run_id in ids}


def test_runs_go_through_cancel_and_leave_no_process(store, submit, engine):
    _, waiting = submit(vary={"seed": [0, 1, 2]})  # before anything can compute
    wait_for(lambda: engine.ready)
    wait_for(lambda: states(store, waiting) == {"finished"})
    for run_id in waiting:
        assert [row.seq for row in read_frames(store, run_id, after=-1, limit=99)] == [*range(11)]

    experiment_id, running = submit(**LONG)
    engine.wake()
    wait_for(lambda: find_run(store, running[0])[0].seq >= 0)
    cancel(store, experiment_id)
    began = time.monotonic()
    wait_for(lambda: states(store, running) == {"cancelled"})
    assert time.monotonic() - began < 1.0
    reached = find_run(store, running[0])[0].seq

    # Asked again while the engine still holds the task that has just ended.
    submit(**LONG)
    engine.wake()
    wait_for(lambda: find_run(store, running[0])[0].seq > reached)
    assert find_run(store, running[0])[0].attempts == 2

    assert {*engine._handed_out, *engine._attempts_before} == {*running}, "the rest is over"

    began = time.monotonic()
    engine.stop()
    wait_for(lambda: worker_processes() == [], 10)
    assert time.monotonic() - began < 2.0
    assert states(store, running) == {"running"}  # for the next server to complete


def test_a_run_that_kills_its_workers_is_given_up_and_others_go_on(
    store, submit, engine, monkeypatch
):
    wait_for(lambda: engine.ready)
    monkeypatch.setattr(worker, "execute", deadly.execute)
    _, (killer,) = submit(seed=deadly.SEED)
    experiment_id, others = submit(vary={"seed": [2, 3, 4]})
    engine.wake()
    wait_for(lambda: view(store, experiment_id).state == "done")
    assert states(store, others) == {"finished"}
    wait_for(lambda: states(store, [killer]) == {"failed"})
    row = find_run(store, killer)[0]
    assert (row.error_code, row.error_message) == ("worker_lost", "its worker process died 2 times")
    wait_for(lambda: not (engine._futures or engine._handed_out or engine._attempts_before))


def test_stopped_workers_are_replaced_and_their_runs_given_up(store, submit):
    engine = Engine(store, workers=2, scheduler="", max_attempts=2, max_seconds=4.0)
    engine.start()
    try:
        wait_for(lambda: engine.ready)
        _, stopped = submit(**LONG, vary={"seed": [0, 1]})
        engine.wake()
        wait_for(lambda: all(find_run(store, run_id)[0].seq >= 0 for run_id in stopped))
        for process in worker_processes():
            process.suspend()
        # A worker stopped in the middle of a write keeps everybody else waiting for half a minute.
        wait_for(lambda: states(store, stopped) == {"failed"}, 90)
        row = find_run(store, stopped[0])[0]
        assert (row.error_code, row.error_message) == ("timeout", "it did not end within 4 s")
        kept = [frame.seq for frame in read_frames(store, row.id, after=-1, limit=10_000)]
        assert kept == list(range(row.seq + 1))
        engine._max_seconds = 600.0  # starting a process takes its time
        _, (after,) = submit(seed=5)
        engine.wake()
        wait_for(lambda: states(store, [after]) == {"finished"})
    finally:
        engine.stop()
        wait_for(lambda: worker_processes() == [], 10)


def test_a_worker_that_was_stopped_is_replaced_and_its_run_completed(store, submit, monkeypatch):
    monkeypatch.setattr("app.runs.cluster.STOPPED_AT_MOST", 1.0)
    engine = Engine(store, workers=1, scheduler="", max_attempts=3)
    engine.start()
    try:
        wait_for(lambda: engine.ready)
        _, (run_id,) = submit(**{**LONG, "training": {**LONG["training"], "steps": 2000}})
        engine.wake()
        wait_for(lambda: find_run(store, run_id)[0].seq >= 0)
        (stopped,) = worker_processes()
        stopped.suspend()
        wait_for(lambda: not stopped.is_running() or stopped.status() == psutil.STATUS_ZOMBIE)
        wait_for(lambda: states(store, [run_id]) == {"finished"}, 120)
        row = find_run(store, run_id)[0]
        assert row.attempts == 2
        kept = [frame.seq for frame in read_frames(store, run_id, after=-1, limit=10_000)]
        assert kept == list(range(row.seq + 1))
    finally:
        engine.stop()
        wait_for(lambda: worker_processes() == [], 10)


def test_an_engine_that_cannot_start_says_why_and_stops(store, monkeypatch):
    monkeypatch.setattr("app.runs.cluster.CONNECT_WITHIN", "500ms")
    engine = Engine(store, workers=1, scheduler="tcp://127.0.0.1:9", max_attempts=2)
    engine.start()
    wait_for(lambda: engine.status != "starting", 30)
    assert not engine.ready
    assert "Timed out" in engine.status
    engine.stop()
    assert engine.status == "stopping"


class Pending:
    status = "pending"


class SomeWorkers:
    """Workers that only remember which runs were to be taken from them."""

    def __init__(self):
        self.replaced = []

    def replace(self, run_ids):
        self.replaced += run_ids


def test_only_what_a_worker_has_begun_is_late(store, submit):
    _, (slow, waiting) = submit(vary={"seed": [0, 1]})
    engine = Engine(store, workers=1, scheduler="", max_attempts=2, max_seconds=60.0)
    now = time.monotonic()
    for run_id in (slow, waiting):
        engine._futures[run_id] = Pending()
        engine._handed_out[run_id] = now - 61
    log.claim(store, slow, {"kernels": "numpy"})
    due = queue.due(store, 2)
    assert [run.alive for run in due] == [True, False]
    engine._note_beginnings(due, now - 59)
    workers = SomeWorkers()
    engine._end_overdue(workers)
    assert states(store, [slow, waiting]) == {"running", "queued"}
    assert workers.replaced == [waiting], "a worker that hangs may have it"

    engine._note_beginnings(due, now)  # the same attempt began when it was first seen
    engine._began[slow] = (1, now - 61)
    engine._end_overdue(workers)
    assert states(store, [slow]) == {"failed"}
    assert states(store, [waiting]) == {"queued"}
    assert workers.replaced == [waiting, slow]


def test_another_attempt_has_its_own_time(store, submit):
    _, (run_id,) = submit()
    engine = Engine(store, workers=1, scheduler="", max_attempts=2, max_seconds=60.0)
    engine._futures[run_id] = Pending()
    for at in (1.0, 2.0):
        log.claim(store, run_id, {"kernels": "numpy"})
        engine._note_beginnings(queue.due(store, 1), at)
        engine._note_beginnings(queue.due(store, 1), at + 0.5)
        assert engine._began[run_id][1] == at
