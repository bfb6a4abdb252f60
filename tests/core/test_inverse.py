"""The row that takes back a written one, the base it puts back, and rows that cannot be undone."""

from dataclasses import replace
from typing import Any

import pytest

from sync.core.inverse import (
    INVERSE,
    NO_BASE,
    REDO,
    UNDO,
    base_of,
    base_then,
    difference,
    had_base,
    inverse,
    is_redo,
    is_undo,
    left_behind,
    restored,
    stays,
    takes_back,
    with_one_base,
)
from sync.core.inverse import wrote as shows_after
from sync.core.plan import Base, Disposition, Expect, Field, Kind, Link, Person, Row, row_key
from sync.core.policy import CommissionSync
from sync.core.record import Side
from tests.core.people import OFF, ON, commission, link, policy
from tests.core.undoing import RATES, REASON, moved, wrote, wrote_rate

MARIA = Person(name="María", email="maria@example.com")
RATED = Base("30", "30.00", "30")


def taken_back(row: Row, found: Link | None = None) -> Row:
    return inverse(row, "main", MARIA, found or link(), REASON)


def test_the_inverse_writes_back_what_was_there_to_the_same_side() -> None:
    row = wrote(Kind.DEACTIVATE_PARTNER)

    made = taken_back(row)

    said = (Field.STATUS, "deactivated", "active")
    assert made == Row(
        key=row_key("main", Kind.ACTIVATE_PARTNER, ("aff_1", "par_1"), None, said, UNDO),
        kind=Kind.ACTIVATE_PARTNER,
        side=Side.AFFIHUB,
        person=MARIA,
        whop_id="aff_1",
        affihub_id="par_1",
        field=Field.STATUS,
        base="active",
        before="deactivated",
        after="active",
        disposition=Disposition.APPLY,
        rule=UNDO,
        reason=REASON,
    )


@pytest.mark.parametrize(
    "kind, back",
    [
        (Kind.ACTIVATE_PARTNER, Kind.DEACTIVATE_PARTNER),
        (Kind.ARCHIVE_AFFILIATE, Kind.UNARCHIVE_AFFILIATE),
        (Kind.UNARCHIVE_AFFILIATE, Kind.ARCHIVE_AFFILIATE),
    ],
)
def test_each_status_has_its_opposite(kind: Kind, back: Kind) -> None:
    assert taken_back(wrote(kind)).kind is back
    assert INVERSE[back] is kind


@pytest.mark.parametrize(
    "before, after, kind",
    [
        ("20", "30", Kind.SET_COMMISSION),
        (None, "30", Kind.REMOVE_COMMISSION),
        ("20", None, Kind.SET_COMMISSION),
    ],
)
def test_a_rate_is_set_back_and_one_that_was_not_there_is_removed(
    before: str | None, after: str | None, kind: Kind
) -> None:
    written = Kind.REMOVE_COMMISSION if after is None else Kind.SET_COMMISSION

    made = taken_back(replace(wrote_rate(before=before, after=after), kind=written))

    assert (made.kind, made.before, made.after) == (kind, after, before)


def test_a_row_that_was_decided_without_a_base_is_taken_back_without_one() -> None:
    made = taken_back(wrote_rate(rule="first-link-whop", base="20"))

    assert (made.base, made.rule) == (None, "undo-first-link")


def test_the_undo_of_an_undo_brings_back_what_both_agree_on_now() -> None:
    undone = wrote_rate(Side.WHOP, rule=UNDO)

    made = taken_back(undone, link(commission=RATED))

    assert (made.base, made.rule) == ("30.00", REDO)


def test_the_undo_of_an_undo_says_where_there_is_no_base_to_come_back_to() -> None:
    made = taken_back(wrote_rate(rule=UNDO + NO_BASE), link(commission=None))

    assert (made.base, made.rule) == (None, "redo-first-link")


def test_a_link_moves_back_and_forth_without_any_base() -> None:
    back = taken_back(moved())
    forth = taken_back(replace(moved(), rule=UNDO))

    assert (back.kind, back.base, back.rule) == (Kind.MOVE_LINK, None, UNDO)
    assert (forth.kind, forth.base, forth.rule) == (Kind.MOVE_LINK, None, REDO)


def test_an_undo_and_its_undo_are_known_by_their_rules_with_and_without_a_base() -> None:
    rules = ("undo", "undo-first-link", "redo", "redo-first-link", "whop-moved", "first-link-ask")
    rows = [wrote(rule=rule) for rule in rules]

    assert [is_undo(row) for row in rows] == [True, True, False, False, False, False]
    assert [is_redo(row) for row in rows] == [False, False, True, True, False, False]
    assert [takes_back(row) for row in rows] == [True, True, True, True, False, False]


@pytest.mark.parametrize(
    "row, had",
    [
        (moved(), True),
        (wrote(base="active"), True),
        (wrote(base=None), False),
        (wrote(base="active", rule="first-link-whop"), True),
        (wrote_rate(base=None), True),
        (wrote_rate(base="20", rule="first-link-whop"), False),
        (wrote_rate(base="20", rule="first-link-ask"), False),
        (wrote_rate(base="20", rule="undo-first-link"), False),
        (wrote_rate(base="20", rule="resolved"), True),
        (wrote_rate(base=None, rule="resolved"), False),
    ],
)
def test_a_status_tells_its_base_and_of_a_rate_the_rule_has_to_tell(row: Row, had: bool) -> None:
    assert had_base(row) is had


def test_a_rate_chosen_for_both_sides_goes_back_to_the_base_that_one_of_its_rows_tells() -> None:
    on_affihub = wrote_rate(Side.AFFIHUB, base=None, rule="resolved")
    on_whop = wrote_rate(Side.WHOP, base="20", rule="whop-moved")

    first, second = with_one_base([on_affihub, on_whop])

    assert first == replace(on_affihub, base="20", rule="whop-moved")
    assert second == on_whop


def test_rows_that_all_tell_a_base_keep_each_its_own() -> None:
    rows = [wrote(base="active"), wrote(base="invited", rule="affihub-moved")]

    assert with_one_base(rows) == rows


def test_rows_none_of_which_tells_a_base_stay_without() -> None:
    rows = [wrote(base=None), wrote_rate(rule="first-link-ask")]

    assert with_one_base(rows) == rows


def test_a_link_has_a_base_for_status_rate_and_name_and_for_nothing_else() -> None:
    found = link(commission=RATED)

    bases = {field: base_of(found, field) for field in Field}

    assert bases == {
        Field.LINK: None,
        Field.RECORD: None,
        Field.STATUS: ON,
        Field.COMMISSION: RATED,
        Field.NAME: found.name,
    }


def test_the_base_of_a_rate_is_what_the_row_tells_for_both_sides() -> None:
    assert base_then(wrote_rate(base="20")) == Base("20", "20", "20")
    assert base_then(wrote_rate(base=None)) == Base(None, None, None)


@pytest.mark.parametrize(
    "kind, said, base",
    [
        (Kind.DEACTIVATE_PARTNER, "active", ON),
        (Kind.DEACTIVATE_PARTNER, "invited", Base("on", "active", "invited")),
        (Kind.ACTIVATE_PARTNER, "deactivated", OFF),
        (Kind.ARCHIVE_AFFILIATE, "active", ON),
        (Kind.UNARCHIVE_AFFILIATE, "archived", OFF),
        (Kind.UNARCHIVE_AFFILIATE, "deleted", Base("off", "deleted", "deactivated")),
        (Kind.DEACTIVATE_PARTNER, "paused", None),
        (Kind.ARCHIVE_AFFILIATE, "paused", None),
        (Kind.DEACTIVATE_PARTNER, None, None),
    ],
)
def test_the_base_of_a_status_keeps_the_word_of_its_side_and_means_the_same_on_the_other(
    kind: Kind, said: str | None, base: Base | None
) -> None:
    assert base_then(wrote(kind, base=said)) == base


def test_an_undone_status_is_agreed_on_again_as_before_the_run() -> None:
    found = link(status=OFF, commission=RATED)

    assert restored(found, wrote(rule=UNDO)) == replace(found, status=ON)
    assert restored(found, wrote(rule=UNDO + NO_BASE)) == replace(found, status=None)


def test_an_undone_rate_is_agreed_on_again_as_before_the_run() -> None:
    found = link(status=ON, commission=RATED)
    twenty = Base("20", "20", "20")

    assert restored(found, wrote_rate(rule=UNDO)) == replace(found, commission=twenty)
    assert restored(found, wrote_rate(rule=UNDO + NO_BASE)) == replace(found, commission=None)


def test_a_link_that_moved_back_keeps_what_both_sides_agreed_on() -> None:
    assert restored(link(commission=RATED), moved(rule=UNDO)) == link(commission=RATED)


@pytest.mark.parametrize(
    "kind, why",
    [
        (
            Kind.CREATE_PARTNER,
            "Affihub erases nobody, and the invitation may have been mailed",
        ),
        (Kind.CREATE_AFFILIATE, "Whop's API cannot delete an affiliate"),
        (Kind.FILL_NAME, "it was empty before, and Affihub is not asked to forget a name"),
        (
            Kind.LINK,
            "a link writes to neither side; to part people: affisync unlink AFFILIATE",
        ),
    ],
)
def test_what_was_made_stays_and_says_why(kind: Kind, why: str) -> None:
    assert stays(wrote(kind), RATES) == why


def test_nobody_is_made_invited_or_deleted_again() -> None:
    ended = wrote(Kind.DEACTIVATE_PARTNER, before="invited")
    accepted = wrote(Kind.ACTIVATE_PARTNER, before="invited")
    back = wrote(Kind.UNARCHIVE_AFFILIATE, before="deleted")

    assert stays(ended, RATES) == "nobody can be made invited again"
    assert stays(accepted, RATES) == "nobody can be made invited again"
    assert stays(back, RATES) == "nobody can be made deleted again"


@pytest.mark.parametrize(
    "kind, before",
    [
        (Kind.ACTIVATE_PARTNER, "deactivated"),
        (Kind.DEACTIVATE_PARTNER, "active"),
        (Kind.ARCHIVE_AFFILIATE, "active"),
        (Kind.UNARCHIVE_AFFILIATE, "archived"),
    ],
)
def test_a_status_that_can_be_written_again_can_be_undone(kind: Kind, before: str) -> None:
    assert stays(wrote(kind, before=before), RATES) is None


def test_no_rate_is_undone_while_rates_are_not_synced() -> None:
    off = policy(commission=commission(CommissionSync.OFF))
    leading = policy(commission=commission(CommissionSync.WHOP))

    assert stays(wrote_rate(), off) == "no rate is read or written while commission.sync is off"
    assert stays(wrote_rate(before=None), off) is not None
    assert stays(wrote_rate(), leading) is None


def test_a_rate_goes_back_only_where_its_side_can_hold_it() -> None:
    assert (
        stays(wrote_rate(Side.WHOP, before="12.5"), RATES)
        == "Whop holds whole percentages from 1 to 100"
    )
    assert stays(wrote_rate(Side.AFFIHUB, before="12.5"), RATES) is None
    assert stays(wrote_rate(Side.WHOP, before=None), RATES) is None


def test_a_link_can_always_move_back() -> None:
    assert stays(moved(), RATES) is None


def test_a_run_leaves_behind_what_it_was_decided_on_with_all_its_writes() -> None:
    on_affihub = wrote_rate(Side.AFFIHUB, after="40", expect=Expect("active", "active", "30", "20"))
    on_whop = wrote_rate(Side.WHOP, after="41", expect=Expect("archived", "invited", "1", "2"))

    assert left_behind([]) == Expect()
    assert left_behind([on_affihub]) == Expect("active", "active", "30", "40")
    assert left_behind([on_affihub, on_whop]) == Expect("active", "active", "41", "40")


@pytest.mark.parametrize("missing", ["whop_id", "affihub_id"])
def test_a_rate_that_followed_a_create_was_the_same_on_both_sides(missing: str) -> None:
    told: dict[str, Any] = {missing: None, "expect": Expect(None, None, "1", "2")}

    for side in Side:
        shown = left_behind([wrote_rate(side, after="40", **told)])
        assert shown == Expect(None, None, "40", "40")


def test_a_write_shows_on_its_side_and_in_its_field_alone() -> None:
    shown = Expect("w", "a", "1", "2")

    assert shows_after(shown, wrote(Kind.ARCHIVE_AFFILIATE)) == replace(
        shown, whop_status="archived"
    )
    assert shows_after(shown, wrote()) == replace(shown, affihub_status="deactivated")
    assert shows_after(shown, wrote_rate(Side.WHOP)) == replace(shown, whop_rate="30")
    assert shows_after(shown, wrote_rate(Side.AFFIHUB)) == replace(shown, affihub_rate="30")
    assert shows_after(shown, moved()) == shown


def test_what_moved_is_told_of_each_side_that_shows_something_else() -> None:
    row = wrote(expect=Expect("archived", "deactivated"))

    assert difference(row, Expect("archived", "deactivated", "1", "2")) is None
    assert difference(row, Expect("archived", "active")) == (
        "Affihub's status was deactivated and is active now."
    )
    assert difference(row, Expect(None, "active")) == (
        "Whop's status was archived and is none now. "
        "Affihub's status was deactivated and is active now."
    )


def test_of_a_rate_the_rates_are_told_and_no_rate_is_none() -> None:
    row = wrote_rate(expect=Expect("active", "active", None, "20"))

    assert difference(row, Expect("archived", "deactivated", None, "20")) is None
    assert difference(row, Expect("active", "active", "30", "20")) == (
        "Whop's rate was none and is 30 now."
    )


def test_of_a_created_record_the_statuses_are_told_and_of_a_link_nothing() -> None:
    created = wrote(field=Field.RECORD, expect=Expect("active", None))

    assert difference(created, Expect("active", "invited")) == (
        "Affihub's status was none and is invited now."
    )
    assert difference(moved(), Expect("x", "x", "x", "x")) is None
