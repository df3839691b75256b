"""Alembic asks this file how to reach the database; ``migrate`` hands it an open connection."""

from alembic import context

from app.runs.store import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot ALTER most things; Alembic copies the table instead
)
with context.begin_transaction():
    context.run_migrations()
