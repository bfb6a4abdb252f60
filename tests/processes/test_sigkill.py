"""A run that is killed in the middle of its writes, and then run again."""

from pathlib import Path
from typing import Any

import pytest

from tests.processes.playground import Playground, playground

RATES = ("[pairs.main.commission]", 'sync = "two-way"', 'on_first_link = "whop"')
PEOPLE = 200  # enough for 16 writes at first, and 24 after a week
SETTLED = ("linked", "in_sync", "apply", "held", "conflict", "break", "waiting")


def end_of(ground: Playground) -> dict[str, Any]:
    """Where the pair stands once a run finds nothing more to do."""
    ground.sync()
    counts = ground.sync()["counts"]
    return {name: counts[name] for name in SETTLED}


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Where runs end that nobody kills: after the first link, and after a week of edits."""
    with playground(tmp_path_factory.mktemp("whole"), people=PEOPLE, more=RATES) as ground:
        first = end_of(ground)
        ground.ask("drift", {"seed": 3})
        return [first, end_of(ground)]


@pytest.mark.parametrize("writes", [1, 5, 11])
def test_a_killed_run_and_a_rerun_end_where_an_uninterrupted_run_ends(
    writes: int, tmp_path: Path, uninterrupted: list[dict[str, Any]]
) -> None:
    with playground(tmp_path, people=PEOPLE, more=RATES) as ground:
        assert ground.kill_after(writes), "the run ended before it could be killed"
        first = end_of(ground)
        ground.ask("drift", {"seed": 3})
        assert ground.kill_after(writes), "the run ended before it could be killed"
        ends = [first, end_of(ground)]

        assert ground.ask("writes")["created_twice"] == []
    assert ends == uninterrupted


def test_a_killed_run_keeps_the_pair_from_nobody(tmp_path: Path) -> None:
    with playground(tmp_path) as ground:
        assert ground.kill_after(2)
        code, out, err = ground.run("sync", "--yes", "--format", "json")

    assert code != 5, err
    assert '"schema": "affisync.report/1"' in out
