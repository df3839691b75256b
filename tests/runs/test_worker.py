"""A worker: computes a run, and leaves a log from which it can be computed again."""

import json
import os
import subprocess
import sys

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from app.core.spec import RunSpec
from app.core.trainer import train
from app.core.wire import frame_to_json
from app.runs import log, worker
from app.runs.experiments import cancel, find_run
from app.runs.store import StoreError, frames, runs


@pytest.fixture(autouse=True)
def environment(database, monkeypatch):
    monkeypatch.setenv("VGL_DATABASE", database)
    yield
    worker._store(database).close()
    worker._store.cache_clear()


def undisturbed(store, run_id):
    """The frames of a run as nothing but the core computes them."""
    spec = RunSpec.from_dict(json.loads(find_run(store, run_id)[0].spec))
    return [frame_to_json(frame, run_id) for frame in train(spec)]


def stored(store, run_id):
    with store.reading() as connection:
        query = select(frames.c.body).where(frames.c.run_id == run_id).order_by(frames.c.seq)
        return list(connection.scalars(query))


def test_a_run_is_computed_and_recorded(store, submit):
    _, (run_id,) = submit()
    assert worker.execute(run_id) == "finished"
    row = find_run(store, run_id)[0]
    assert (row.state, row.step, row.seq, row.attempts) == ("finished", 20, 10, 1)
    assert stored(store, run_id) == undisturbed(store, run_id)
    assert {"engine", "numpy", "blas", "cpu", "python"} <= json.loads(row.provenance).keys()


def test_a_run_that_was_interrupted_is_completed_as_if_it_had_not_been(store, submit):
    _, (run_id,) = submit()
    expected = undisturbed(store, run_id)
    writer = log.RunWriter(store, run_id, log.claim(store, run_id, {"kernels": "numpy"}))
    for seq, body in enumerate(expected[:4]):
        writer.append(seq, seq * 2, body, state="running")
    writer.flush()
    assert worker.execute(run_id) == "finished"
    assert stored(store, run_id) == expected
    assert find_run(store, run_id)[0].attempts == 2


def test_an_attempt_that_was_believed_dead_gives_way(store, submit, monkeypatch):
    _, (run_id,) = submit()
    expected = undisturbed(store, run_id)
    computed = []

    def interrupted(spec, *, should_stop, kernels):
        for frame in train(spec, should_stop=should_stop, kernels=kernels):
            computed.append(frame.seq)
            if frame.seq == 3:
                monkeypatch.setattr(worker, "train", train)
                monkeypatch.setattr(log, "ASK_EVERY", 0.0)
                assert worker.execute(run_id) == "finished"  # another worker, meanwhile
            yield frame

    monkeypatch.setattr(worker, "train", interrupted)
    assert worker.execute(run_id) == "superseded"
    assert computed == [0, 1, 2, 3], "it did not go on for nothing"
    assert stored(store, run_id) == expected


def test_a_finished_run_is_left_alone(store, submit):
    _, (run_id,) = submit()
    worker.execute(run_id)
    assert worker.execute(run_id) == "not wanted"
    assert worker.execute("0" * 16) == "not wanted"


def test_a_diverged_run_is_a_result(store, submit):
    _, (run_id,) = submit(
        task={"name": "adding", "length": 30},
        model={"cell": "rnn", "hidden_size": 8, "activation": "linear", "gain": 10.0},
        training={
            "steps": 20,
            "batch_size": 4,
            "clip_norm": None,
            "optimiser": "sgd",
            "learning_rate": 1.0,
        },
    )
    assert worker.execute(run_id) == "diverged"
    row = find_run(store, run_id)[0]
    assert row.state == "diverged"
    assert row.step < 20
    last = json.loads(stored(store, run_id)[-1])
    assert last["state"] == "diverged"
    assert last["nonfinite"]


@pytest.mark.parametrize(
    "model",
    [
        {"cell": "rnn", "activation": "relu"},
        {"cell": "rnn", "activation": "tanh"},
        {"cell": "lstm"},
        {"cell": "gru"},
    ],
    ids=lambda model: "-".join(str(value) for value in model.values()),
)
def test_a_run_of_any_cell_that_explodes_is_told_in_valid_json(store, submit, model):
    _, (run_id,) = submit(
        task={"name": "adding", "length": 10},
        model={"hidden_size": 64, **model},
        # So large a step that even a cell whose state is bounded leaves the range of float32.
        training={
            "steps": 60,
            "batch_size": 4,
            "clip_norm": None,
            "optimiser": "sgd",
            "learning_rate": 1.0,
            "stop_when_solved": False,
        },
        dtype="float32",
        frame_every=1,
    )
    outcome = worker.execute(run_id)
    bodies = [json.loads(body, parse_constant=pytest.fail) for body in stored(store, run_id)]
    assert [body["seq"] for body in bodies] == list(range(len(bodies)))
    assert bodies[-1]["state"] == outcome == "diverged"
    assert bodies[-1]["nonfinite"]
    assert find_run(store, run_id)[0].step == bodies[-1]["step"] < 60


def test_a_fault_of_the_spec_fails_the_run_and_not_the_worker(store, submit, monkeypatch):
    _, (run_id,) = submit()

    def broken(spec, *, should_stop, kernels):
        raise ZeroDivisionError("no")
        yield

    monkeypatch.setattr(worker, "train", broken)
    assert worker.execute(run_id) == "failed"
    row = find_run(store, run_id)[0]
    assert (row.state, row.error_code) == ("failed", "training_error")
    assert row.error_message == "ZeroDivisionError: no"


def test_a_run_cancelled_before_it_starts(store, submit):
    experiment_id, (run_id,) = submit()
    log.claim(store, run_id, {"kernels": "numpy"})
    cancel(store, experiment_id)
    assert worker.execute(run_id) == "cancelled"
    assert find_run(store, run_id)[0].state == "cancelled"
    assert stored(store, run_id) == []


def test_a_wish_withdrawn_at_the_last_moment_is_honoured(store, submit, monkeypatch):
    """Cancelled and asked for again, before the worker could say that it has stopped."""
    experiment_id, (run_id,) = submit()
    log.claim(store, run_id, {"kernels": "numpy"})
    cancel(store, experiment_id)
    confirm = log.confirm_cancelled

    def asked_again(*arguments):
        submit()
        return confirm(*arguments)

    monkeypatch.setattr(log, "confirm_cancelled", asked_again)
    assert worker.execute(run_id) == "finished"
    assert stored(store, run_id) == undisturbed(store, run_id)


def test_a_log_that_cannot_be_written_is_no_fault_of_the_run(store, submit, database, monkeypatch):
    monkeypatch.setattr("app.runs.store.PATIENCE", 0.0)
    _, (run_id,) = submit()

    @event.listens_for(worker._store(database).engine, "before_cursor_execute")
    def full(connection, cursor, statement, *rest):
        if statement.startswith("INSERT INTO frames"):
            raise OperationalError(statement, {}, Exception("database or disk is full"))

    with pytest.raises(StoreError, match=r"^database or disk is full$"):
        worker.execute(run_id)
    assert find_run(store, run_id)[0].state == "running"
    event.remove(worker._store(database).engine, "before_cursor_execute", full)
    assert worker.execute(run_id) == "finished"


def test_a_worker_process_uses_one_thread_for_its_arithmetic(store, submit, database):
    """The variables of the engine do what they are for, in a process of their own."""
    from app.runs.cluster import ONE_THREAD

    _, (run_id,) = submit()
    program = (
        # Threads that Python knows, such as the one that tells that the run is alive, do no sums.
        "import os, sys, threading, app.runs.worker as w; w.execute(sys.argv[1]); "
        "print(len(os.listdir('/proc/self/task')) - threading.active_count() + 1)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, run_id],
        env={**os.environ, **ONE_THREAD},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == "1"
    with store.reading() as connection:
        assert connection.scalar(select(runs.c.state).where(runs.c.id == run_id)) == "finished"
