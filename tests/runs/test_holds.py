"""An experiment that several hold ends when the last of them lets go."""

import pytest
from sqlalchemy import select

from app.runs import holds
from app.runs.asking import submit
from app.runs.experiments import cancel, leave, view
from app.runs.holds import HOLD
from app.runs.plan import plan
from app.runs.retention import Policy
from app.runs.store import Store
from app.runs.store import holds as table
from app.runs.upkeep import Upkeep
from tests.runs.conftest import LIMITS, SMALL

ANNA, BEN = "anna-page", "bens-page"


@pytest.fixture
def ask(store):
    """``ask(holder)`` → id of the one experiment."""

    upkeep = Upkeep(store, Policy(0, 0))

    def asking(holder):
        asked = {"base": SMALL}
        planned = plan(asked, LIMITS)
        experiment_id, _ = submit(store, planned, asked, client="c", priority=1, holder=holder)
        if not holds.lasts(holder):  # its stream is opened
            upkeep.enter(experiment_id, holder)
            upkeep.tell()
            upkeep.leave(experiment_id, holder)
        return experiment_id

    return asking


@pytest.fixture
def later(monkeypatch):
    """``later(seconds)``: the clock that all share has gone on."""
    now = Store.now

    def turn(seconds):
        monkeypatch.setattr(Store, "now", lambda store: now(store) + seconds)

    return turn


def states(store, experiment_id):
    found = view(store, experiment_id)
    return found.state, found.holders


def test_the_last_one_ends_it(store, ask):
    experiment_id = ask(ANNA)
    assert ask(BEN) == experiment_id
    assert states(store, experiment_id) == ("queued", 2)
    assert leave(store, experiment_id, ANNA) == 1
    assert states(store, experiment_id) == ("queued", 1)
    assert leave(store, experiment_id, ANNA) == 1, "pressed twice"
    assert leave(store, experiment_id, BEN) == 0
    assert states(store, experiment_id) == ("cancelled", 0)


def test_a_class_that_asks_for_the_same_needs_no_writer(store, ask):
    ask(holds.UNNAMED)
    asked = {"base": SMALL}
    store.writing = None  # whoever asked for a writer would fail
    for holder in (holds.UNNAMED, BEN):
        submit(store, plan(asked, LIMITS), asked, client="c", priority=1, holder=holder)


def test_alone_stopping_is_stopping(store, ask):
    experiment_id = ask(ANNA)
    assert leave(store, experiment_id, ANNA) == 0
    assert states(store, experiment_id) == ("cancelled", 0)
    ask(ANNA)
    assert states(store, experiment_id) == ("queued", 1)


def test_a_page_that_was_closed_holds_nothing_for_long(store, ask, later):
    experiment_id = ask(ANNA)
    ask(BEN)
    later(HOLD + 1)
    ask(ANNA)
    assert leave(store, experiment_id, ANNA) == 0


def test_a_script_without_a_name_holds_what_it_asked_for_while_it_trains(store, ask, later):
    experiment_id = ask(holds.UNNAMED)
    ask(ANNA)
    later(1e6)
    assert leave(store, experiment_id, ANNA) == 1
    assert leave(store, experiment_id, holds.UNNAMED) == 0


def test_scripts_of_two_addresses_do_not_stop_each_other(store, ask, later):
    one, other = holds.of_client("1" * 16), holds.of_client("2" * 16)
    experiment_id = ask(one)
    ask(other)
    later(1e6)
    assert leave(store, experiment_id, one) == 1
    assert leave(store, experiment_id, other) == 0


def test_who_looks_holds_through_any_server(store, ask, later):
    experiment_id = ask(ANNA)
    upkeep = Upkeep(store, Policy(0, 0))
    upkeep.enter(experiment_id, BEN)
    upkeep.enter(experiment_id, "")  # looks without a name: asked for nothing
    later(HOLD - 1)
    upkeep.tell()
    later(HOLD + 1)
    assert leave(store, experiment_id, ANNA) == 1
    upkeep.leave(experiment_id, BEN)
    upkeep.tell()
    later(2 * HOLD)
    assert leave(store, experiment_id, ANNA) == 0


def test_the_thread_tells_at_once_of_a_new_reader(store, ask):
    experiment_id = ask(ANNA)
    upkeep = Upkeep(store, Policy(0, 0))
    upkeep.start()
    upkeep.enter(experiment_id, BEN)
    for _ in range(500):
        if states(store, experiment_id) == ("queued", 2):
            break
        upkeep._thread.join(0.01)
    upkeep.stop()
    assert states(store, experiment_id) == ("queued", 2)


def kept(store):
    with store.reading() as connection:
        rows = connection.execute(select(table.c.experiment_id, table.c.holder))
        return {(row.experiment_id, row.holder) for row in rows}


def test_a_hold_on_what_was_deleted_does_not_cost_the_others_theirs(store, ask):
    experiment_id = ask(holds.UNNAMED)
    upkeep = Upkeep(store, Policy(0, 0))
    upkeep.enter("0" * 16, ANNA)
    upkeep.enter(experiment_id, BEN)
    upkeep.tell()
    assert kept(store) == {(experiment_id, holds.UNNAMED), (experiment_id, BEN)}


def test_whoever_arrives_is_written_alone(store, ask, monkeypatch):
    experiment_id = ask(holds.UNNAMED)
    written = []
    monkeypatch.setattr(
        "app.runs.upkeep.hold", lambda store, connection, pairs: written.append(sorted(pairs))
    )
    upkeep = Upkeep(store, Policy(0, 0))
    upkeep.enter(experiment_id, ANNA)
    upkeep._tell_arrived()
    upkeep.enter(experiment_id, BEN)
    upkeep._tell_arrived()
    upkeep._tell_arrived()
    upkeep.tell()
    anna, ben = (experiment_id, ANNA), (experiment_id, BEN)
    assert written == [[anna], [ben], [anna, ben]]


def test_who_could_not_be_written_is_written_later(store, ask, monkeypatch):
    experiment_id = ask(holds.UNNAMED)
    upkeep = Upkeep(store, Policy(0, 0))
    upkeep.enter(experiment_id, ANNA)
    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr("app.runs.upkeep.hold", lambda *_: 1 / 0)
        upkeep._tell_arrived()
    upkeep._tell_arrived()
    assert (experiment_id, ANNA) in kept(store)


def test_holds_that_are_over_are_deleted(store, ask, later):
    experiment_id = ask(holds.UNNAMED)
    ask(ANNA)
    assert holds.drop_expired(store) == 0
    later(HOLD + 1)
    ask(BEN)
    assert holds.drop_expired(store) == 1
    assert kept(store) == {(experiment_id, holds.UNNAMED), (experiment_id, BEN)}


def test_what_does_not_exist(store, ask):
    assert leave(store, "0" * 16, ANNA) is None
    experiment_id = ask(ANNA)
    assert cancel(store, experiment_id), "for everybody, whoever holds it"
    assert states(store, experiment_id)[0] == "cancelled"
