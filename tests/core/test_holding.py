"""What guards ask of a row: whose yes it has, whose it needs, and whether a limit counts it."""

from dataclasses import replace

import pytest

from sync.core.decision import Decision, Verb
from sync.core.holding import Beyond, Facts, approve_command, counts, held
from sync.core.plan import Disposition, GuardVerdict, Row
from sync.core.policy import Hold
from tests.core.undoing import wrote, wrote_rate
from tests.core.words import said


def due(number: int = 1) -> Row:
    return wrote(number=number, outcome=None)


def facts(*yes: Decision, two_people: bool = False, **told: object) -> Facts:
    known = {
        "approvals": {due().key: yes},
        "two_people": frozenset({"deactivate-partner"}) if two_people else frozenset(),
    }
    return Facts("main", 10, **{**known, **told})  # type: ignore[arg-type]


def yes(by: str, row: Row | None = None) -> Decision:
    return said(Verb.APPROVE, row or due(), by)


@pytest.mark.parametrize(
    "names, people, approved, by_two",
    [
        ((), 0, False, False),
        (("ana",), 1, True, False),
        (("ana", " Ana "), 1, True, False),
        (("Ana María", "ana  maría"), 1, True, False),
        (("ana", "ben"), 2, True, True),
        (("ana", "ben", "cleo"), 3, True, True),
    ],
)
def test_one_person_is_enough_unless_the_kind_needs_two(
    names: tuple[str, ...], people: int, *, approved: bool, by_two: bool
) -> None:
    one, two = facts(*map(yes, names)), facts(*map(yes, names), two_people=True)

    assert one.names(due()) == people
    assert (one.needed(due()), two.needed(due())) == (1, 2)
    assert (one.is_approved(due()), two.is_approved(due())) == (approved, by_two)
    assert two.needed(wrote_rate()) == 1
    assert not one.is_approved(due(2))


def test_only_who_saw_the_freeze_frees_a_row_from_it() -> None:
    frozen = replace(due(), guard=Hold.FREEZE)

    assert facts(yes("ana", frozen)).is_freed(due())
    assert not facts(yes("ana")).is_freed(due())
    assert not facts(yes("ana", frozen), yes("ben"), two_people=True).is_freed(due())
    assert facts(yes("ana", frozen), yes("ben", frozen), two_people=True).is_freed(due())


@pytest.mark.parametrize("guard", [Hold.REJECTED, Hold.IGNORED])
def test_a_row_somebody_said_no_to_counts_until_that_is_remembered(guard: Hold) -> None:
    refused = replace(due(), disposition=Disposition.HELD, guard=guard)

    assert counts(refused, facts())
    assert not counts(refused, facts(held={refused.key: "deactivate"}))


def test_what_is_to_be_applied_counts_and_what_another_guard_holds_does_not() -> None:
    other = replace(due(), disposition=Disposition.HELD, guard="first-run")

    assert counts(due(), facts())
    assert counts(due(), facts(held={due().key: "deactivate"}))
    assert not counts(other, facts())
    assert not counts(other, facts(held={"another": "deactivate"}))


def test_only_open_rows_that_are_beyond_are_held_by_the_guard() -> None:
    verdict = GuardVerdict("deactivate", 3, 1, 2, "Too many.", "affisync sync")
    conflict = replace(due(3), disposition=Disposition.CONFLICT)
    beyond = Beyond(frozenset({due(1).key, conflict.key}), verdict)

    assert held((due(1), due(2), conflict), beyond) == (
        replace(due(1), disposition=Disposition.HELD, guard="deactivate"),
        due(2),
        conflict,
    )


def test_rows_are_approved_by_the_guard_that_holds_them() -> None:
    command = approve_command(facts(), "deactivate")

    assert command == "affisync approve --pair main --guard deactivate"
