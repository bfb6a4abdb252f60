"""A run is killed for good while it holds the pair: nobody has to delete a lock by hand."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.processes.playground import playground


def left_behind(state: Path) -> str | None:
    """Who holds the pair, as the state has it: a killed run cannot let go."""
    with closing(sqlite3.connect(state)) as database:
        return str(database.execute("SELECT holder FROM leases").fetchone()[0])


@pytest.mark.slow
def test_kill_9_leaves_a_lock_that_the_next_run_takes_over_at_once(tmp_path: Path) -> None:
    """Rclone 1.60 bisync refuses every later run until somebody finds and deletes its lock file."""
    with playground(tmp_path) as ground:
        assert ground.kill_after(1), "the run ended before it could be killed"
        assert left_behind(tmp_path / "state.db") not in (None, "None")
        code, out, err = ground.run("sync", "--yes", "--allow", "all", "--format", "json")

        assert code != 5, err  # another run holds this pair
        assert json.loads(out)["run"]["status"] != "failed"
        assert ground.ask("writes")["created_twice"] == []
