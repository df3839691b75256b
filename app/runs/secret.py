"""A random key that all servers of a database share, made by the first of them."""

import secrets

from sqlalchemy import select

from app.runs.store import Store
from app.runs.store import secrets as table

BYTES = 16


def shared_secret(store: Store, name: str) -> bytes:
    """Return the key of this name, and make it if there is none.

    Raises
    ------
    sqlalchemy.exc.SQLAlchemyError
        If the database does not answer, or takes nothing.
    """
    kept = select(table.c.value).where(table.c.name == name)
    with store.reading() as connection:
        found = connection.scalar(kept)
    if found is None:
        with store.writing() as connection:
            value = secrets.token_bytes(BYTES)
            connection.execute(store.insert_new(table).values(name=name, value=value))
            found = connection.scalar(kept)  # another server may have been first
    return bytes(found or b"")
