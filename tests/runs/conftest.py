"""A migrated database for each test; every test of the store runs on each kind of database."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from app.runs import asking, holds, queue
from app.runs.migrate import migrate
from app.runs.plan import Limits, plan
from app.runs.store import Store, metadata
from tests.postgres import Postgres

LIMITS = Limits(max_runs=500, max_cost=2e11, max_values=5e7)
# Small enough to train in milliseconds.
SMALL = {
    "task": {"name": "adding", "length": 6},
    "model": {"cell": "lstm", "hidden_size": 3},
    "training": {"steps": 20, "batch_size": 4, "stop_when_solved": False},
    "frame_every": 2,
}


@pytest.fixture(scope="session")
def on_postgres(postgres: Postgres) -> Iterator[Store]:
    """One database for all tests: making another takes a third of a second."""
    opened = Store(postgres.new_database())
    migrate(opened)
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database without a row: the contract holds on both kinds."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/log.db"
    shared: Store = request.getfixturevalue("on_postgres")
    with shared.writing() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))
    return shared.url.render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database without a table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/empty.db"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.new_database()


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
        holder: str = holds.UNNAMED,
        priority: int = queue.INTERACTIVE,
        **base: Any,
    ) -> tuple[str, list[str]]:
        asked = {"base": {**SMALL, **base}, "vary": vary or {}}
        planned = plan(asked, LIMITS)
        experiment_id, _ = asking.submit(
            store, planned, asked, client=client, holder=holder, priority=priority
        )
        return experiment_id, [run.spec.run_id for run in planned.runs]

    return ask
