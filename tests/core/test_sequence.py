"""The order of rows: across people, within one person, and what waits for what."""

from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.plan import Disposition, Kind, Row
from sync.core.record import Side
from sync.core.sequence import STAGES, in_order, stage, wait_for_others
from sync.core.subject import Subject
from tests.core.people import affiliate, link, partner


def linked(kind: Kind, number: int = 1, **told: Any) -> Row:
    subject = Subject("main", affiliate(number), partner(number), link(number))
    return replace(subject.row(kind, Disposition.APPLY, "a-rule", "A reason."), **told)


def new_partner(kind: Kind, number: int = 1, **told: Any) -> Row:
    subject = Subject("main", affiliate(number), email=f"{number}@example.com")
    return replace(subject.row(kind, Disposition.APPLY, "a-rule", "A reason."), **told)


def kinds(rows: tuple[Row, ...]) -> list[str]:
    return [row.kind.value for row in rows]


LINKED_KINDS: Final = [k for k in Kind if k not in (Kind.CREATE_PARTNER, Kind.CREATE_AFFILIATE)]


def test_across_people_switching_off_goes_first_and_names_last() -> None:
    people = [linked(kind, number) for number, kind in enumerate(LINKED_KINDS, start=1)]
    created = [new_partner(Kind.CREATE_PARTNER, 50), new_partner(Kind.CREATE_AFFILIATE, 51)]

    ordered = in_order([*people, *created])

    assert kinds(ordered) == [
        "link",
        "move-link",
        "deactivate-partner",
        "archive-affiliate",
        "set-commission",
        "remove-commission",
        "create-partner",
        "create-affiliate",
        "activate-partner",
        "unarchive-affiliate",
        "fill-name",
    ]


def test_within_a_new_person_create_rate_then_switching_on() -> None:
    rows = [
        new_partner(Kind.ACTIVATE_PARTNER),
        new_partner(Kind.SET_COMMISSION),
        new_partner(Kind.CREATE_PARTNER),
    ]

    assert kinds(in_order(rows)) == ["create-partner", "set-commission", "activate-partner"]


def test_what_follows_a_create_comes_right_behind_it_and_not_with_everybodys_rates() -> None:
    rows = [
        new_partner(Kind.SET_COMMISSION, 1),
        new_partner(Kind.CREATE_PARTNER, 1),
        new_partner(Kind.SET_COMMISSION, 2),
        new_partner(Kind.CREATE_PARTNER, 2),
        linked(Kind.SET_COMMISSION, 3),
    ]

    assert [(row.whop_id, row.kind.value) for row in in_order(rows)] == [
        ("aff_3", "set-commission"),
        ("aff_1", "create-partner"),
        ("aff_1", "set-commission"),
        ("aff_2", "create-partner"),
        ("aff_2", "set-commission"),
    ]


def test_within_a_linked_person_link_rate_then_switching_on() -> None:
    rows = [linked(kind) for kind in (Kind.FILL_NAME, Kind.ACTIVATE_PARTNER, Kind.SET_COMMISSION)]

    assert kinds(in_order([*rows, linked(Kind.LINK)])) == [
        "link",
        "set-commission",
        "activate-partner",
        "fill-name",
    ]


ROWS: Final = (
    *(linked(kind, number) for kind in LINKED_KINDS for number in (1, 2)),
    *(new_partner(kind, n) for n in (8, 9) for kind in (Kind.CREATE_PARTNER, Kind.SET_COMMISSION)),
)


@given(st.permutations(ROWS))
def test_the_order_is_the_same_for_any_order_they_came_in(rows: list[Row]) -> None:
    assert in_order(rows) == in_order(ROWS)


def test_turns_come_one_after_the_other() -> None:
    stages = [stage(row) for row in in_order(ROWS)]

    assert stages == sorted(stages)


def test_people_are_shown_by_name_and_two_of_one_name_apart() -> None:
    named = [
        linked(Kind.SET_COMMISSION, number, person=replace(linked(Kind.LINK).person, name=name))
        for number, name in ((3, "ann"), (1, "Bob"), (2, "Ann"))
    ]

    assert [row.whop_id for row in in_order(named)] == ["aff_2", "aff_3", "aff_1"]


NOT_APPLIED: Final = [d for d in Disposition if d is not Disposition.APPLY]


@pytest.mark.parametrize("blocked", NOT_APPLIED)
@pytest.mark.parametrize("kind", [Kind.SET_COMMISSION, Kind.ACTIVATE_PARTNER])
def test_what_follows_a_create_waits_while_that_is_not_done(
    kind: Kind, blocked: Disposition
) -> None:
    create = new_partner(Kind.CREATE_PARTNER, disposition=blocked)

    rows = wait_for_others([create, new_partner(kind)])

    assert rows[0] is create
    assert (rows[1].disposition, rows[1].rule) == (Disposition.WAITING, "after-create")


@pytest.mark.parametrize("blocked", NOT_APPLIED)
@pytest.mark.parametrize("rate", [Kind.SET_COMMISSION, Kind.REMOVE_COMMISSION])
@pytest.mark.parametrize("kind", [Kind.ACTIVATE_PARTNER, Kind.UNARCHIVE_AFFILIATE])
def test_nobody_is_switched_on_while_the_rate_is_not_settled(
    kind: Kind, rate: Kind, blocked: Disposition
) -> None:
    rows = wait_for_others([linked(kind), linked(rate, disposition=blocked)])

    assert (rows[0].disposition, rows[0].rule) == (Disposition.WAITING, "rate-first")
    assert rows[1].disposition is blocked


RATE: Final = linked(Kind.SET_COMMISSION)
BACK: Final = linked(Kind.ACTIVATE_PARTNER, before="deactivated")


@pytest.mark.parametrize(
    "row, other, reason",
    [
        (
            BACK,
            RATE,
            "Comes back once the rate is settled: nobody may earn at the old rate.",
        ),
        (
            RATE,
            linked(Kind.SET_COMMISSION, side=Side.WHOP),
            "Follows once the other side's rate may be written: both get the one chosen.",
        ),
        (
            RATE,
            BACK,
            "Follows once this person comes back: nobody who is off gets a rate.",
        ),
    ],
)
def test_a_row_that_waits_for_another_says_for_what(row: Row, other: Row, reason: str) -> None:
    rows = wait_for_others([row, replace(other, disposition=Disposition.CONFLICT)])

    assert rows[0].reason == reason


@pytest.mark.parametrize("blocked", NOT_APPLIED)
@pytest.mark.parametrize("rate", [Kind.SET_COMMISSION, Kind.REMOVE_COMMISSION])
@pytest.mark.parametrize(
    "kind, before",
    [(Kind.ACTIVATE_PARTNER, "deactivated"), (Kind.UNARCHIVE_AFFILIATE, "archived")],
)
def test_nobody_who_is_not_brought_back_gets_a_rate(
    kind: Kind, before: str, rate: Kind, blocked: Disposition
) -> None:
    rows = wait_for_others([linked(kind, before=before, disposition=blocked), linked(rate)])

    assert (rows[1].disposition, rows[1].rule) == (Disposition.WAITING, "after-return")


def test_an_invited_partner_gets_its_rate_although_it_is_not_made_active() -> None:
    parked = linked(Kind.ACTIVATE_PARTNER, before="invited", disposition=Disposition.BREAK)
    rate = linked(Kind.SET_COMMISSION)

    assert wait_for_others([parked, rate]) == (parked, rate)


@pytest.mark.parametrize("kind", [Kind.DEACTIVATE_PARTNER, Kind.ARCHIVE_AFFILIATE, Kind.FILL_NAME])
def test_switching_off_and_names_wait_for_nobody(kind: Kind) -> None:
    rows = (linked(kind), linked(Kind.SET_COMMISSION, disposition=Disposition.CONFLICT))

    assert wait_for_others(rows) == rows


def test_nobody_waits_for_somebody_else() -> None:
    rows = (
        linked(Kind.ACTIVATE_PARTNER, 1),
        linked(Kind.SET_COMMISSION, 2, disposition=Disposition.CONFLICT),
        new_partner(Kind.CREATE_PARTNER, 3, disposition=Disposition.HELD),
        new_partner(Kind.SET_COMMISSION, 4),
    )

    assert wait_for_others(rows) == rows


@pytest.mark.parametrize("decided", NOT_APPLIED)
def test_what_is_not_to_be_applied_stays_what_it_is(decided: Disposition) -> None:
    rows = (
        new_partner(Kind.CREATE_PARTNER, disposition=Disposition.HELD),
        new_partner(Kind.SET_COMMISSION, disposition=decided),
    )

    assert wait_for_others(rows) == rows


def test_waiting_for_others_is_settled_at_once() -> None:
    rows = wait_for_others(
        [
            linked(Kind.ACTIVATE_PARTNER, before="deactivated", disposition=Disposition.HELD),
            linked(Kind.SET_COMMISSION),
        ]
    )

    assert wait_for_others(rows) == rows


def test_every_kind_has_a_turn() -> None:
    assert STAGES.keys() == set(Kind)


def test_behind_one_row_nobody_else_waits() -> None:
    held = linked(Kind.SET_COMMISSION, 1, disposition=Disposition.HELD)
    asked = linked(Kind.SET_COMMISSION, 2, disposition=Disposition.CONFLICT)
    back = [linked(Kind.UNARCHIVE_AFFILIATE, number) for number in (1, 2)]

    waiting = wait_for_others([held, asked, *back], {held.key})

    assert [row.disposition for row in waiting[2:]] == [Disposition.WAITING, Disposition.APPLY]
