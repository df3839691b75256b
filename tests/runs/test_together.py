"""Many at once: askers, stoppers and workers on one database leave a whole log."""

import json
import random
import threading

import pytest
from sqlalchemy import func, select

from app.runs import log, queue
from app.runs.asking import Shares, TooManyRunsError, submit
from app.runs.experiments import cancel, find_run, view
from app.runs.plan import plan
from app.runs.store import frames
from tests.runs.conftest import LIMITS, SMALL

RUNS, FRAMES = 6, 30


def together(*actions):
    """Do all at the same time; the first exception is the test's."""
    caught, ready = [], threading.Barrier(len(actions))

    def do(action):
        try:
            ready.wait(10)
            action()
        except BaseException as error:
            caught.append(error)

    threads = [threading.Thread(target=do, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "they wait for each other"
    if caught:
        raise caught[0]


def asking(store, seeds, times):
    asked = {"base": SMALL, "vary": {"seed": list(seeds)}}
    planned = plan(asked, LIMITS)

    def ask_and_stop():
        for turn in range(times):
            submit(store, planned, asked, client=str(seeds[0]), priority=1)
            if turn < times - 1:
                cancel(store, planned.id)

    return planned, ask_and_stop


def test_who_asks_and_stops_in_different_orders_never_waits_for_ever(store):
    """Without one lock for plans PostgreSQL ends some of these with "deadlock detected"."""
    forward, backward = list(range(RUNS)), list(range(RUNS))[::-1]
    first, one = asking(store, forward, 12)
    second, other = asking(store, backward, 12)
    together(one, other, asking(store, forward[1:], 12)[1])
    for planned in (first, second):
        found = view(store, planned.id)
        assert [run.state for run in found.runs] == ["queued"] * RUNS
        assert not any(run.cancel_requested for run in found.runs)


def test_two_requests_at_once_do_not_both_find_room(store):
    refused = []

    def ask(seeds):
        asked = {"base": SMALL, "vary": {"seed": seeds}}
        try:
            submit(store, plan(asked, LIMITS), asked, client="c", priority=1, shares=Shares(4, 4))
        except TooManyRunsError:
            refused.append(seeds)

    together(*(lambda n=n: ask([3 * n, 3 * n + 1, 3 * n + 2]) for n in range(6)))
    assert len(refused) == 5


@pytest.mark.parametrize("seed", [0, 1])
def test_workers_that_die_and_are_replaced_leave_each_frame_once(store, submit, seed, monkeypatch):
    """Three workers per run, each of which dies somewhere, while a reader follows."""
    # On a busy machine they take the run from each other more than twenty times.
    monkeypatch.setattr(log, "MOST_ATTEMPTS", 1000)
    _, ids = submit(vary={"seed": [0, 1]})
    seen = {run_id: [] for run_id in ids}
    over = threading.Event()
    chance = random.Random(seed)

    def work(run_id, life):
        while (claim := log.claim(store, run_id, {"kernels": "numpy"}, "one")) is not None:
            writer = log.RunWriter(store, run_id, claim)
            for seq in range(FRAMES):
                body = json.dumps({"seq": seq})
                writer.append(seq, seq, body, state="finished" if seq == FRAMES - 1 else "running")
                if seq % 3 == 0:
                    writer.flush()
                if seq - claim.seq > life:
                    break  # it dies; what it had not written is lost

    def follow():
        while not over.is_set() or any(len(seqs) < FRAMES for seqs in seen.values()):
            for run_id, seqs in seen.items():
                # As the tail does: the row of the run says how far the frames go.
                last = find_run(store, run_id)[0].seq
                after = seqs[-1] if seqs else -1
                page = log.read_frames(store, run_id, after=after, limit=FRAMES)
                seqs.extend(row.seq for row in page if row.seq <= last)
                assert seqs[-1:] == ([last] if last >= 0 else []), "told before it could be read"

    reader = threading.Thread(target=follow)
    reader.start()
    together(*(lambda r=r: work(r, chance.randint(2, 9)) for r in ids for _ in range(3)))
    over.set()
    reader.join(30)
    for run_id in ids:
        assert seen[run_id] == list(range(FRAMES))
        assert find_run(store, run_id)[0].state == "finished"
    with store.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(frames)) == FRAMES * len(ids)


def test_two_clusters_share_the_queue_and_compute_nothing_twice(store, submit):
    _, ids = submit(vary={"seed": list(range(RUNS))})

    def serve(cluster):
        while True:
            due = queue.due(store, 2, cluster)
            if not due:
                return
            for run in due:
                claim = log.claim(store, run.id, {"kernels": "numpy"}, cluster)
                if claim is not None:
                    log.RunWriter(store, run.id, claim).append(0, 0, "{}", state="finished")

    together(lambda: serve("one"), lambda: serve("other"))
    rows = [find_run(store, run_id)[0] for run_id in ids]
    assert {(row.state, row.attempts) for row in rows} == {("finished", 1)}
