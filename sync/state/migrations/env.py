"""Run by Alembic: the connection is handed in, inside a transaction of the caller's."""

from alembic import context

from sync.state.tables import State

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=State.metadata,
    render_as_batch=True,  # SQLite alters most things by making the table anew
)
with context.begin_transaction():
    context.run_migrations()
