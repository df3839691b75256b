"""Asking, sharing, stopping and asking again."""

from app.runs import experiments, log
from app.runs.experiments import cancel, find_run, page, view


def states(store, experiment_id):
    return [run.state for run in view(store, experiment_id).runs]


def start(store, run_id):
    return log.claim(store, run_id, {"kernels": "numpy"})


def finish(store, run_id, state="finished"):
    writer = log.RunWriter(store, run_id, start(store, run_id))
    writer.append(0, 0, "{}", state=state)


def test_asking_twice_is_asking_once(store, submit):
    first, ids = submit(vary={"seed": [0, 1]})
    second, _ = submit(vary={"seed": [0, 1]})
    assert first == second
    assert [run.id for run in view(store, first).runs] == ids
    assert len(page(store, 10)) == 1


def test_runs_are_shared_between_experiments(store, submit):
    small, (run_id,) = submit(vary={"seed": [1]})
    large, _ = submit(vary={"seed": [0, 1]})
    finish(store, run_id)
    assert states(store, small) == ["finished"]
    assert states(store, large) == ["queued", "finished"]
    assert [run.label for run in view(store, small).runs] == ["lstm"]
    assert [run.label for run in view(store, large).runs] == ["lstm · seed=0", "lstm · seed=1"]


def test_the_state_of_an_experiment(store, submit):
    experiment_id, ids = submit(vary={"seed": [0, 1]})
    assert view(store, experiment_id).state == "queued"
    start(store, ids[0])
    assert view(store, experiment_id).state == "running"
    for run_id in ids:
        finish(store, run_id)
    assert view(store, experiment_id).state == "done"


def test_stopping_ends_what_waits_and_asks_what_runs_to_end(store, submit):
    experiment_id, ids = submit(vary={"seed": [0, 1, 2]})
    finish(store, ids[0])
    start(store, ids[1])
    assert cancel(store, experiment_id)
    assert states(store, experiment_id) == ["finished", "running", "cancelled"]
    assert view(store, experiment_id).state == "cancelled"
    assert view(store, experiment_id).runs[1].cancel_requested
    assert start(store, ids[2]) is None  # even if it was already with a worker


def test_stopping_leaves_what_another_experiment_wants(store, submit):
    mine, ids = submit(vary={"seed": [0, 1]})
    theirs, _ = submit(vary={"seed": [1, 2]})
    start(store, ids[1])
    cancel(store, mine)
    assert states(store, mine) == ["cancelled", "running"]
    assert not view(store, mine).runs[1].cancel_requested
    cancel(store, theirs)
    assert view(store, mine).runs[1].cancel_requested


def test_stopping_what_is_finished_changes_nothing(store, submit):
    experiment_id, (run_id,) = submit()
    finish(store, run_id)
    assert cancel(store, experiment_id)
    assert view(store, experiment_id).state == "done"


def test_stopping_what_does_not_exist(store):
    assert not cancel(store, "0" * 16)
    assert view(store, "0" * 16) is None
    assert find_run(store, "0" * 16) is None


def test_asking_again_takes_up_what_was_stopped(store, submit):
    experiment_id, ids = submit(vary={"seed": [0, 1]})
    start(store, ids[0])
    cancel(store, experiment_id)
    log.confirm_cancelled(store, ids[0])
    submit(vary={"seed": [0, 1]})
    found = view(store, experiment_id)
    assert found.state == "queued"
    assert {run.state for run in found.runs} == {"queued"}
    assert not any(run.cancel_requested for run in found.runs)
    assert {run.finished_at for run in found.runs} == {None}


def test_asking_again_retries_a_failure_that_may_have_passed_but_not_a_killer(store, submit):
    experiment_id, ids = submit(vary={"seed": [0, 1]})
    log.fail(store, ids[0], "internal_error", "the disk was full")
    log.fail(store, ids[1], "worker_lost", "its worker died 3 times")
    submit(vary={"seed": [0, 1]})
    assert states(store, experiment_id) == ["queued", "failed"]


def test_pages_of_experiments_newest_first(store, submit):
    ids = [submit(seed=seed)[0] for seed in range(5)]
    first = page(store, 2)
    second = page(store, 2, (first[-1].created_at, first[-1].id))
    third = page(store, 2, (second[-1].created_at, second[-1].id))
    assert [row.id for row in (*first, *second, *third)] == ids[::-1]


def test_a_run_knows_its_place_in_the_queue(store, submit):
    _, ids = submit(vary={"seed": [0, 1]})
    assert find_run(store, ids[1])[1] == 2
    start(store, ids[0])
    assert find_run(store, ids[0])[1] is None
    assert find_run(store, ids[1])[1] == 1


def test_ids_are_those_of_the_plan(store, submit):
    experiment_id, ids = submit()
    assert experiments.view(store, experiment_id).spec["base"]["frame_every"] == 2
    assert find_run(store, ids[0])[0].id == ids[0]


def test_asking_for_what_is_under_way_needs_no_writer(store, submit):
    experiment_id, (run_id,) = submit()
    before = find_run(store, run_id)
    store.writing = None  # whoever asked for a writer would fail
    assert submit()[0] == experiment_id
    assert find_run(store, run_id) == before
