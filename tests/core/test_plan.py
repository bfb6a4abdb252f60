"""Rows: who they are about, which side they write to, and keys that mean the same in every run."""

from dataclasses import fields, replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.guard import CLASS_OF_KIND
from sync.core.plan import (
    Base,
    Disposition,
    Expect,
    Field,
    Kind,
    Person,
    Row,
    Values,
    row_key,
)
from sync.core.record import Affiliate, Partner, Side
from sync.core.sequence import STAGES
from sync.core.status import affihub_state, whop_state
from sync.core.subject import FIELD_OF_KIND, SIDE_OF_KIND, STATUS_AFTER, Subject
from tests.core.people import affiliate, link, partner

LINKED: Final = Subject("main", affiliate(), partner(), link())


def row(subject: Subject = LINKED, kind: Kind = Kind.DEACTIVATE_PARTNER, **told: str) -> Row:
    values = Values(told.get("base"), told.get("before"), told.get("after"))
    rule = told.get("rule", "whop-moved")
    return subject.row(kind, Disposition.APPLY, rule, told.get("reason", "Because."), values)


def test_every_kind_has_a_side_a_field_and_a_turn() -> None:
    assert SIDE_OF_KIND.keys() == set(Kind)
    assert FIELD_OF_KIND.keys() == set(Kind)
    assert STAGES.keys() == set(Kind)


def test_only_rates_go_either_way() -> None:
    either = {kind for kind, side in SIDE_OF_KIND.items() if side is None}

    assert either == {Kind.SET_COMMISSION, Kind.REMOVE_COMMISSION}


def test_every_status_kind_says_what_it_brings_about() -> None:
    about = {kind for kind, what in FIELD_OF_KIND.items() if what in (Field.STATUS, Field.RECORD)}

    assert STATUS_AFTER.keys() == about


def test_what_a_status_kind_brings_about_is_a_word_that_side_knows() -> None:
    for kind, word in STATUS_AFTER.items():
        known = whop_state(word) if SIDE_OF_KIND[kind] is Side.WHOP else affihub_state(word)
        assert known.value == word


def test_only_the_mapping_is_written_by_rows_about_links() -> None:
    assert {kind for kind in Kind if kind.is_local} == {Kind.LINK, Kind.MOVE_LINK}


def test_every_kind_that_can_do_harm_is_counted_by_a_guard() -> None:
    assert set(Kind) - CLASS_OF_KIND.keys() == {Kind.LINK, Kind.FILL_NAME}


@pytest.mark.parametrize(
    "disposition, needs",
    [
        (Disposition.APPLY, False),
        (Disposition.HELD, True),
        (Disposition.CONFLICT, True),
        (Disposition.WAITING, False),
        (Disposition.BREAK, True),
    ],
)
def test_held_rows_conflicts_and_breaks_need_a_person(
    disposition: Disposition, needs: bool
) -> None:
    assert disposition.needs_person is needs


@pytest.mark.parametrize(
    "kind, before, brings_back",
    [
        (Kind.ACTIVATE_PARTNER, "deactivated", True),
        (Kind.ACTIVATE_PARTNER, "invited", False),
        (Kind.UNARCHIVE_AFFILIATE, "archived", True),
        (Kind.DEACTIVATE_PARTNER, "active", False),
        (Kind.SET_COMMISSION, "deactivated", False),
    ],
)
def test_bringing_back_is_told_from_making_active(
    kind: Kind, before: str, brings_back: bool
) -> None:
    assert row(kind=kind, before=before).is_reactivation is brings_back


def test_a_base_tells_what_each_side_said() -> None:
    base = Base("20", "20", "20.004")

    assert (base.of(Side.WHOP), base.of(Side.AFFIHUB)) == ("20", "20.004")


@pytest.mark.parametrize(
    "person, label",
    [
        (Person("Ann", "a@x.y", "ann", "a"), "Ann"),
        (Person(None, "a@x.y", "ann", "a"), "ann"),
        (Person(None, "a@x.y", None, "a"), "a@x.y"),
        (Person("", "", "", "a"), "a"),
        (Person(), "somebody without a name"),
    ],
)
def test_people_are_called_by_the_best_name_there_is(person: Person, label: str) -> None:
    assert person.label == label


def test_a_person_is_shown_as_far_as_either_side_told() -> None:
    both = Subject("main", affiliate(name=None), partner(name="Ann", email="a@x.y"), link())

    assert both.person == Person("Ann", "a@x.y", "person.1", "person-1", "user_1")
    assert Subject("main", partner=partner()).person.user_id is None
    assert Subject("main", affiliate(), email="a@x.y").person.email == "a@x.y"
    assert Subject("main", partner=partner(), link=link()).person.user_id == "user_1"


def test_all_rows_of_one_person_have_one_identity() -> None:
    alone = Subject("main", affiliate())
    partner_alone = Subject("main", partner=partner())

    assert row().identity == row(kind=Kind.SET_COMMISSION, after="20").identity == "aff_1"
    assert row(alone, Kind.CREATE_PARTNER).identity == "aff_1"
    assert row(partner_alone, Kind.CREATE_AFFILIATE).identity == "par_1"
    assert row(Subject("main", email="a@x.y")).identity == "a@x.y"


def test_a_row_of_somebody_whose_record_is_unseen_still_has_both_ids() -> None:
    unseen = row(Subject("main", link=link()))

    assert (unseen.whop_id, unseen.affihub_id) == ("aff_1", "par_1")


def test_a_key_is_the_same_in_every_run_on_every_machine() -> None:
    """Pinned: people have approved rows by these texts."""
    values = (Field.STATUS, "active", "deactivated")

    key = row_key("main", Kind.DEACTIVATE_PARTNER, ("aff_1", "par_1"), None, values, "whop-moved")

    assert key == row(before="active", after="deactivated").key == "cd2b52c39f97146b"


CHANGES: Final[dict[str, Row]] = {
    "pair": row(replace(LINKED, pair="other"), before="a", after="b"),
    "kind": row(kind=Kind.ACTIVATE_PARTNER, before="a", after="b"),
    "affiliate": row(replace(LINKED, link=link(whop_id="aff_2")), before="a", after="b"),
    "partner": row(replace(LINKED, link=link(affihub_id="par_2")), before="a", after="b"),
    "before": row(before="z", after="b"),
    "nothing before": row(after="b"),
    "after": row(before="a", after="z"),
    "nothing after": row(before="a"),
    "rule": row(before="a", after="b", rule="both-moved"),
    "swapped": row(before="b", after="a"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_row_that_says_something_else_has_another_key(change: str) -> None:
    assert CHANGES[change].key != row(before="a", after="b").key


def test_no_two_of_these_rows_share_a_key() -> None:
    assert len({one.key for one in CHANGES.values()}) == len(CHANGES)


def test_a_row_that_says_the_same_has_the_same_key() -> None:
    """Names, addresses of the linked, reasons and what was expected may differ."""
    renamed = Subject(
        "main",
        affiliate(name="Ann", username="ann"),
        partner(email="ann@example.com", slug="ann"),
        link(evidence="by hand"),
        expect=Expect("archived"),
    )

    assert row(renamed, before="a", reason="Else.").key == row(before="a").key


def test_a_create_is_known_by_its_address() -> None:
    one = row(Subject("main", affiliate(), email="a@x.y"), Kind.CREATE_PARTNER)
    other = row(Subject("main", affiliate(), email="b@x.y"), Kind.CREATE_PARTNER)

    assert one.key != other.key


@given(st.text(max_size=5), st.text(max_size=5))
def test_texts_are_never_run_together_in_a_key(one: str, other: str) -> None:
    joined, apart = row(before=one + other, after=""), row(before=one, after=other)

    assert (joined.key == apart.key) is (other == "")


def test_half_a_character_in_a_value_breaks_no_key() -> None:
    """JSON may carry a lone surrogate; one such record must not end the run."""
    assert row(before="\ud800").key != row(before="\ud801").key


@pytest.mark.parametrize("frozen", [Row, Person, Base, Affiliate, Partner])
def test_values_cannot_be_changed_behind_a_plans_back(frozen: type) -> None:
    assert frozen.__dataclass_params__.frozen  # type: ignore[attr-defined]  # set by dataclass
    assert not hasattr(frozen, "__dict__") or "__slots__" in vars(frozen)
    assert fields(frozen)
