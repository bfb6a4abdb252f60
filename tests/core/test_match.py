"""Pairing the unlinked: equal address, else a stamp, else nobody."""

from collections.abc import Iterable, Mapping
from typing import Final

import pytest

from sync.core.match import Evidence, Pairing, match
from sync.core.record import Affiliate, Partner, Stamp, Untold
from tests.core.people import affiliate, email, partner

Emails = Mapping[str, tuple[str, ...]]

KNOWN: Final[Emails] = {f"user_{number}": (email(number),) for number in range(1, 9)}


def paired(pairing: Pairing) -> list[tuple[str, str, str]]:
    return [(one.affiliate.id, one.partner.id, one.evidence.value) for one in pairing.matches]


def unclear(pairing: Pairing) -> list[tuple[list[str], list[str]]]:
    return [
        ([one.id for one in group.affiliates], [one.id for one in group.partners])
        for group in pairing.ambiguous
    ]


def alone(pairing: Pairing) -> list[str]:
    records: Iterable[Affiliate | Partner] = (*pairing.affiliates, *pairing.partners)
    return [record.id for record in records]


def test_equal_addresses_are_one_person() -> None:
    pairing = match([affiliate(1), affiliate(2)], [partner(2), partner(1)], KNOWN)

    assert paired(pairing) == [("aff_1", "par_1", "email"), ("aff_2", "par_2", "email")]
    assert alone(pairing) == []


@pytest.mark.parametrize(
    "written", ["PERSON.1@Example.com", "  person.1@example.com ", "ｐerson.1@example.com"]
)
def test_an_address_may_be_written_otherwise(written: str) -> None:
    pairing = match([affiliate()], [partner(email=written)], KNOWN)

    assert paired(pairing) == [("aff_1", "par_1", "email")]


def test_a_tag_in_an_address_may_be_another_person() -> None:
    pairing = match([affiliate()], [partner(email="person.1+shop@example.com")], KNOWN)

    assert paired(pairing) == []
    assert alone(pairing) == ["aff_1", "par_1"]


@pytest.mark.parametrize("blank", ["", " ", "\t", "\u00a0"])
def test_no_address_is_no_evidence(blank: str) -> None:
    pairing = match([affiliate()], [partner(email=blank)], {"user_1": (blank, "")})

    assert paired(pairing) == []
    assert alone(pairing) == ["aff_1", "par_1"]


def test_nobody_is_linked_by_username_slug_or_name() -> None:
    one = affiliate(username="ann", name="Ann Example")
    other = partner(slug="ann", name="Ann Example", email="ann@example.org")

    assert paired(match([one], [other], KNOWN)) == []


def test_an_unknown_address_links_nobody() -> None:
    assert alone(match([affiliate()], [partner()], {})) == ["aff_1", "par_1"]


def test_two_affiliates_with_one_address_are_both_left_alone_and_told() -> None:
    shared: Emails = {"user_1": (email(1),), "user_2": (email(1).upper(),)}

    pairing = match([affiliate(1), affiliate(2)], [partner(1)], shared)

    assert unclear(pairing) == [(["aff_1", "aff_2"], ["par_1"])]
    assert paired(pairing) == []
    assert alone(pairing) == []


def test_two_partners_with_one_address_are_both_left_alone_and_told() -> None:
    pairing = match([affiliate()], [partner(1), partner(2, email=email(1).upper())], KNOWN)

    assert unclear(pairing) == [(["aff_1"], ["par_1", "par_2"])]
    assert paired(pairing) == []


def test_two_addresses_of_one_user_that_point_at_two_partners_are_ambiguous() -> None:
    pairing = match([affiliate()], [partner(1), partner(2)], {"user_1": (email(1), email(2))})

    assert unclear(pairing) == [(["aff_1"], ["par_1", "par_2"])]


def test_two_addresses_of_one_user_that_point_at_one_partner_are_one_person() -> None:
    for others in ((), (email(9),), (email(1).upper(),)):
        pairing = match([affiliate()], [partner(1)], {"user_1": (email(1), *others)})

        assert paired(pairing) == [("aff_1", "par_1", "email")]


def test_an_address_that_points_at_somebody_elses_partner_makes_the_other_one_doubtful() -> None:
    """Two addresses point at two partners, one of whom is linked to another affiliate."""
    pairing = match(
        [affiliate(2)],
        [partner(2)],
        {"user_2": (email(1), email(2))},
        linked=[partner(1)],
    )

    assert paired(pairing) == []
    assert unclear(pairing) == [(["aff_2"], ["par_1", "par_2"])]


def test_an_address_that_points_at_nobody_but_a_linked_partner_leaves_an_affiliate_alone() -> None:
    pairing = match([affiliate(2)], [partner(2)], {"user_2": (email(1),)}, linked=[partner(1)])

    assert unclear(pairing) == []
    assert alone(pairing) == ["aff_2", "par_2"]


@pytest.mark.parametrize("stamp", [None, Stamp("aff_2", "user_1")])
def test_a_user_who_is_linked_is_not_linked_again_by_another_affiliate(stamp: Stamp | None) -> None:
    """Or the deleted record a link moved away from would drag another partner down with it."""
    again, spare = affiliate(2, user_id="user_1"), partner(2, email=email(1), stamp=stamp)

    pairing = match([again], [spare], KNOWN, linked_users={"user_1"})

    assert paired(pairing) == []
    assert unclear(pairing) == []
    assert alone(pairing) == ["aff_2", "par_2"]


def test_people_who_can_be_told_apart_are_not_drawn_into_a_group() -> None:
    emails: Emails = {**KNOWN, "user_2": (email(1),)}

    pairing = match([affiliate(1), affiliate(2), affiliate(3)], [partner(1), partner(3)], emails)

    assert paired(pairing) == [("aff_3", "par_3", "email")]
    assert unclear(pairing) == [(["aff_1", "aff_2"], ["par_1"])]


def test_a_chain_of_shared_addresses_is_one_group() -> None:
    emails: Emails = {"user_1": (email(1), email(2)), "user_2": (email(2), email(3))}

    pairing = match([affiliate(1), affiliate(2)], [partner(1), partner(2), partner(3)], emails)

    assert unclear(pairing) == [(["aff_1", "aff_2"], ["par_1", "par_2", "par_3"])]


def test_everybody_who_shares_an_address_with_either_of_two_is_in_their_group() -> None:
    emails: Emails = {"user_1": (email(1), email(2)), "user_2": (email(1),)}

    pairing = match([affiliate(1), affiliate(2)], [partner(1), partner(2)], emails)

    assert unclear(pairing) == [(["aff_1", "aff_2"], ["par_1", "par_2"])]
    assert paired(pairing) == []


def test_people_kept_apart_by_hand_are_never_linked_by_address() -> None:
    pairing = match([affiliate()], [partner()], KNOWN, {("user_1", "par_1")})

    assert paired(pairing) == []
    assert alone(pairing) == ["aff_1", "par_1"]


def test_keeping_one_apart_leaves_the_other_candidate() -> None:
    emails: Emails = {"user_1": (email(1), email(2))}

    pairing = match([affiliate()], [partner(1), partner(2)], emails, {("user_1", "par_1")})

    assert paired(pairing) == [("aff_1", "par_2", "email")]
    assert alone(pairing) == ["par_1"]


def test_keeping_apart_goes_by_user_so_that_a_second_affiliate_is_kept_apart_too() -> None:
    again = affiliate(2, user_id="user_1")

    assert paired(match([again], [partner()], KNOWN, {("user_1", "par_1")})) == []


MINE: Final = Stamp("aff_1", "user_1")


def test_a_stamp_links_where_no_address_speaks() -> None:
    pairing = match([affiliate()], [partner(email="new@example.com", stamp=MINE)], {})

    assert paired(pairing) == [("aff_1", "par_1", "stamp")]


def test_a_stamp_never_overrules_an_address() -> None:
    """The address of user 1 is partner 1's; the stamp on partner 2 says otherwise."""
    pairing = match([affiliate(1)], [partner(1), partner(2, stamp=MINE)], KNOWN)

    assert paired(pairing) == [("aff_1", "par_1", "email")]
    assert alone(pairing) == ["par_2"]


def test_a_stamp_never_takes_a_partner_from_whoever_has_its_address() -> None:
    pairing = match([affiliate(1), affiliate(2)], [partner(2, stamp=MINE)], KNOWN)

    assert paired(pairing) == [("aff_2", "par_2", "email")]
    assert alone(pairing) == ["aff_1"]


@pytest.mark.parametrize(
    "stamp",
    [
        None,
        Untold.ABSENT,
        Untold.UNREADABLE,
        Stamp("aff_1", "user_9"),
        Stamp("aff_9", "user_1"),
    ],
)
def test_a_stamp_counts_only_where_affiliate_and_user_are_both_ours(
    stamp: Stamp | Untold | None,
) -> None:
    assert paired(match([affiliate()], [partner(stamp=stamp)], {})) == []


def test_two_partners_with_one_stamp_are_ambiguous() -> None:
    pairing = match([affiliate()], [partner(1, stamp=MINE), partner(2, stamp=MINE)], {})

    assert unclear(pairing) == [(["aff_1"], ["par_1", "par_2"])]


def test_a_stamp_does_not_link_who_was_kept_apart() -> None:
    assert paired(match([affiliate()], [partner(stamp=MINE)], {}, {("user_1", "par_1")})) == []


def test_a_stamp_does_not_link_an_affiliate_whose_address_is_a_linked_partners() -> None:
    pairing = match([affiliate()], [partner(2, stamp=MINE)], KNOWN, linked=[partner(1)])

    assert paired(pairing) == []


def test_nobody_at_all_is_nobody_paired() -> None:
    assert match([], [], {}) == Pairing((), (), (), ())


def test_evidence_is_named_strongest_first() -> None:
    assert [one.value for one in Evidence] == ["by hand", "created", "email", "stamp", "moved"]


def test_another_affiliate_of_a_linked_user_is_linked_to_nobody() -> None:
    deleted = Affiliate("aff_1", "user_1", "deleted")
    partner = Partner("par_2", "ana@example.com", "ana", "active")

    pairing = match([deleted], [partner], {"user_1": ("ana@example.com",)}, linked_users={"user_1"})

    assert pairing.matches == ()
    assert pairing.affiliates == (deleted,)
    assert pairing.partners == (partner,)


def test_another_affiliate_of_a_linked_user_still_makes_the_address_doubtful() -> None:
    deleted = Affiliate("aff_1", "user_1", "deleted")
    other = Affiliate("aff_9", "user_9", "active")
    partner = Partner("par_2", "ana@example.com", "ana", "active")
    emails = {"user_1": ("ana@example.com",), "user_9": ("ana@example.com",)}

    pairing = match([deleted, other], [partner], emails, linked_users={"user_1"})

    assert pairing.matches == ()
    assert len(pairing.ambiguous) == 1
