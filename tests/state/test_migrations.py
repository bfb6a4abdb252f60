"""The migrations make what the tables say, and are part of what is installed."""

import subprocess
import sys
import zipfile
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory

from sync.state.engine import engine
from sync.state.migrations import HEAD, REVISIONS
from sync.state.store import Store
from sync.state.tables import State
from sync.state.upgrade import configuration

ROOT = Path(__file__).parents[2]


def test_migrations_and_tables_agree(store: Store, path: Path) -> None:
    made = engine(path)

    with made.begin() as connection:
        command.check(configuration(connection))  # raises, and names what differs

    made.dispose()


def test_the_revisions_known_without_alembic_are_all_there_are(store: Store, path: Path) -> None:
    made = engine(path)
    with made.begin() as connection:
        scripts = ScriptDirectory.from_config(configuration(connection))
    made.dispose()

    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == REVISIONS
    assert scripts.get_heads() == [HEAD]


def test_every_constraint_has_a_name_that_a_batch_migration_can_drop() -> None:
    constraints = [one for table in State.metadata.tables.values() for one in table.constraints]

    assert all(one.name for one in constraints)


def test_migrations_are_part_of_the_wheel(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        shipped = set(archive.namelist())

    here = ROOT / "sync" / "state" / "migrations"
    ours = [one for one in here.rglob("*") if one.suffix in {".py", ".mako"}]
    assert len(ours) >= 5
    assert {str(one.relative_to(ROOT)) for one in ours} <= shipped
