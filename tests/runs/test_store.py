"""The database: made by migrations, protected from mistakes, the same in code and on disk."""

import sqlite3
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event, func, select

from app.runs.migrate import migrate
from app.runs.store import Store, StoreError, experiments, metadata, runs


def test_migrations_make_the_tables_that_the_code_uses(store):
    with store.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_again_changes_nothing(store):
    migrate(store)
    with store.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(runs)) == 0


def test_a_row_that_is_there_is_left_alone(store):
    row = {"id": "a" * 16, "spec": "first", "created_at": 1.0}
    with store.writing() as connection:
        assert connection.execute(store.insert_new(experiments).values(row)).rowcount == 1
        again = connection.execute(store.insert_new(experiments).values({**row, "spec": "second"}))
        assert again.rowcount == 0
    with store.reading() as connection:
        assert connection.scalar(select(experiments.c.spec)) == "first"


def test_a_failed_transaction_leaves_nothing(store):
    with pytest.raises(RuntimeError), store.writing() as connection:
        connection.execute(
            store.insert_new(experiments).values(id="a" * 16, spec="{}", created_at=1.0)
        )
        raise RuntimeError
    with store.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(experiments)) == 0


def test_a_reader_neither_waits_for_a_writer_nor_sees_half_of_it(store):
    with store.writing() as writer:
        writer.execute(store.insert_new(experiments).values(id="b" * 16, spec="", created_at=1.0))
        with store.reading() as reader:
            assert reader.scalar(select(func.count()).select_from(experiments)) == 0


def test_who_plans_is_alone(store):
    """Two who want the same runs in different orders would wait for each other for ever."""
    order: list[str] = []
    entered = threading.Event()

    def second() -> None:
        entered.wait(5)
        with store.planning():
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with store.planning():
        entered.set()
        thread.join(0.2)
        order.append("first")
    thread.join(5)
    assert order == ["first", "second"]


def test_a_reader_sees_one_moment(store):
    count = select(func.count()).select_from(experiments)
    with store.reading() as reader:
        assert reader.scalar(count) == 0
        with store.writing() as writer:
            writer.execute(
                store.insert_new(experiments).values(id="b" * 16, spec="", created_at=1.0)
            )
        assert reader.scalar(count) == 0


def test_an_older_database_is_brought_up_with_what_is_in_it(empty_database):
    store = Store(empty_database)
    migrate(store, "0001")
    with store.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO runs (id, spec, engine_version, state, priority, client, created_at, "
            "queued_at) VALUES ('r', '{}', '1', 'finished', 1, 'anna', 5, 5)"
        )
        connection.exec_driver_sql("INSERT INTO frames VALUES ('r', 0, 0, '12345')")
        connection.exec_driver_sql("INSERT INTO experiments VALUES ('e', '{}', 5, NULL)")
    migrate(store)
    with store.reading() as connection:
        assert connection.scalar(select(runs.c.bytes)) == 5
        assert connection.scalar(select(experiments.c.seen_at)) == 5.0
    migrate(store, "0001")
    with store.reading() as connection:
        assert connection.exec_driver_sql("SELECT body FROM frames").scalar() == "12345"
    store.close()


def test_sqlite_writes_ahead(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/folder/made/for.db")
    migrate(store)
    with store.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1  # NORMAL
    store.close()


def _why_refused(path: Path) -> str:
    store = Store(f"sqlite:///{path}")
    with pytest.raises(StoreError) as caught:
        migrate(store)
    store.close()
    return str(caught.value)


def test_a_damaged_file_is_named_and_not_touched(tmp_path):
    path = tmp_path / "damaged.db"
    content = b"this was a database once " * 400
    path.write_bytes(content)
    message = _why_refused(path)
    assert str(path) in message
    assert "not a database" in message
    assert path.read_bytes() == content


@pytest.mark.parametrize("damage", ["cut", "scribbled"])
def test_damage_in_the_middle_is_found_and_not_touched(tmp_path, damage):
    path = tmp_path / "damaged.db"
    store = Store(f"sqlite:///{path}")
    migrate(store)
    with store.writing() as connection:
        rows = [{"id": f"{k:016x}", "spec": "x" * 900, "created_at": k} for k in range(100)]
        connection.execute(store.insert(experiments), rows)
    store.close()
    content = path.read_bytes()
    middle = len(content) // 2
    rest = b"" if damage == "cut" else b"\xff" * 20_000 + content[middle + 20_000 :]
    path.write_bytes(content[:middle] + rest)
    damaged = path.read_bytes()
    message = _why_refused(path)
    assert str(path) in message
    assert "damaged" in message or "malformed" in message
    assert path.read_bytes() == damaged


def test_a_database_that_may_only_be_read_is_named_and_not_touched(tmp_path):
    path = tmp_path / "archive.db"
    store = Store(f"sqlite:///{path}")
    migrate(store, "0001")
    store.close()
    content = path.read_bytes()
    store = Store(f"sqlite:///{path}")

    @event.listens_for(store.engine, "connect")
    def forbid(connection, record):
        # What SQLite answers for a file without the right to write, also to root.
        connection.execute("PRAGMA query_only = ON")

    with pytest.raises(StoreError, match=r"readonly database.*nothing was changed"):
        migrate(store)
    store.close()
    assert path.read_bytes() == content


def test_a_database_of_a_newer_version_is_refused(tmp_path):
    path = tmp_path / "newer.db"
    store = Store(f"sqlite:///{path}")
    migrate(store)
    store.close()
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    assert "another version of this program" in _why_refused(path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    assert "cannot be used" in _why_refused(tmp_path / "file" / "log.db")


def test_check_says_why_the_database_is_away(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/log.db")
    store.check()
    store.close()
    (tmp_path / "log.db").unlink()
    (tmp_path / "log.db").mkdir()
    with pytest.raises(StoreError):
        store.check()
