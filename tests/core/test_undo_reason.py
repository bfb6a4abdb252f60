"""The sentence beside a row of an undo, and the undo it is told again from."""

import pytest

from sync.core.undo_reason import undo_of, undo_reason
from tests.core.undoing import wrote


@pytest.mark.parametrize(
    "target, why, reason",
    [
        ("run-1", "", "Takes back what run run-1 did."),
        ("run-1", "  ", "Takes back what run run-1 did."),
        ("run-1:ab12", "", "Takes back what row run-1:ab12 did."),
        ("run-1", " the wrong list. ", "Takes back what run run-1 did: the wrong list."),
        ("run-1", ".NET, for X", "Takes back what run run-1 did: .NET, for X."),
    ],
)
def test_the_reason_names_the_run_or_the_row_and_why(target: str, why: str, reason: str) -> None:
    assert undo_reason(target, why) == reason
    assert undo_of(wrote(rule="undo", reason=reason)) == target
    assert undo_of(wrote(rule="redo-first-link", reason=reason)) == target


def test_without_a_why_the_reason_ends_with_what_is_taken_back() -> None:
    assert undo_reason("run-1") == "Takes back what run run-1 did."


def test_a_row_that_takes_nothing_back_belongs_to_no_undo() -> None:
    assert undo_of(wrote(reason=undo_reason("run-1"))) is None
    assert undo_of(wrote(rule="undo", reason="Whop moved.")) is None
