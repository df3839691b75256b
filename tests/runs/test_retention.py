"""What is kept and what goes, by a clock that the tests turn."""

import time

import numpy as np
import pytest
from sqlalchemy import func, select, update

from app.runs import log
from app.runs.experiments import cancel, find_run, view
from app.runs.log import read_frames
from app.runs.retention import (
    DAY,
    FORGET_AFTER,
    RECENT,
    Policy,
    forget_clients,
    prune,
    total_size,
)
from app.runs.store import experiments, frames, holds, runs, weights
from app.runs.upkeep import Upkeep

MONTH = Policy(days=30, size=0)
NOW = time.time()


@pytest.fixture
def past(store):
    """``past(id, days)``: nobody has seen the experiment for so long."""

    def turn(experiment_id, days):
        this = experiments.c.id == experiment_id
        with store.writing() as connection:
            connection.execute(update(experiments).where(this).values(seen_at=NOW - days * DAY))

    return turn


def finish(store, run_id, size=100):
    claim = log.claim(store, run_id, {"kernels": "numpy"})
    log.RunWriter(store, run_id, claim).append(0, 0, "x" * size, state="finished")


def left(store, *ids):
    return [view(store, experiment_id) is not None for experiment_id in ids]


def count(store, table):
    with store.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table))


def test_what_nobody_has_seen_for_long_goes_with_all_that_is_its_own(store, submit, past):
    old, (gone,) = submit(seed=1)
    new, (kept,) = submit(seed=2)
    for run_id in (gone, kept):
        finish(store, run_id)
    past(old, 31)
    past(new, 29)
    assert prune(store, MONTH, NOW) == 1
    assert left(store, old, new) == [False, True]
    assert find_run(store, gone) is None
    assert [row.seq for row in read_frames(store, kept, after=-1, limit=9)] == [0]
    assert (count(store, frames), count(store, weights), count(store, holds)) == (1, 0, 1)


def test_a_run_stays_while_any_experiment_has_it(store, submit, past):
    old, ids = submit(vary={"seed": [1, 2]})
    young, _ = submit(vary={"seed": [2, 3]})
    for run_id in (*ids, view(store, young).runs[1].id):
        finish(store, run_id)
    past(old, 31)
    prune(store, MONTH, NOW)
    assert find_run(store, ids[0]) is None
    assert find_run(store, ids[1]) is not None
    past(young, 31)
    prune(store, MONTH, NOW)
    assert count(store, runs) == 0


def test_what_is_not_over_stays_and_what_was_stopped_goes(store, submit, past):
    waiting, _ = submit(seed=1)
    training, (run_id,) = submit(seed=2)
    log.claim(store, run_id, {"kernels": "numpy"})
    stopped, (still,) = submit(seed=3)
    log.claim(store, still, {"kernels": "numpy"})
    cancel(store, stopped)
    for experiment_id in (waiting, training, stopped):
        past(experiment_id, 365)
    assert prune(store, MONTH, NOW) == 1
    assert left(store, waiting, training, stopped) == [True, True, False]
    assert find_run(store, still) is not None, "its worker has not said yet that it stopped"
    log.confirm_cancelled(store, still)
    prune(store, MONTH, NOW)
    assert find_run(store, still) is None


def test_the_longest_unseen_go_until_the_rest_fits(store, submit, past):
    ids = []
    for seed, days in enumerate((3, 1, 2)):
        experiment_id, (run_id,) = submit(seed=seed)
        finish(store, run_id, 1000)
        past(experiment_id, days)
        ids.append(experiment_id)
    assert total_size(store) == 3000
    assert prune(store, Policy(days=0, size=3000), NOW) == 0
    assert prune(store, Policy(days=0, size=2500), NOW) == 1
    assert left(store, *ids) == [False, True, True]
    assert prune(store, Policy(days=0, size=1), NOW) == 2
    assert total_size(store) == 0


@pytest.mark.parametrize("ending", ["cancelled", "failed"])
def test_what_did_not_come_to_its_end_takes_room_too(store, submit, past, ending):
    experiment_id, (run_id,) = submit()
    writer = log.RunWriter(store, run_id, log.claim(store, run_id, {"kernels": "numpy"}))
    writer.append(0, 0, "x" * 700, state="running", parameters={"w": np.zeros(3)})
    writer.flush()
    assert total_size(store) == 0, "it is not over"
    if ending == "cancelled":
        cancel(store, experiment_id)
        log.confirm_cancelled(store, run_id)
    else:
        log.fail(store, run_id, "timeout", "too slow")
    assert 700 < total_size(store) < 2000
    past(experiment_id, 1)
    assert prune(store, Policy(days=0, size=600), NOW) == 1
    assert total_size(store) == 0


def test_who_fetches_it_or_one_of_its_runs_keeps_it_and_is_noted_once_an_hour(
    store, submit, past, monkeypatch
):
    fetched, _ = submit(seed=1)
    by_run, (run_id,) = submit(seed=2)
    unseen, _ = submit(seed=3)
    upkeep = Upkeep(store, MONTH)

    def seen_again(*ids):
        for experiment_id in (fetched, by_run, unseen):
            past(experiment_id, 365)
            cancel(store, experiment_id)
        for found_id in ids:
            upkeep.fetched(found_id)
        upkeep.tell()
        ages = [view(store, each).experiment.seen_at > NOW - DAY for each in (fetched, by_run)]
        return [*ages, view(store, unseen).experiment.seen_at > NOW - DAY]

    assert seen_again(fetched, run_id) == [True, True, False]
    assert seen_again(fetched, run_id) == [False, False, False]
    monkeypatch.setattr("app.runs.upkeep.FETCHED_EVERY", 0.0)
    assert seen_again(run_id) == [False, True, False]
    assert prune(store, MONTH, NOW) == 2
    assert left(store, fetched, by_run, unseen) == [False, True, False]


def test_who_asked_is_forgotten_a_day_after_the_end(store, submit):
    asked = holds.c.holder == "@anna"
    ended, (over,) = submit(seed=1, holder="@anna")
    trains, (waiting,) = submit(seed=2, holder="@anna")
    finish(store, over)

    def names(run_id):
        row = find_run(store, run_id)[0]
        return row.client, row.holder

    def held():
        with store.reading() as connection:
            return set(connection.scalars(select(holds.c.experiment_id).where(asked)))

    assert forget_clients(store, time.time() + 0.9 * FORGET_AFTER) == 0
    assert (names(over), held()) == (("anna", "@anna"), {ended, trains})
    assert forget_clients(store, time.time() + FORGET_AFTER + 1) == 1
    assert (names(over), names(waiting)) == (("", ""), ("anna", "@anna"))
    assert held() == {trains}
    assert forget_clients(store, time.time() + 9 * FORGET_AFTER) == 0


def test_what_somebody_looks_at_stays_even_if_it_is_too_large(store, submit, past):
    watched, (run_id,) = submit()
    finish(store, run_id, 1000)
    past(watched, 365)
    upkeep = Upkeep(store, MONTH)
    upkeep.enter(watched, "")
    upkeep.tell()
    assert prune(store, Policy(days=30, size=1), time.time()) == 0
    assert prune(store, Policy(days=30, size=1), time.time() + RECENT + 1) == 1


def test_zero_keeps_everything(store, submit, past):
    experiment_id, (run_id,) = submit()
    finish(store, run_id)
    past(experiment_id, 10_000)
    assert prune(store, Policy(days=0, size=0), NOW) == 0


def test_who_asks_for_what_is_gone_has_it_computed_again(store, submit, past):
    experiment_id, (run_id,) = submit()
    finish(store, run_id)
    past(experiment_id, 31)
    prune(store, MONTH, NOW)
    assert submit()[0] == experiment_id
    assert view(store, experiment_id).state == "queued"
