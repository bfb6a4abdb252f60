"""Records: sides, snapshots, and when two addresses are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.record import Gathered, Incident, Side, email_key, split_name
from tests.core.people import affihub, affiliate, partner, whop


def test_each_side_has_the_other_opposite_and_a_name_people_know() -> None:
    assert Side.WHOP.other is Side.AFFIHUB
    assert Side.AFFIHUB.other is Side.WHOP
    assert [side.brand for side in Side] == ["Whop", "Affihub"]


def test_the_marketplace_affiliate_is_known_by_its_username() -> None:
    assert affiliate(username="whop").is_marketplace
    assert not affiliate(username="whopper").is_marketplace
    assert not affiliate(username=None).is_marketplace


@pytest.mark.parametrize(
    "one, other",
    [
        ("Ann@Example.COM", "ann@example.com"),
        ("  ann@example.com\t", "ann@example.com"),
        ("\u00a0ann@example.com", "ann@example.com"),
        ("stra\u00dfe@example.com", "STRASSE@example.com"),
        ("jose\u0301@example.com", "jos\u00e9@example.com"),  # e + accent, and é in one
        ("\uff41nn@example.com", "ann@example.com"),  # a wide a
    ],
)
def test_addresses_that_differ_in_case_blanks_or_encoding_are_one(one: str, other: str) -> None:
    assert email_key(one) == email_key(other)


@pytest.mark.parametrize(
    "one, other",
    [
        ("ann+shop@example.com", "ann@example.com"),
        ("a.nn@example.com", "ann@example.com"),
        ("ann@example.com", "ann@example.org"),
        ("jose@example.com", "josé@example.com"),
    ],
)
def test_tags_dots_and_accents_may_be_another_person(one: str, other: str) -> None:
    assert email_key(one) != email_key(other)


@given(st.text())
def test_the_key_of_an_address_has_no_blanks_around_it(text: str) -> None:
    key = email_key(text)

    assert key == key.strip()


@pytest.mark.parametrize(
    "name, first, last",
    [
        ("Ann Example", "Ann", "Example"),
        ("Ann Mary  Example", "Ann Mary", "Example"),
        ("Ann", "Ann", ""),
        ("", "", ""),
        ("  \t ", "", ""),
        ("王小明", "王小明", ""),
    ],
)
def test_the_last_word_of_a_name_is_the_last_name(name: str, first: str, last: str) -> None:
    assert split_name(name) == (first, last)


@given(st.text())
def test_splitting_a_name_loses_nothing_but_blanks(name: str) -> None:
    assert " ".join(split_name(name)).strip() == " ".join(name.split())


def test_a_run_is_complete_only_where_both_listings_are() -> None:
    whole, partial = (whop(affiliate()), whop(affiliate(), complete=False))

    assert Gathered(whole, affihub(partner())).complete
    assert not Gathered(partial, affihub(partner())).complete
    assert not Gathered(whole, affihub(partner(), complete=False)).complete


def test_broken_records_of_both_sides_are_known_by_id_where_they_have_one() -> None:
    gathered = Gathered(
        whop(incidents=(Incident("aff_1", "no user"), Incident(None, "not even an id"))),
        affihub(incidents=(Incident("par_1", "no email"),)),
    )

    assert gathered.broken == {"aff_1": "no user", "par_1": "no email"}
