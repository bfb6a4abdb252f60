"""Bringing a state file to this program's revision, all or nothing.

Imported only when there is something to upgrade: it needs Alembic.
"""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from sync.errors import StateError
from sync.state.engine import DURABLE, engine
from sync.state.faults import told
from sync.state.file import APPLICATION_ID

SCRIPTS: Final = "sync.state:migrations"


def upgrade(path: Path) -> None:
    """Run the migrations a state file lacks, under the write lock and in one transaction."""
    # Without foreign keys: a batch migration makes a table anew, and dropping the old one would
    # delete what refers to it.
    made = engine(path, DURABLE)
    try:
        with told(path), made.execution_options(write=True).begin() as connection:
            _upgrade(path, connection)
    finally:
        made.dispose()


def _upgrade(path: Path, connection: Connection) -> None:
    command.upgrade(configuration(connection), "head")
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise StateError(
            f"The state file {path} could not be upgraded: some of its rows refer to nothing."
            " It was left as it was; put a backup in its place."
        )


def configuration(connection: Connection) -> Config:
    """Alembic's configuration for a connection that is in a transaction."""
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.attributes["connection"] = connection
    return config
