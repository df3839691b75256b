"""Whose turn it is."""

import pytest
from sqlalchemy import update

from app.runs import log, queue
from app.runs.store import LEASE, runs


def due(store, slots):
    return [run.id for run in queue.due(store, slots)]


def positions(store):
    with store.reading() as connection:
        return queue.positions(connection)


def test_one_run_per_free_worker_in_the_order_of_the_experiment(store, submit):
    _, ids = submit(vary={"seed": [0, 1, 2, 3]})
    assert due(store, 3) == ids[:3]
    assert positions(store) == {ids[0]: 1, ids[1]: 2, ids[2]: 3, ids[3]: 4}


def test_running_runs_keep_their_worker(store, submit):
    _, ids = submit(vary={"seed": [0, 1, 2]})
    log.claim(store, ids[1], {"kernels": "numpy"})
    assert due(store, 2) == [ids[1], ids[0]]
    assert positions(store) == {ids[0]: 1, ids[2]: 2}


def test_a_cluster_leaves_alone_what_another_computes_until_it_is_left_behind(store, submit):
    _, ids = submit(vary={"seed": [0, 1, 2]})
    log.claim(store, ids[0], {"kernels": "numpy"}, "there")
    assert [run.id for run in queue.due(store, 1, "here")] == [ids[1]]
    assert [run.id for run in queue.due(store, 1, "there")] == [ids[0]]
    with store.writing() as connection:
        connection.execute(update(runs).values(alive_at=runs.c.alive_at - LEASE - 1))
    assert [run.id for run in queue.due(store, 2, "here")] == ids[:2]


def test_clients_take_turns(store, submit):
    _, anna = submit(vary={"seed": [0, 1, 2]}, client="anna")
    _, ben = submit(vary={"seed": [10, 11]}, client="ben")
    assert due(store, 9) == [anna[0], ben[0], anna[1], ben[1], anna[2]]


def start(store, run_id):
    assert log.claim(store, run_id, {"kernels": "numpy"}) is not None


def end(store, run_id):
    with store.writing() as connection:
        connection.execute(update(runs).where(runs.c.id == run_id).values(state="solved"))


@pytest.mark.parametrize("slots", [1, 2, 3])
def test_clients_take_turns_as_workers_become_free(store, submit, slots):
    _, anna = submit(vary={"seed": list(range(8))}, client="anna")
    _, ben = submit(vary={"seed": [10, 11]}, client="ben")
    computed, started = [], []
    while len(started) < 10:
        for run_id in due(store, slots):
            if run_id not in computed:
                next_in_line = min(positions(store).items(), key=lambda item: item[1])[0]
                assert run_id == next_in_line
                start(store, run_id)
                computed.append(run_id)
                started.append(run_id)
        end(store, computed.pop(0))
    assert started == [anna[0], ben[0], anna[1], ben[1], *anna[2:]]


def test_the_pages_of_one_address_share_its_turns(store, submit):
    _, greedy = submit(vary={"seed": [0, 1, 2, 3]}, client="school", holder="page-one")
    _, modest = submit(vary={"seed": [10, 11]}, client="school", holder="page-two")
    _, other = submit(vary={"seed": [20, 21]}, client="home", holder="page-one")
    assert due(store, 9) == [
        greedy[0], other[0], modest[0], other[1], greedy[1], modest[1], greedy[2], greedy[3],
    ]  # fmt: skip
    place = positions(store)
    assert [place[run_id] for run_id in modest] == [3, 6]
    start(store, greedy[0])
    assert due(store, 4) == [greedy[0], other[0], other[1], modest[0]]


def test_the_pages_of_one_address_take_turns_as_a_worker_becomes_free(store, submit):
    _, greedy = submit(vary={"seed": [0, 1, 2, 3]}, client="school", holder="page-one")
    _, modest = submit(vary={"seed": [10, 11]}, client="school", holder="page-two")
    started = []
    while len(started) < 6:
        (run_id,) = due(store, 1)
        start(store, run_id)
        started.append(run_id)
        end(store, run_id)
    assert started == [greedy[0], modest[0], greedy[1], modest[1], greedy[2], greedy[3]]


def test_a_newcomer_does_not_wait_behind_who_has_runs_already(store, submit):
    _, anna = submit(vary={"seed": list(range(8))}, client="anna")
    for run_id in anna[:2]:
        start(store, run_id)
    end(store, anna[0])
    _, ben = submit(vary={"seed": [10, 11]}, client="ben")
    assert due(store, 4) == [anna[1], ben[0], ben[1], anna[2]]


def test_people_go_before_grids_which_leave_a_worker_free(store, submit):
    _, grid = submit(vary={"seed": [0, 1, 2, 3]}, priority=queue.GRID)
    assert due(store, 3) == grid[:2]
    assert due(store, 1) == grid[:1]
    _, person = submit(vary={"seed": [10]})
    assert due(store, 3) == [person[0], grid[0], grid[1]]
    for run_id in grid[:2]:
        log.claim(store, run_id, {"kernels": "numpy"})
    assert due(store, 3) == [grid[0], grid[1], person[0]]


def test_grids_of_two_clients_take_turns(store, submit):
    _, anna = submit(vary={"seed": list(range(100))}, client="anna", priority=queue.GRID)
    _, ben = submit(vary={"seed": [200, 201]}, client="ben", priority=queue.GRID)
    assert due(store, 5) == [anna[0], ben[0], anna[1], ben[1]]
    assert positions(store)[ben[1]] == 4


def test_a_run_of_a_grid_that_a_person_asks_for_goes_first(store, submit):
    _, grid = submit(vary={"seed": [0, 1, 2, 3]}, priority=queue.GRID)
    submit(vary={"seed": [3]}, client="ben")
    assert due(store, 1) == [grid[3]]


def test_finished_runs_are_not_waited_for(store, submit):
    _, ids = submit(vary={"seed": [0, 1]})
    with store.writing() as connection:
        connection.execute(update(runs).where(runs.c.id == ids[0]).values(state="solved"))
    assert due(store, 3) == ids[1:]
