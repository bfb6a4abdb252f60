"""Oscillations: a field that went there and back twice within a day is left to a person."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from sync.core.deciding import Words
from sync.core.decision import Verb
from sync.core.oscillation import frozen
from sync.core.plan import Base, Disposition, Kind, Plan, Row
from sync.core.ports import PastRow
from sync.core.resolving import can_use
from tests.core.people import (
    OFF,
    ON,
    affiliate,
    commission,
    link,
    only,
    override,
    partner,
    planned,
    policy,
)
from tests.core.words import past, said, use

START: Final = datetime(2026, 11, 20, 8, 15, tzinfo=UTC)
TWO_WAY: Final = policy(commission=commission())


def hours(number: float) -> datetime:
    return START + timedelta(hours=number)


def whop_sets(status: str, **told: Any) -> Plan:
    """Whop moved to this status since both sides agreed on the other."""
    off = status == "archived"
    return planned(
        [affiliate(status=status)],
        [partner(status="active" if off else "deactivated")],
        [link(status=ON if off else OFF)],
        **told,
    )


def affihub_sets(status: str, **told: Any) -> Plan:
    """Affihub moved to this status since both sides agreed on the other."""
    off = status == "deactivated"
    return planned(
        [affiliate(status="active" if off else "archived")],
        [partner(status=status)],
        [link(status=ON if off else OFF)],
        **told,
    )


def history(*plans: Plan) -> tuple[PastRow, ...]:
    return tuple(past(only(plan.rows), hours(n)) for n, plan in enumerate(plans))


THREE: Final = history(whop_sets("archived"), affihub_sets("active"), whop_sets("archived"))
"""Whop shuts a person out, Affihub brings them back, Whop shuts them out again."""


def test_the_second_way_back_is_frozen_and_says_who_sets_what() -> None:
    row = only(affihub_sets("active", lately=THREE).rows)

    assert (row.disposition, row.rule) == (Disposition.BREAK, "oscillation")
    assert row.reason == (
        "It went back and forth since 2026-11-20 08:15 UTC: Whop keeps setting off (2 times), "
        "Affihub keeps setting on (2 times); choose one."
    )
    assert row.key == only(affihub_sets("active").rows).key
    assert can_use(row) == ("whop", "affihub", "on", "off")


def test_one_writer_alone_may_also_go_back_and_forth() -> None:
    lately = history(whop_sets("archived"), whop_sets("active"), whop_sets("archived"))

    row = only(whop_sets("active", lately=lately).rows)

    assert "Whop keeps setting off (2 times), Whop keeps setting on (2 times)" in row.reason


def test_once_there_and_back_is_no_oscillation() -> None:
    for lately in ((), THREE[2:], THREE[1:]):
        row = only(affihub_sets("active", lately=lately).rows)
        assert row.disposition is Disposition.APPLY


def test_the_turns_of_somebody_else_do_not_count() -> None:
    others = planned([affiliate(2, "archived")], [partner(2)], [link(2)])
    lately = (*THREE[:2], past(only(others.rows), hours(3)))

    assert only(affihub_sets("active", lately=lately).rows).disposition is Disposition.APPLY


def test_a_choice_lets_it_pass_and_is_carried_out() -> None:
    frozen = only(affihub_sets("active", lately=THREE).rows)

    stays = only(affihub_sets("active", lately=THREE, decisions=(use(frozen, "affihub"),)).rows)
    turns = only(affihub_sets("active", lately=THREE, decisions=(use(frozen, "whop"),)).rows)

    assert (stays.kind, stays.disposition) == (Kind.UNARCHIVE_AFFILIATE, Disposition.APPLY)
    assert (turns.kind, turns.disposition) == (Kind.DEACTIVATE_PARTNER, Disposition.APPLY)
    assert {stays.rule, turns.rule} == {"resolved"}


def test_another_try_lets_it_pass_once() -> None:
    again = said(Verb.RETRY, only(affihub_sets("active", lately=THREE).rows))

    row = only(affihub_sets("active", lately=THREE, decisions=(again,)).rows)
    assert row.disposition is Disposition.APPLY

    done = past(row, again.at + timedelta(minutes=5))
    later = past(only(whop_sets("archived").rows), again.at + timedelta(minutes=9))
    lately = (*THREE, done, later)
    assert (
        only(affihub_sets("active", lately=lately, decisions=(again,)).rows).rule == "oscillation"
    )


def test_a_word_from_before_the_freeze_lets_nothing_pass() -> None:
    early = said(Verb.RETRY, only(affihub_sets("active").rows), at=hours(1))

    row = only(affihub_sets("active", lately=THREE, decisions=(early,)).rows)

    assert row.rule == "oscillation"


def test_an_approval_does_not_thaw_it() -> None:
    yes = said(Verb.APPROVE, only(affihub_sets("active", lately=THREE).rows))

    assert only(affihub_sets("active", lately=THREE, decisions=(yes,)).rows).rule == "oscillation"


def rate(before: int, after: int) -> Row:
    """Whop moved from one rate to another; Affihub follows."""
    text = str(before)
    return only(
        planned(
            [affiliate()],
            [partner(commission=Decimal(before))],
            [link(commission=Base(text, text, text))],
            overrides={"aff_1": (override(after),)},
            settings=TWO_WAY,
        ).rows
    )


def rates(values: Sequence[int], **told: Any) -> Plan:
    """A rate that went through these values within the day, the last step still to be done."""
    *steps, (before, after) = pairwise(values)
    text = str(before)
    return planned(
        [affiliate()],
        [partner(commission=Decimal(before))],
        [link(commission=Base(text, text, text))],
        overrides={"aff_1": (override(after),)},
        settings=TWO_WAY,
        lately=tuple(past(rate(*step), hours(n / 10)) for n, step in enumerate(steps)),
        **told,
    )


def test_a_rate_that_goes_back_and_forth_is_frozen_by_its_value() -> None:
    row = only(rates([20, 25, 20, 25, 20]).rows)

    assert row.rule == "oscillation"
    assert "Whop keeps setting 25 % (2 times), Whop keeps setting 20 % (2 times)" in row.reason


def test_a_rate_that_goes_on_is_no_oscillation() -> None:
    for values in ([20, 25, 20, 25], [20, 25, 20, 25, 30], [10, 20, 25, 20, 25]):
        assert only(rates(values).rows).disposition is Disposition.APPLY


def test_a_rate_written_to_both_sides_is_one_turn() -> None:
    """A person chose 30 for both: that is no way there and back."""
    first, second = rate(20, 30), rate(25, 30)
    lately = (past(rate(30, 20), hours(0)), past(first, hours(1)), past(second, hours(1)))

    plan = planned(
        [affiliate()],
        [partner(commission=Decimal(30))],
        [link(commission=Base("30", "30", "30"))],
        overrides={"aff_1": (override(20),)},
        settings=TWO_WAY,
        lately=lately,
    )

    assert only(plan.rows).disposition is Disposition.APPLY


CHANGING: Final = (
    st.lists(st.integers(1, 5), min_size=2, max_size=9)
    .map(lambda values: [v for v, w in zip(values, [0, *values], strict=False) if v != w])
    .filter(lambda values: len(values) > 1)
)


@given(CHANGING)
def test_only_the_second_way_back_freezes(values: list[int]) -> None:
    row = only(rates(values).rows)

    one, two = values[-1], values[-2]
    swings = values[-5:] == [one, two, one, two, one]
    assert (row.rule == "oscillation") is swings


@given(st.lists(st.integers(1, 100), min_size=2, max_size=9, unique=True), st.booleans())
def test_a_series_that_only_rises_or_falls_never_freezes(values: list[int], falls: bool) -> None:
    row = only(rates(sorted(values, reverse=falls)).rows)

    assert row.disposition is Disposition.APPLY


def test_a_row_that_is_not_to_be_applied_stays_what_it_is() -> None:
    held = replace(only(affihub_sets("active").rows), disposition=Disposition.CONFLICT)

    assert frozen([held], THREE, Words(())) == (held,)


def test_only_who_insists_after_the_last_write_knew_of_it() -> None:
    row = only(affihub_sets("active").rows)

    def left(since: float) -> Disposition:
        again = replace(said(Verb.RETRY, row), at=hours(since))
        return frozen([row], THREE, Words([again]))[0].disposition

    assert left(1.5) is Disposition.BREAK
    assert left(2) is Disposition.BREAK
    assert left(2.5) is Disposition.APPLY


def test_coming_back_first_is_going_back_and_forth_too() -> None:
    lately = history(whop_sets("active"), affihub_sets("deactivated"), whop_sets("active"))
    row = only(affihub_sets("deactivated").rows)

    assert frozen([row], lately, Words(()))[0].disposition is Disposition.BREAK


def test_who_was_only_invited_before_did_not_come_back() -> None:
    first = replace(only(whop_sets("active").rows), before="invited")
    rest = history(whop_sets("active"), affihub_sets("deactivated"), whop_sets("active"))
    row = only(affihub_sets("deactivated").rows)

    assert frozen([row], (past(first, hours(0)), *rest[1:]), Words(())) == (row,)
