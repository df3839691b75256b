"""The runs of the lesson are asked for once, behind everybody else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.pages.figures import FIGURES, experiments
from app.pages.stored import CLIENT, prepare
from app.runs import queue
from app.runs.migrate import migrate
from app.runs.plan import Limits, plan
from app.runs.store import Store, runs
from app.settings import Settings


@pytest.fixture
def limits() -> Limits:
    chosen = Settings()
    return Limits(chosen.max_runs, chosen.max_cost, chosen.max_values)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'vgl.db'}")
    migrate(opened)
    yield opened
    opened.close()


def test_every_figure_that_trains_is_there(limits: Limits) -> None:
    wanted = {plan(asked, limits).id for asked in experiments()}
    trains = [each for each in FIGURES.values() if each.kind == "run" or each.trained]
    assert len(wanted) == len(experiments()) == sum(max(1, len(each.presets)) for each in trains)


def test_they_wait_behind_people_and_are_asked_for_once(store: Store, limits: Limits) -> None:
    prepare(store, limits)
    with store.reading() as connection:
        asked = connection.execute(select(runs.c.id, runs.c.client, runs.c.priority)).all()
    assert {(run.client, run.priority) for run in asked} == {(CLIENT, queue.GRID)}
    with store.writing() as connection:
        connection.execute(update(runs).values(state="finished"))
    prepare(store, limits)
    with store.reading() as connection:
        states = connection.execute(select(runs.c.id, runs.c.state)).all()
    assert {(run.id, run.state) for run in states} == {(run.id, "finished") for run in asked}
