"""Ctrl-C at a question ends a command there and then: told, with 1, and nothing done."""

import pytest

from tests.cli.playing import CTRL_C, Town
from tests.cli.seen import look, newcomers
from tests.cli.test_unmatched import lookalikes


@pytest.mark.parametrize(
    "command", ["approve --all", "reject --all --reason no", "approve --kind create-partner"]
)
def test_at_the_question_of_a_decision_nothing_is_recorded(town: Town, command: str) -> None:
    newcomers(town)
    look(town)

    ran = town(*command.split(), answers=CTRL_C)

    assert (ran.code, ran.out) == (1, "")
    assert "affisync: Stopped at once." in ran.err
    assert town.known().decisions == ()


def test_at_the_question_of_unlink_nobody_is_parted(town: Town) -> None:
    person = town.both()
    town.remember(person)

    ran = town("unlink", person[0].id, answers=CTRL_C)

    assert ran.code == 1
    assert "Stopped at once." in ran.err
    assert town.linked() == {(person[0].id, person[1].id)}


def test_at_a_question_of_a_review_what_was_linked_is_told(town: Town) -> None:
    for _ in range(3):
        lookalikes(town)

    ran = town("link", "--review", answers=f"y\n{CTRL_C}")

    assert ran.code == 1
    assert "1 linked, 2 not asked yet." in ran.err
    assert "Stopped at once." in ran.err
    assert len(town.linked()) == 1


@pytest.mark.parametrize("command", [("sync",), ("sync", "--format", "json")])
def test_at_the_question_of_a_run_it_ends_and_nothing_is_written(
    town: Town, command: tuple[str, ...]
) -> None:
    newcomers(town)

    ran = town(*command, answers=CTRL_C)

    assert ran.code == 1
    assert "Stopped at the question; nothing was written." in ran.out
    assert "rows in hand" not in ran.err
    assert town.world.log.changes() == []
    assert town("report", "--format", "json").document["run"]["status"] == "failed"
    assert town("sync", "--yes", "--allow", "first-run").code == 0
