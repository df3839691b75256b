"""Bring a database to the tables of this version."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from app.runs.store import Store, StoreError, reason

# Any number, the same in every replica: it names the lock that one of them holds to migrate.
_LOCK = 8_210_733


def migrate(store: Store) -> None:
    """Create or upgrade the tables; does nothing when they are up to date.

    Raises
    ------
    StoreError
        If the database cannot be opened or written, is damaged, or is of a newer version.
    """
    shown = store.url.render_as_string(hide_password=True)
    try:
        if store.is_sqlite and store.url.database:
            Path(store.url.database).parent.mkdir(parents=True, exist_ok=True)
        # On SQLite the transaction itself is the lock: it begins as a writer.
        with store.writing() as connection:
            if not store.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            command.upgrade(_config(connection), "head")
    except CommandError as error:
        raise StoreError(
            f"the database {shown} was made by another version of this program ({error}); "
            "start that version, or point VGL_DATABASE at a new database"
        ) from error
    except (SQLAlchemyError, OSError) as error:
        raise StoreError(
            f"the database {shown} cannot be used ({reason(error)}); nothing was changed. Check "
            "that the folder can be written and the file is a whole SQLite database, or set "
            "VGL_DATABASE"
        ) from error


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
