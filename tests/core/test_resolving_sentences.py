"""What a choice says: in the reason of its rows, and where it cannot be done."""

from typing import Any

import pytest

from sync.core.decision import Verb
from sync.core.plan import Disposition, Expect, Field, Kind, Row, row_key
from sync.core.policy import Hold
from sync.core.record import Side
from sync.core.resolving import can_use, continues, resolved, why_not
from tests.core.undoing import wrote, wrote_rate
from tests.core.words import said, use


def status(whop: str | None, affihub: str | None, **told: Any) -> Row:
    known: dict[str, Any] = {
        "disposition": Disposition.CONFLICT,
        "rule": "first-link-ask",
        "base": None,
        "outcome": None,
    }
    return wrote(expect=Expect(whop, affihub, "1", "2"), **{**known, **told})


def rate(whop: str | None, affihub: str | None, **told: Any) -> Row:
    known: dict[str, Any] = {"disposition": Disposition.CONFLICT, "rule": "both-moved"}
    expect = Expect("active", "active", whop, affihub)
    return wrote_rate(outcome=None, expect=expect, **{**known, **told})


def chosen(row: Row, value: str) -> tuple[Row, ...]:
    made = resolved(use(row, value), row)
    assert isinstance(made, tuple)
    return made


@pytest.mark.parametrize(
    "row, value, reason",
    [
        (
            status("archived", "active"),
            "whop",
            "A person chose Whop's; before, it was archived on Whop and active on Affihub.",
        ),
        (
            status("archived", "active"),
            "off",
            "A person chose off; before, it was archived on Whop and active on Affihub.",
        ),
        (
            status(None, "active"),
            "whop",
            "A person chose Whop's; before, it was gone on Whop and active on Affihub.",
        ),
        (
            rate("20", "25"),
            "affihub",
            "A person chose Affihub's; before, it was 20 % on Whop and 25 % on Affihub.",
        ),
        (
            rate("20", None),
            "30",
            "A person chose 30 %; before, it was 20 % on Whop and the default rate on Affihub.",
        ),
        (
            rate(None, "25"),
            "30",
            "A person chose 30 %; before, it was the default rate on Whop and 25 % on Affihub.",
        ),
    ],
)
def test_the_row_of_a_choice_says_what_was_chosen_and_what_was_there(
    row: Row, value: str, reason: str
) -> None:
    assert {one.reason for one in chosen(row, value)} == {reason}


def test_a_chosen_status_is_one_row_with_a_key_of_its_own() -> None:
    row = status("active", "deactivated", base="active")

    (made,) = chosen(row, "affihub")

    values = (Field.STATUS, "active", "archived")
    ids = ("aff_1", "par_1")
    assert made.key == row_key("main", Kind.ARCHIVE_AFFILIATE, ids, None, values, "resolved")
    assert (made.kind, made.side, made.base) == (Kind.ARCHIVE_AFFILIATE, Side.WHOP, None)
    assert (made.before, made.after, made.rule) == ("active", "archived", "resolved")
    assert (made.disposition, made.expect) == (Disposition.APPLY, row.expect)


def test_the_base_stays_with_the_side_of_the_question() -> None:
    on_affihub, on_whop = chosen(rate("20", "25", base="10"), "30")

    assert (on_affihub.side, on_affihub.base) == (Side.AFFIHUB, "10")
    assert (on_whop.side, on_whop.base) == (Side.WHOP, None)
    assert on_whop.before == "20"
    assert on_whop.expect == Expect("active", "active", "20", "30")


@pytest.mark.parametrize(
    "row, value, why",
    [
        (status("archived", "active"), "banana", "that is no status"),
        (status("archived", "deactivated"), "on", "neither side says on"),
        (status("active", "active"), "off", "neither side says off"),
        (status("active", "active"), "whop", "both sides mean the same already"),
        (rate("20", "20"), "20", "both sides pay that already"),
        (rate("20", "20"), "whop", "both sides pay that already"),
        (rate("20", "25"), "", "a rate is a number from 0 to 100"),
        (rate("20", "25"), "100.5", "a rate is a number from 0 to 100"),
        (rate("20", "25", rule="unreadable"), "whop", "no choice settles it"),
    ],
)
def test_why_a_value_settles_nothing_is_the_end_of_a_sentence(
    row: Row, value: str, why: str
) -> None:
    assert why_not(row, value) == why
    assert resolved(use(row, value), row) == why


def test_all_of_the_revenue_and_none_of_it_are_rates() -> None:
    assert [one.after for one in chosen(rate("20", "25"), "100")] == ["100", "100"]
    assert [one.side for one in chosen(rate("20", "0"), "20")] == [Side.AFFIHUB]
    (made,) = chosen(rate("20", "0"), "whop")
    assert (made.before, made.after) == ("0", "20")


def test_a_choice_without_a_value_is_no_status_and_no_rate() -> None:
    nothing = said(Verb.USE, status("archived", "active"))
    no_rate = said(Verb.USE, rate("20", "25"))

    assert resolved(nothing, nothing.row) == "that is no status"
    assert resolved(no_rate, no_rate.row) == "a rate is a number from 0 to 100"


@pytest.mark.parametrize("missing", ["whop_id", "affihub_id"])
def test_of_somebody_with_one_record_nothing_can_be_chosen(missing: str) -> None:
    lone: dict[str, Any] = {missing: None}

    assert can_use(status("archived", "active", **lone)) == ()
    assert can_use(rate("20", "25", **lone)) == ()


def test_what_is_not_open_is_a_choice_only_where_the_field_was_left_alone() -> None:
    ignored = {"disposition": Disposition.HELD, "guard": Hold.IGNORED}

    assert can_use(rate("20", "25", **ignored)) == ("whop", "affihub", "VALUE")
    assert can_use(rate("20", "25", disposition=Disposition.HELD, guard="commission")) == ()
    assert can_use(rate("20", "25", disposition=Disposition.WAITING)) == ()
    assert can_use(rate("20", "25", field=Field.NAME)) == ()


def test_a_choice_about_a_question_does_nothing_to_a_row_that_is_none() -> None:
    asked = rate("20", "25")

    assert resolved(use(asked, "30"), rate("20", "25", rule="unreadable")) == "no choice settles it"
    other = resolved(use(rate("20", "25", rule="unreadable"), "30"), asked)
    assert other == "no choice settles it"


@pytest.mark.parametrize(
    "now, goes_on",
    [
        (("20", "30"), True),
        (("30", "25"), True),
        (("20", "25"), False),
        (("30", "30"), False),
        (("21", "30"), False),
        (("30", "26"), False),
        (("20", "31"), False),
    ],
)
def test_a_choice_goes_on_where_one_side_has_it_and_the_other_is_as_it_was(
    now: tuple[str, str], *, goes_on: bool
) -> None:
    decision = use(rate("20", "25"), "30")

    assert continues(decision, rate(*now)) is goes_on


def test_a_choice_that_is_no_rate_never_goes_on() -> None:
    asked = rate("20", "25")

    assert not continues(use(asked, "whop"), rate("20", "30"))
    assert not continues(said(Verb.USE, asked), rate("20", "30"))
    assert not continues(use(asked, "30"), rate("20", "30", field=Field.STATUS))
    assert not continues(use(asked, "30"), rate("20", "30", rule="unreadable"))


def test_a_choice_of_what_one_side_had_is_done_where_that_side_still_has_it() -> None:
    """30 % was there on Affihub when it was chosen: nothing is half done."""
    assert not continues(use(rate("20", "30"), "30"), rate("20", "30"))
