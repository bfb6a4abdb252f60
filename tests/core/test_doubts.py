"""Doubts about who was linked: the whole sentence, everybody it is about, everybody it may be."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sync.core.claims import Why
from sync.core.match import Evidence, Match
from sync.core.ports import Known
from sync.core.proof import Doubt, Proof, prove
from sync.core.record import Affiliate, Gathered, Incident, Partner, Stamp
from tests.core.people import affihub, affiliate, email, link, partner, whop


def stamped(number: int, names: int, user: int | None = None, address: str = "") -> Partner:
    stamp = Stamp(f"aff_{names}", f"user_{user or names}")
    return partner(number, email=address or f"else.{number}@example.com", stamp=stamp)


def proof(
    affiliates: Iterable[Affiliate],
    partners: Iterable[Partner],
    emails: Mapping[str, tuple[str, ...]] | None = None,
    unread: Mapping[str, str] | None = None,
    **known: Any,
) -> Proof:
    read = Gathered(whop(*affiliates), affihub(*partners), emails or {})
    return prove(read, Known(**known), unread or {})


def only(made: Proof) -> Doubt:
    assert made.matches == ()
    (doubt,) = made.doubts
    return doubt


def test_somebody_whom_whop_does_not_list_is_named_and_nobody_is_found() -> None:
    one = stamped(5, 9)

    assert only(proof([], [one])) == Doubt(
        Why.NOT_LISTED, "The stamp of par_5 names affiliate aff_9, whom Whop does not list.", (one,)
    )


def test_another_affiliate_of_the_stamped_user_may_be_meant() -> None:
    one, other = stamped(5, 9), affiliate(2, user_id="user_9")

    assert only(proof([other], [one])).candidates == (Match(other, one, Evidence.STAMP),)


def test_somebody_whom_nobody_can_read_is_told_as_such() -> None:
    one = stamped(5, 3)
    read = Gathered(whop(incidents=(Incident("aff_3", "no status"),)), affihub(one))

    first, second = prove(read, Known(), {}).doubts

    assert first == Doubt(
        Why.UNREADABLE,
        "The stamp of par_5 names affiliate aff_3, whom Whop lists in a shape that cannot be read.",
        (one,),
    )
    assert second == Doubt(
        Why.UNREADABLE, "Whop lists aff_3 in a shape that cannot be read: no status."
    )


def test_records_nobody_can_read_come_by_side_and_id_and_not_if_they_are_linked() -> None:
    ones = (Incident("aff_3", "b"), Incident(None, "a"), Incident("aff_1", "c"))
    others = (Incident("par_2", "d"), Incident("par_1", "e"))
    read = Gathered(whop(incidents=ones), affihub(incidents=others))

    made = prove(read, Known(links=(link(1),)), {})

    assert [doubt.reason for doubt in made.doubts] == [
        "Whop lists somebody in a shape that cannot be read: a.",
        "Whop lists aff_3 in a shape that cannot be read: b.",
        "Affihub lists par_2 in a shape that cannot be read: d.",
    ]


def test_a_stamp_with_another_user_tells_both_and_shows_whom_either_means() -> None:
    one, named, meant = stamped(5, 1, user=2), affiliate(1), affiliate(2)

    assert only(proof([named, meant], [one])) == Doubt(
        Why.OTHER_USER,
        "The stamp of par_5 names affiliate aff_1 as user user_2, but Whop says that affiliate is "
        "user user_1.",
        (one,),
        (Match(named, one, Evidence.STAMP), Match(meant, one, Evidence.STAMP)),
    )


def test_a_stamp_of_somebody_linked_names_the_link_that_is_kept() -> None:
    one = stamped(5, 1)

    doubt = only(proof([affiliate(1)], [partner(1), one], links=(link(1),)))

    assert (doubt.why, doubt.partners) == (Why.LINKED, (one,))
    assert doubt.reason == (
        "The stamp of par_5 names affiliate aff_1, whose user is linked to partner par_1; that "
        "link is kept."
    )


def test_two_partners_with_one_stamp_are_one_doubt_about_both() -> None:
    one, other, named = stamped(6, 1), stamped(5, 1), affiliate(1)

    assert only(proof([named], [one, other])) == Doubt(
        Why.STAMPED_TWICE,
        "Partners par_5 and par_6 are stamped as one person: affiliate aff_1.",
        (other, one),
        (Match(named, other, Evidence.STAMP), Match(named, one, Evidence.STAMP)),
    )


def test_two_affiliates_of_one_user_are_both_named() -> None:
    again = affiliate(2, user_id="user_1")

    doubt = only(proof([affiliate(1, "deleted"), again], [stamped(5, 1), stamped(6, 2, user=1)]))

    assert doubt.reason == (
        "Partners par_5 and par_6 are stamped as one person: affiliate aff_1 and aff_2."
    )


def test_an_address_that_says_somebody_else_is_told_both_ways() -> None:
    emails = {f"user_{n}": (email(n),) for n in (1, 2)}
    one, ones, other = stamped(5, 1, address=email(2)), [affiliate(1), affiliate(2)], partner(1)

    doubt = only(proof(ones, [one, other], emails))

    assert doubt.reason == (
        "The stamp of par_5 names affiliate aff_1, but by address aff_1 is par_1 and par_5 is "
        "aff_2."
    )
    assert doubt.why is Why.OTHER_ADDRESS
    assert doubt.partners == (one,)
    assert set(doubt.candidates) == {
        Match(ones[0], one, Evidence.STAMP),
        Match(ones[1], one, Evidence.EMAIL),
        Match(ones[0], other, Evidence.EMAIL),
    }
    assert doubt.ids == {"aff_1", "aff_2", "par_1", "par_5"}


def test_a_stamp_that_could_not_be_read_says_why_and_shows_whom_the_address_says() -> None:
    one, other = affiliate(1), partner(1)

    doubt = only(proof([one], [other], {"user_1": (email(1),)}, {"par_1": "HTTP 500."}))

    assert doubt == Doubt(
        Why.UNREAD,
        "The stamp of par_1 could not be read: HTTP 500.",
        (other,),
        (Match(one, other, Evidence.EMAIL),),
    )


def test_unread_stamps_come_by_id_and_only_of_who_is_free() -> None:
    unread = {"par_2": "two", "par_1": "one", "par_3": "three", "par_9": "nine"}

    made = proof([], [partner(n) for n in (1, 2, 3)], None, unread, links=(link(3),))

    assert [doubt.reason for doubt in made.doubts] == [
        "The stamp of par_1 could not be read: one",
        "The stamp of par_2 could not be read: two",
    ]


def test_who_shares_an_address_is_one_doubt_with_every_pair_that_may_be() -> None:
    emails = {"user_1": (email(1),), "user_2": (email(1),)}
    ones, other = [affiliate(1), affiliate(2)], partner(1)

    assert only(proof(ones, [other], emails)) == Doubt(
        Why.SHARED_ADDRESS,
        "Affiliates aff_1 and aff_2 and partners par_1 share addresses.",
        (other,),
        (Match(ones[0], other, Evidence.EMAIL), Match(ones[1], other, Evidence.EMAIL)),
    )


def test_who_is_linked_is_named_among_those_who_share_and_is_nobodys_candidate() -> None:
    emails = {"user_2": (email(1), email(2))}

    doubt = only(
        proof(
            [affiliate(1), affiliate(2)],
            [partner(1), partner(2)],
            emails,
            links=(link(1),),
        )
    )

    assert doubt.reason == "Affiliates aff_2 and partners par_1 and par_2 share addresses."
    assert [one.id for one in doubt.partners] == ["par_2"]
    assert {one.partner.id for one in doubt.candidates} == {"par_2"}


def test_a_doubt_about_a_stamp_is_not_told_again_as_a_shared_address() -> None:
    emails = {"user_1": (email(1),), "user_2": (email(1),)}
    one = stamped(5, 9, address=email(1))

    made = proof([affiliate(1), affiliate(2)], [one], emails)

    assert [doubt.why for doubt in made.doubts] == [Why.NOT_LISTED]


def test_an_affiliate_whom_a_doubtful_stamp_names_is_paired_with_nobody_by_address() -> None:
    emails = {"user_1": (email(1),)}

    made = proof([affiliate(1)], [stamped(5, 1, user=2), partner(1)], emails)

    assert made.matches == ()
    assert [doubt.why for doubt in made.doubts] == [Why.OTHER_USER]


def test_the_proved_come_by_affiliate_whether_by_stamp_or_by_address() -> None:
    emails = {"user_1": (email(1),), "user_3": (email(3),)}

    made = proof([affiliate(n) for n in (3, 2, 1)], [partner(3), stamped(5, 2), partner(1)], emails)

    assert [(one.affiliate.id, one.partner.id, one.evidence.value) for one in made.matches] == [
        ("aff_1", "par_1", "email"),
        ("aff_2", "par_5", "stamp"),
        ("aff_3", "par_3", "email"),
    ]


def test_another_affiliate_of_a_user_who_is_proved_is_not_paired_by_address() -> None:
    """One user, one partner: the address of the second affiliate says nothing any more."""
    again = affiliate(2, user_id="user_1")

    made = proof([affiliate(1), again], [stamped(5, 1), partner(1)], {"user_1": ("x@example.com",)})

    assert [(one.affiliate.id, one.partner.id) for one in made.matches] == [("aff_1", "par_5")]
    assert made.doubts == ()


def test_who_is_linked_already_is_paired_with_nobody_else_by_address() -> None:
    """The link has another partner than the address says: the link stays, and nobody is asked."""
    linked = replace(link(1), affihub_id="par_7")

    made = proof([affiliate(1)], [partner(1), partner(7)], {"user_1": (email(1),)}, links=(linked,))

    assert made.matches == ()


def test_two_stamps_on_one_affiliate_are_in_doubt_though_they_name_different_users() -> None:
    right, wrong = stamped(5, 1), stamped(6, 1, user=7)

    made = proof([affiliate(1)], [right, wrong])

    assert made.matches == ()
    assert [(doubt.why, [one.id for one in doubt.partners]) for doubt in made.doubts] == [
        (Why.STAMPED_TWICE, ["par_5", "par_6"]),
        (Why.OTHER_USER, ["par_6"]),
    ]
