"""The database: made by migrations, protected from mistakes, the same in code and on disk."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, select

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
