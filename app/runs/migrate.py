"""Bring a database to the tables of this version."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from app.runs.store import Store, StoreError, reason
from app.shown import without_secrets

# Any number, the same in every replica: it names the lock that one of them holds to migrate.
_LOCK = 8_210_733

# A file up to this size is looked through before it is used, at some 500 MB a second.
CHECKED_BYTES = 500_000_000

ADVICE = {
    "sqlite": "Check that the folder can be written and the file is a whole SQLite database, "
    "or set VGL_DATABASE",
    "postgresql": "Check that PostgreSQL is there, that VGL_DATABASE names its host, user, "
    "password and database, and that the user may create tables",
}


def migrate(store: Store, version: str = "head") -> None:
    """Create or upgrade the tables; does nothing when they are up to date.

    Parameters
    ----------
    store : Store
    version : str
        The version of the tables to reach; an older one gives up what came later.

    Raises
    ------
    StoreError
        If the database cannot be opened or written, is damaged, or is of a newer version.
    """
    shown = without_secrets(store.url)
    try:
        if store.is_sqlite and store.url.database:
            Path(store.url.database).parent.mkdir(parents=True, exist_ok=True)
        # On SQLite the transaction itself is the lock: it begins as a writer.
        with store.writing() as connection:
            if not store.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            else:
                _look_through(store, connection)
            config = _config(connection)
            command.upgrade(config, version)
            if version != "head":
                command.downgrade(config, version)
    except CommandError as error:
        raise StoreError(
            f"the database {shown} was made by another version of this program ({error}); "
            "start that version, or point VGL_DATABASE at a new database"
        ) from error
    except (SQLAlchemyError, OSError) as error:
        raise StoreError(
            f"the database {shown} cannot be used ({reason(error).strip()}); nothing was changed. "
            + ADVICE["sqlite" if store.is_sqlite else "postgresql"]
        ) from error


def _look_through(store: Store, connection: Connection) -> None:
    """Find damage that would else be met in the middle of a lesson, and could spread by writing."""
    if Path(str(store.url.database)).stat().st_size <= CHECKED_BYTES:
        found = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
        if found != "ok":
            raise OSError(f"it is damaged: {' '.join(str(found).split())}")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
