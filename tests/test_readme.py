"""What the README says about decisions and commands is what the program does."""

import re
from itertools import product
from pathlib import Path

import pytest

from sync.cli.main import COMMANDS
from sync.core.diff import CAUSES, Change
from sync.core.plan import Disposition
from sync.core.policy import GuardClass
from sync.core.report import RunStatus
from sync.core.status import MATRIX, RULINGS, AffihubState, Cell, Leader, WhopState

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def table(name: str) -> list[list[str]]:
    """The cells of the table under a marker, without its heading and rule lines."""
    after = README.split(f"<!-- table: {name} -->\n", 1)[1]
    lines = re.match(r"(\|.*\n)+", after)
    assert lines, name
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[0].splitlines()]
    return rows[:1] + rows[2:]


def by_head(rows: list[list[str]]) -> dict[tuple[str, str], str]:
    """A table whose first line and first column are headings, as a mapping of its cells."""
    head = rows[0][1:]
    return {
        (row[0], name): cell for row in rows[1:] for name, cell in zip(head, row[1:], strict=True)
    }


def test_the_status_matrix_is_the_one_in_the_code() -> None:
    told = by_head(table("matrix"))

    assert told == {
        (whop.value, affihub.value): MATRIX[whop, affihub].value
        for whop, affihub in product(WhopState, AffihubState)
    }


def test_the_table_of_causes_is_the_one_in_the_code() -> None:
    told = by_head(table("causes"))

    assert told == {
        (whop.value, affihub.value): CAUSES[whop, affihub].value
        for whop, affihub in product(Change, Change)
    }


def test_the_table_of_rulings_is_the_one_in_the_code() -> None:
    told = {(row[0], row[1]): row[2:] for row in table("rulings")[1:]}
    differing = [key for key, cell in MATRIX.items() if cell is Cell.DIFFER]

    assert told == {
        (whop.value, affihub.value): shown(whop, affihub) for whop, affihub in differing
    }


def shown(whop: WhopState, affihub: AffihubState) -> list[str]:
    """What each leader brings about: the write, or the disposition where nothing is written."""
    rulings = [RULINGS[whop, affihub, leader] for leader in Leader]
    return [
        ruling.kind.value if ruling.disposition is Disposition.APPLY else ruling.disposition.value
        for ruling in rulings
    ]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"\n| `{command}` |" in README


def test_the_readme_names_no_command_there_is_not() -> None:
    listed = re.findall(r"^\| `([a-z-]+)` \|", README, re.MULTILINE)

    assert set(listed) == set(COMMANDS)


@pytest.mark.parametrize("guard", GuardClass)
def test_every_guard_is_in_the_readme(guard: GuardClass) -> None:
    assert f"`{guard.value}`" in README


@pytest.mark.parametrize("disposition", Disposition)
def test_every_disposition_is_explained_in_the_readme(disposition: Disposition) -> None:
    assert f"\n| {disposition.value} |" in README


def test_a_run_that_ended_has_a_status_of_the_contract() -> None:
    ended = {status.value for status in RunStatus} - {"running"}

    assert ended == {"in-sync", "changes", "applied", "partial", "held", "failed"}
