"""One writer, any number of readers, and what is left when the writer dies."""

import io
import threading
import time

import numpy as np
import pytest
from sqlalchemy import select, update

from app.runs import log
from app.runs.experiments import cancel
from app.runs.store import LEASE, runs, weights

PROVENANCE = {"kernels": "numpy", "numpy": "x"}


def row_of(store, run_id):
    with store.reading() as connection:
        return connection.execute(select(runs).where(runs.c.id == run_id)).one()


def append(writer, *seqs, state="running"):
    for seq in seqs:
        last = state if seq == seqs[-1] else "running"
        writer.append(seq, seq * 10, f'{{"seq":{seq}}}', state=last)


def seqs_of(store, run_id, **page):
    return [row.seq for row in log.read_frames(store, run_id, **{"after": -1, "limit": 99, **page})]


def test_a_run_from_its_claim_to_its_end(store, submit):
    _, (run_id,) = submit()
    claim = log.claim(store, run_id, PROVENANCE)
    assert claim.seq == -1
    assert claim.spec["task"]["length"] == 6
    assert row_of(store, run_id).state == "running"
    append(log.RunWriter(store, run_id, claim), 0, 1, 2, state="solved")
    row = row_of(store, run_id)
    assert (row.state, row.seq, row.step, row.attempts) == ("solved", 2, 20, 1)
    assert row.finished_at >= row.started_at >= row.created_at
    assert seqs_of(store, run_id) == [0, 1, 2]


def test_the_first_frame_is_readable_at_once(store, submit):
    _, (run_id,) = submit()
    writer = log.RunWriter(store, run_id, log.claim(store, run_id, PROVENANCE))
    append(writer, 0)
    assert seqs_of(store, run_id) == [0]


def test_frames_are_written_together_when_they_come_fast(store, submit, monkeypatch):
    _, (run_id,) = submit()
    writer = log.RunWriter(store, run_id, log.claim(store, run_id, PROVENANCE))
    clock = [100.0]
    monkeypatch.setattr(log.time, "monotonic", lambda: clock[0])
    append(writer, 0, 1, 2)
    assert seqs_of(store, run_id) == [0]
    clock[0] += 2 * log.FLUSH_EVERY
    writer.should_stop()
    assert seqs_of(store, run_id) == [0, 1, 2]


def test_an_attempt_behind_stored_frames_keeps_the_kernels_of_the_first(store, submit):
    _, (run_id,) = submit()
    first = log.claim(store, run_id, {"kernels": "numpy"})
    again = log.claim(store, run_id, {"kernels": "fused"})
    assert (first.kernels, again.kernels) == ("numpy", "fused"), "no frame yet: free to choose"
    writer = log.RunWriter(store, run_id, again)
    append(writer, 0, 1)
    writer.flush()
    assert log.claim(store, run_id, {"kernels": "numpy"}).kernels == "fused"
    assert "fused" in row_of(store, run_id).provenance


def test_a_second_attempt_adds_what_is_missing_and_repeats_nothing(store, submit):
    _, (run_id,) = submit()
    first = log.RunWriter(store, run_id, log.claim(store, run_id, PROVENANCE))
    append(first, 0, 1)
    first.flush()  # and then its process dies
    claim = log.claim(store, run_id, PROVENANCE)
    assert claim.seq == 1
    append(log.RunWriter(store, run_id, claim), 0, 1, 2, 3, state="finished")
    assert seqs_of(store, run_id) == [0, 1, 2, 3]
    row = row_of(store, run_id)
    assert (row.state, row.attempts) == ("finished", 2)


def test_two_writers_at_once_leave_each_frame_once_and_never_go_back(store, submit):
    _, (run_id,) = submit()
    slow = log.RunWriter(store, run_id, log.claim(store, run_id, PROVENANCE))
    append(slow, 0)
    fast = log.RunWriter(store, run_id, log.claim(store, run_id, PROVENANCE))
    append(fast, 0, 1, 2, 3)
    fast.flush()
    append(slow, 1, 2)
    slow.flush()
    assert seqs_of(store, run_id) == [0, 1, 2, 3]
    assert row_of(store, run_id).seq == 3


def test_one_cluster_at_a_time_computes_a_run(store, submit):
    _, (run_id,) = submit()
    first = log.claim(store, run_id, PROVENANCE, "here")
    assert log.claim(store, run_id, PROVENANCE, "there") is None
    assert log.claim(store, run_id, PROVENANCE, "here").attempt == first.attempt + 1
    with store.writing() as connection:
        connection.execute(update(runs).values(alive_at=runs.c.alive_at - LEASE - 1))
    assert log.claim(store, run_id, PROVENANCE, "there").attempt == 3


def test_a_worker_gives_signs_of_life_while_it_computes(store, submit, monkeypatch):
    monkeypatch.setattr(log, "LEASE", 0.04)
    _, (run_id,) = submit()
    claim = log.claim(store, run_id, PROVENANCE, "here")
    before = row_of(store, run_id).alive_at
    deadline = time.monotonic() + 5
    with log.signs_of_life(store, run_id, claim.attempt):
        while row_of(store, run_id).alive_at <= before:
            assert time.monotonic() < deadline
    log.claim(store, run_id, PROVENANCE, "here")
    before = row_of(store, run_id).alive_at
    with log.signs_of_life(store, run_id, claim.attempt):
        threading.Event().wait(0.1)
    assert row_of(store, run_id).alive_at == before, "of an attempt that is over"


def test_the_log_knows_its_size_when_it_is_over(store, submit):
    _, (run_id,) = submit()
    writer = log.RunWriter(store, run_id, log.claim(store, run_id, PROVENANCE))
    append(writer, 0, 1)
    assert row_of(store, run_id).bytes == 0
    append(writer, 2, state="finished")
    assert row_of(store, run_id).bytes == 3 * len('{"seq":0}')


def test_the_log_of_a_run_that_was_cancelled_or_failed_has_its_size(store, submit):
    experiment_id, ids = submit(vary={"seed": [0, 1]})
    for run_id in ids:
        append(log.RunWriter(store, run_id, log.claim(store, run_id, PROVENANCE)), 0)
    log.fail(store, ids[0], "timeout", "too slow")
    cancel(store, experiment_id)
    assert log.confirm_cancelled(store, ids[1])
    assert [row_of(store, run_id).bytes for run_id in ids] == [len('{"seq":0}')] * 2


def test_a_finished_run_is_not_claimed_again(store, submit):
    _, (run_id,) = submit()
    append(log.RunWriter(store, run_id, log.claim(store, run_id, PROVENANCE)), 0, state="solved")
    assert log.claim(store, run_id, PROVENANCE) is None
    log.fail(store, run_id, "worker_lost", "too late")
    assert row_of(store, run_id).state == "solved"


def test_a_run_that_was_tried_too_often_is_given_up(store, submit):
    _, (run_id,) = submit()
    for _ in range(log.MOST_ATTEMPTS):
        assert log.claim(store, run_id, PROVENANCE) is not None
    assert log.claim(store, run_id, PROVENANCE) is None
    row = row_of(store, run_id)
    assert (row.state, row.error_code) == ("failed", "worker_lost")


@pytest.mark.parametrize("confirmed", [True, False], ids=["stopped", "still stopping"])
def test_stopping_and_asking_again_is_not_trying(store, submit, confirmed):
    experiment_id, (run_id,) = submit()
    attempts = []
    for _ in range(log.MOST_ATTEMPTS + 5):
        attempts.append(log.claim(store, run_id, PROVENANCE).attempt)
        cancel(store, experiment_id)
        if confirmed:
            assert log.confirm_cancelled(store, run_id)
        submit()
    assert attempts == list(range(1, log.MOST_ATTEMPTS + 6)), "a later claim ends an earlier one"
    for _ in range(log.MOST_ATTEMPTS):
        assert log.claim(store, run_id, PROVENANCE) is not None
    assert log.claim(store, run_id, PROVENANCE) is None
    message = f"given up after {log.MOST_ATTEMPTS} attempts"
    assert row_of(store, run_id).error_message == message


def test_the_writer_notices_a_cancellation(store, submit, monkeypatch):
    experiment_id, (run_id,) = submit()
    writer = log.RunWriter(store, run_id, log.claim(store, run_id, PROVENANCE))
    assert not writer.should_stop()
    cancel(store, experiment_id)
    now = log.time.monotonic()
    monkeypatch.setattr(log.time, "monotonic", lambda: now + log.ASK_EVERY)
    assert writer.should_stop()
    assert log.confirm_cancelled(store, run_id)
    assert row_of(store, run_id).state == "cancelled"


def test_a_cancellation_that_was_withdrawn_is_not_confirmed(store, submit):
    experiment_id, (run_id,) = submit()
    log.claim(store, run_id, PROVENANCE)
    cancel(store, experiment_id)
    submit()
    assert not log.confirm_cancelled(store, run_id)
    assert row_of(store, run_id).state == "running"


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ({"after": 3}, [4, 5, 6, 7]),
        ({"after": 3, "limit": 2}, [4, 5]),
        ({"every": 3}, [0, 3, 6]),
        ({"after": 7}, []),
    ],
)
def test_reading_by_position(store, submit, page, expected):
    _, (run_id,) = submit()
    writer = log.RunWriter(store, run_id, log.claim(store, run_id, PROVENANCE))
    append(writer, *range(8), state="finished")
    assert seqs_of(store, run_id, **page) == expected


def test_weights_are_kept_beside_their_frame(store, submit):
    _, (run_id,) = submit()
    writer = log.RunWriter(store, run_id, log.claim(store, run_id, PROVENANCE))
    kept = {"W_h": np.arange(4.0).reshape(2, 2), "b": np.zeros(2)}
    writer.append(0, 0, "{}", state="finished", parameters=kept)
    with store.reading() as connection:
        body = connection.scalar(select(weights.c.body).where(weights.c.run_id == run_id))
    with np.load(io.BytesIO(body)) as loaded:
        assert {name: loaded[name].tolist() for name in loaded} == {
            "W_h": [[0, 1], [2, 3]],
            "b": [0, 0],
        }
