"""What explains a difference: rows by the ids they name, people the plan lists, listings, notes."""

from dataclasses import replace
from typing import Any

import pytest

from sync.core.grounds import PROMISE, REMEMBERED, By, Grounds, Reason
from sync.core.plan import Alone, Base, Field, Kind, Person, Plan, Row
from sync.core.record import Gathered, Incident, Side
from tests.core.people import OFF, ON, affihub, affiliate, link, partner, whop
from tests.core.undoing import moved, wrote, wrote_rate

TWENTY = Base("20", "20", "20")
NOBODY = Gathered(whop(), affihub())


def grounds(*rows: Row, gathered: Gathered = NOBODY, **plan: Any) -> Grounds:
    return Grounds(Plan(rows=rows, **plan), gathered)


def by_row(row: Row) -> Reason:
    return Reason(By.ROW, row.reason, row)


def test_a_linked_person_is_explained_by_the_first_field_that_has_a_row() -> None:
    status, rate = wrote(), wrote_rate(reason="Whop set 30 %.")
    found = grounds(rate, status)

    assert found.row(link(), Field.STATUS, Field.COMMISSION) == by_row(status)
    assert found.row(link(), Field.COMMISSION, Field.STATUS) == by_row(rate)
    assert found.row(link(), Field.NAME) is None
    assert found.row(link(2), Field.STATUS) is None
    assert found.row(link(affihub_id="par_2"), Field.STATUS) is None


def test_a_status_is_remembered_where_the_plan_says_so_of_this_very_link() -> None:
    found = grounds(refreshed=(link(1), link(2, status=None), link(3, status=OFF)))

    assert found.refreshed(link(1), "on") == REMEMBERED
    assert found.refreshed(link(1), "off") is None
    assert found.refreshed(link(2), "on") is None
    assert found.refreshed(link(3), "off") == REMEMBERED
    assert found.refreshed(link(4), "on") is None
    assert found.refreshed(link(1, affihub_id="par_3"), "on") is None
    assert REMEMBERED.text == (
        "Both sides agree and the mapping is behind; the next sync remembers it."
    )


def test_a_rate_is_remembered_where_the_plan_says_so_of_this_very_link() -> None:
    found = grounds(refreshed=(link(1, commission=TWENTY),))

    assert found.refreshed_rate(link(1), TWENTY) == REMEMBERED
    assert found.refreshed_rate(link(1), ON) is None
    assert found.refreshed_rate(link(2), TWENTY) is None


@pytest.mark.parametrize("field", [Field.RECORD, Field.LINK])
def test_who_is_alone_is_explained_by_the_row_about_the_record_on_either_side(
    field: Field,
) -> None:
    row = wrote(Kind.CREATE_PARTNER, field=field)

    assert grounds(row).alone(Side.WHOP, "aff_1") == by_row(row)
    assert grounds(row).alone(Side.AFFIHUB, "par_1") == by_row(row)
    assert grounds(row).alone(Side.WHOP, "par_1") is None
    assert grounds(row).alone(Side.WHOP, "aff_2") is None


def test_a_row_about_one_record_names_only_that_one() -> None:
    create = wrote(Kind.CREATE_PARTNER, field=Field.RECORD, affihub_id=None)
    other = wrote(Kind.CREATE_AFFILIATE, 2, field=Field.RECORD, whop_id=None)
    found = grounds(create, other)

    assert found.alone(Side.WHOP, "aff_1") == by_row(create)
    assert found.alone(Side.AFFIHUB, "par_2") == by_row(other)
    assert found.alone(Side.AFFIHUB, "par_1") is None
    assert found.alone(Side.WHOP, "aff_2") is None


def test_a_row_about_a_status_or_a_rate_is_no_reason_to_be_alone() -> None:
    assert grounds(wrote(), wrote_rate()).alone(Side.WHOP, "aff_1") is None


@pytest.mark.parametrize("turned", [1, -1])
def test_of_several_rows_about_a_record_that_of_its_link_counts(turned: int) -> None:
    create = wrote(Kind.CREATE_PARTNER, field=Field.RECORD)
    linked = wrote(Kind.LINK, field=Field.LINK, after="par_1")

    found = grounds(*(create, linked)[::turned])

    assert found.alone(Side.WHOP, "aff_1") == by_row(linked)


def test_an_affiliate_to_whom_a_link_moves_is_explained_by_the_move() -> None:
    row = moved()

    assert grounds(row).alone(Side.WHOP, "aff_2") == by_row(row)
    assert grounds(replace(row, after=None)).alone(Side.WHOP, "aff_2") is None
    linked = wrote(Kind.LINK, field=Field.LINK, after="par_7")
    assert grounds(linked).alone(Side.WHOP, "par_7") is None


def test_everybody_whom_a_group_names_in_its_sentence_is_explained_by_it() -> None:
    told = "Affiliates aff_1 and aff_3, and partners par_1; par_4 share addresses par_5."
    row = wrote(Kind.LINK, field=Field.LINK, after=None, reason=told)
    plain = replace(row, after="par_1")

    assert grounds(row).alone(Side.WHOP, "aff_3") == by_row(row)
    assert grounds(row).alone(Side.AFFIHUB, "par_1") == by_row(row)
    assert grounds(row).alone(Side.AFFIHUB, "par_4") == by_row(row)
    assert grounds(row).alone(Side.AFFIHUB, "par_5") == by_row(row)
    assert grounds(plain).alone(Side.WHOP, "aff_3") is None


def test_who_is_listed_as_alone_is_explained_unless_a_create_was_promised() -> None:
    listed = {
        Side.WHOP: (
            Alone(Person(), "aff_1", "archived", "archived, never linked"),
            Alone(Person(), "aff_2", "active", PROMISE),
        )
    }
    found = grounds(unmatched=listed)

    assert found.alone(Side.WHOP, "aff_1") == Reason(By.UNMATCHED, "archived, never linked")
    assert found.alone(Side.WHOP, "aff_2") is None
    assert found.alone(Side.AFFIHUB, "aff_1") is None
    assert PROMISE == "to be created"


def test_an_absence_is_explained_by_the_incomplete_listing_of_its_own_side() -> None:
    broken_off = Gathered(whop(complete=False, note="it broke off"), affihub(partner()))
    unsaid = Gathered(whop(affiliate()), affihub(complete=False))

    assert grounds(gathered=broken_off).unseen(Side.WHOP, "aff_1") == Reason(
        By.LISTING, "Whop's listing is incomplete: it broke off"
    )
    assert grounds(gathered=broken_off).unseen(Side.AFFIHUB, "par_9") is None
    assert grounds(gathered=unsaid).unseen(Side.AFFIHUB, "par_1") == Reason(
        By.LISTING, "Affihub's listing is incomplete: ?"
    )
    assert grounds(gathered=unsaid).unseen(Side.WHOP, "aff_9") is None


def test_who_is_known_to_be_gone_or_unreadable_is_not_explained_by_the_listing() -> None:
    incident = Incident("aff_2", "no user")
    read = Gathered(
        whop(complete=False, gone=frozenset({"aff_1"}), incidents=(incident,)), affihub()
    )
    found = grounds(gathered=read)

    assert found.unseen(Side.WHOP, "aff_1") is None
    assert found.unseen(Side.WHOP, "aff_2") is None
    assert found.unseen(Side.WHOP, "aff_3") is not None


def test_why_a_rate_was_not_read_is_the_first_note_about_its_record() -> None:
    notes = (
        "Look at this. The rate of aff_1 is odd.",
        "The rate of aff_12 is left alone.",
        "The rate of aff_1 is left alone: 500.",
        "The rate of aff_1 is left alone: 502.",
    )
    found = grounds(gathered=replace(NOBODY, notes=notes))

    assert found.unread("aff_1") == Reason(By.UNREAD, notes[2])
    assert found.unread("aff_3") == Reason(By.UNREAD, "Not read in this run.")


def test_a_row_about_something_else_hides_none_that_comes_after_it() -> None:
    create = wrote(Kind.CREATE_PARTNER, field=Field.RECORD)

    assert grounds(wrote_rate(), create).alone(Side.WHOP, "aff_1") == by_row(create)
