"""A migrated database for each test; every test of the store runs on each kind of database."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.runs import experiments, queue
from app.runs.migrate import migrate
from app.runs.plan import Limits, plan
from app.runs.store import Store

LIMITS = Limits(max_runs=500, max_cost=2e11, max_values=5e7)
# Small enough to train in milliseconds.
SMALL = {
    "task": {"name": "adding", "length": 6},
    "model": {"cell": "lstm", "hidden_size": 3},
    "training": {"steps": 20, "batch_size": 4, "stop_when_solved": False},
    "frame_every": 2,
}


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database."""
    assert request.param == "sqlite"
    return f"sqlite:///{tmp_path}/log.db"


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    opened = Store(database)
    migrate(opened)
    yield opened
    opened.close()


Submit = Callable[..., tuple[str, list[str]]]


@pytest.fixture
def submit(store: Store) -> Submit:
    """``submit(vary={…}, client="anna")`` → id of the experiment, ids of its runs."""

    def ask(
        vary: dict[str, Any] | None = None,
        client: str = "anna",
        priority: int = queue.INTERACTIVE,
        **base: Any,
    ) -> tuple[str, list[str]]:
        asked = {"base": {**SMALL, **base}, "vary": vary or {}}
        planned = plan(asked, LIMITS)
        experiment_id, _ = experiments.submit(
            store, planned, asked, client=client, priority=priority
        )
        return experiment_id, [run.spec.run_id for run in planned.runs]

    return ask
