"""Who was linked: a stamp, else an address, and nobody whom anything speaks against."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.core.claims import Why
from sync.core.plan import Link
from sync.core.ports import Known
from sync.core.proof import Doubt, Proof, prove
from sync.core.record import Affiliate, Gathered, Incident, Partner, Side, Snapshot, Stamp
from tests.core.people import affiliate, email, link, partner

KNOWN: Final = {f"user_{number}": (email(number),) for number in range(1, 9)}


def gathered(
    affiliates: Iterable[Affiliate],
    partners: Iterable[Partner],
    emails: Mapping[str, tuple[str, ...]] = KNOWN,
) -> Gathered:
    whop: Snapshot[Affiliate] = Snapshot(Side.WHOP, {one.id: one for one in affiliates})
    affihub: Snapshot[Partner] = Snapshot(Side.AFFIHUB, {one.id: one for one in partners})
    return Gathered(whop, affihub, emails)


def stamped(number: int, names: int, user: int | None = None, address: str = "") -> Partner:
    """Partner ``number``, stamped with an affiliate; nobody has its address unless it is given."""
    stamp = Stamp(f"aff_{names}", f"user_{user or names}")
    return partner(number, email=address or f"else.{number}@example.com", stamp=stamp)


def proved(proof: Proof) -> list[tuple[str, str, str]]:
    return [(one.affiliate.id, one.partner.id, one.evidence.value) for one in proof.matches]


def doubts(proof: Proof) -> list[tuple[Why, list[str]]]:
    return [(one.why, sorted(one.ids)) for one in proof.doubts]


def only(proof: Proof) -> Doubt:
    (doubt,) = proof.doubts
    assert proof.matches == ()
    return doubt


def test_a_stamp_proves_who_has_another_address() -> None:
    proof = prove(gathered([affiliate(1)], [stamped(1, 1)], {}), Known(), {})

    assert proved(proof) == [("aff_1", "par_1", "stamp")]


def test_a_stamp_stands_above_an_equal_address() -> None:
    proof = prove(gathered([affiliate(1)], [stamped(1, 1, address=email(1))]), Known(), {})

    assert proved(proof) == [("aff_1", "par_1", "stamp")]


def test_without_a_stamp_the_address_decides() -> None:
    proof = prove(gathered([affiliate(1)], [partner(1, stamp=None)]), Known(), {})

    assert proved(proof) == [("aff_1", "par_1", "email")]


def test_who_has_no_address_does_not_share_it_with_a_partner_who_has_none() -> None:
    world = gathered([affiliate(1), affiliate(2)], [stamped(1, 1, address=" ")], {"user_2": ("",)})

    assert proved(prove(world, Known(), {})) == [("aff_1", "par_1", "stamp")]


def test_nobody_without_any_sign_is_proved_or_in_doubt() -> None:
    proof = prove(gathered([affiliate(1)], [partner(2)]), Known(), {})

    assert proof == Proof((), ())


def test_a_stamp_and_an_address_that_disagree_link_nobody() -> None:
    world = gathered([affiliate(1), affiliate(2)], [stamped(5, 1, address=email(2))])

    doubt = only(prove(world, Known(), {}))

    assert doubt.why is Why.OTHER_ADDRESS
    assert doubt.ids == {"aff_1", "aff_2", "par_5"}
    assert "by address par_5 is aff_2" in doubt.reason


def test_an_affiliate_whose_address_is_another_partners_is_in_doubt_with_both() -> None:
    world = gathered([affiliate(1)], [stamped(5, 1), partner(1)])

    doubt = only(prove(world, Known(), {}))

    assert doubt.why is Why.OTHER_ADDRESS
    assert doubt.ids == {"aff_1", "par_1", "par_5"}
    assert "by address aff_1 is par_1" in doubt.reason


def test_two_partners_with_one_stamp_link_nobody() -> None:
    world = gathered([affiliate(1)], [stamped(5, 1), stamped(6, 1)], {})

    doubt = only(prove(world, Known(), {}))

    assert doubt.why is Why.STAMPED_TWICE
    assert [one.id for one in doubt.partners] == ["par_5", "par_6"]


def test_two_partners_stamped_with_one_user_link_nobody() -> None:
    again = affiliate(2, user_id="user_1")
    world = gathered([affiliate(1, "deleted"), again], [stamped(5, 1), stamped(6, 2, user=1)], {})

    assert only(prove(world, Known(), {})).why is Why.STAMPED_TWICE


def test_a_stamp_of_somebody_not_listed_links_nobody_by_address_either() -> None:
    world = gathered([affiliate(2)], [stamped(5, 9, address=email(2))])

    doubt = only(prove(world, Known(), {}))

    assert doubt.why is Why.NOT_LISTED
    assert doubt.ids == {"aff_2", "par_5"}


def test_a_stamp_of_somebody_not_listed_shows_the_users_other_affiliate() -> None:
    world = gathered([affiliate(2, user_id="user_9")], [stamped(5, 9)], {})

    assert only(prove(world, Known(), {})).ids == {"aff_2", "par_5"}


def test_a_stamp_whose_user_is_another_links_nobody() -> None:
    world = gathered([affiliate(1), affiliate(2)], [stamped(5, 1, user=2)], {})

    doubt = only(prove(world, Known(), {}))

    assert doubt.why is Why.OTHER_USER
    assert doubt.ids == {"aff_1", "aff_2", "par_5"}


def test_a_stamp_of_somebody_who_is_linked_is_told_and_the_link_stays() -> None:
    world = gathered([affiliate(1)], [partner(1), stamped(5, 1)])

    doubt = only(prove(world, Known(links=(link(1),)), {}))

    assert doubt.why is Why.LINKED
    assert "linked to partner par_1" in doubt.reason


def test_who_is_linked_is_not_proved_again() -> None:
    world = gathered([affiliate(1)], [stamped(1, 1)])

    assert prove(world, Known(links=(link(1),)), {}) == Proof((), ())


def test_a_second_partner_with_the_address_of_somebody_linked_is_nobodys() -> None:
    world = gathered([affiliate(1)], [partner(1), partner(2, email=email(1))])

    assert prove(world, Known(links=(link(1),)), {}) == Proof((), ())


def test_who_is_kept_apart_is_linked_by_no_stamp_and_by_no_address() -> None:
    apart = Known(apart=frozenset({("user_1", "par_1")}))
    world = gathered([affiliate(1)], [stamped(1, 1, address=email(1))])

    assert prove(world, apart, {}) == Proof((), ())


def test_a_stamp_of_who_is_kept_apart_leaves_the_address_to_say_who() -> None:
    apart = Known(apart=frozenset({("user_1", "par_5")}))
    world = gathered([affiliate(1), affiliate(2)], [stamped(5, 1, address=email(2))])

    assert proved(prove(world, apart, {})) == [("aff_2", "par_5", "email")]


def test_a_stamp_tells_who_shares_an_address_apart() -> None:
    emails = {"user_1": (email(1),), "user_2": (email(1),)}
    world = gathered([affiliate(1), affiliate(2)], [stamped(5, 2, address=email(1))], emails)

    proof = prove(world, Known(), {})

    assert proved(proof) == [("aff_2", "par_5", "stamp")]
    assert proof.doubts == ()


def test_who_shares_an_address_without_a_stamp_is_in_doubt() -> None:
    emails = {"user_1": (email(1),), "user_2": (email(1),)}
    world = gathered([affiliate(1), affiliate(2)], [partner(1)], emails)

    doubt = only(prove(world, Known(), {}))

    assert doubt.why is Why.SHARED_ADDRESS
    assert {c.affiliate.id for c in doubt.candidates} == {"aff_1", "aff_2"}


def test_an_address_of_somebody_stamped_makes_another_candidate_doubtful() -> None:
    emails = {"user_1": (email(1),), "user_2": (email(1), email(2))}
    world = gathered(
        [affiliate(1), affiliate(2)], [stamped(1, 1, address=email(1)), partner(2)], emails
    )

    proof = prove(world, Known(), {})

    assert proved(proof) == [("aff_1", "par_1", "stamp")]
    assert doubts(proof) == [(Why.SHARED_ADDRESS, ["aff_2", "par_2"])]
    assert "partners par_1 and par_2 share addresses" in proof.doubts[0].reason


def test_a_stamp_nobody_could_read_leaves_its_partner_to_the_next_try() -> None:
    proof = prove(gathered([affiliate(1)], [partner(1)]), Known(), {"par_1": "HTTP 500."})

    doubt = only(proof)
    assert doubt.why is Why.UNREAD
    assert doubt.ids == {"aff_1", "par_1"}


def test_a_record_nobody_can_read_is_told() -> None:
    world = gathered([affiliate(1)], [stamped(5, 3)], {})
    world = replace(world, whop=replace(world.whop, incidents=(Incident("aff_3", "no status"),)))

    proof = prove(world, Known(), {})

    assert [(one.why, sorted(one.ids)) for one in proof.doubts] == [
        (Why.UNREADABLE, ["par_5"]),
        (Why.UNREADABLE, []),
    ]


def test_a_doubt_costs_nobody_else() -> None:
    world = gathered(
        [affiliate(n) for n in range(1, 5)],
        [partner(1), stamped(6, 2), stamped(5, 3, address=email(4))],
        {"user_1": (email(1),), "user_4": (email(4),)},
    )

    proof = prove(world, Known(), {})

    assert proved(proof) == [("aff_1", "par_1", "email"), ("aff_2", "par_6", "stamp")]
    assert doubts(proof) == [(Why.OTHER_ADDRESS, ["aff_3", "aff_4", "par_5"])]


LAW: Final = settings(deadline=None)  # a busy machine breaks no law
NUMBERS: Final = st.integers(1, 5)
LINKED: Final = st.booleans()
STAMPS: Final = st.none() | st.builds(
    Stamp, NUMBERS.map("aff_{}".format), NUMBERS.map("user_{}".format)
)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Gathered, Known]:
    """Five people at most on each side, with whatever users, addresses, stamps and links."""
    affiliates = [
        affiliate(n, user_id=f"user_{draw(NUMBERS)}") for n in sorted(draw(st.sets(NUMBERS)))
    ]
    numbers = sorted(draw(st.sets(NUMBERS)))
    partners = [partner(n, email=email(draw(NUMBERS)), stamp=draw(STAMPS)) for n in numbers]
    addresses = st.lists(NUMBERS.map(email), max_size=2).map(tuple)
    emails = draw(st.dictionaries(NUMBERS.map("user_{}".format), addresses))
    pairs = st.tuples(NUMBERS.map("user_{}".format), NUMBERS.map("par_{}".format))
    links: tuple[Link, ...] = ()
    if draw(LINKED) and affiliates:
        first = affiliates[0]
        links = (link(int(first.id[-1:]), user_id=first.user_id, affihub_id="par_1"),)
    sides = gathered(affiliates, partners, emails)
    return sides, Known(links=links, apart=draw(st.frozensets(pairs)))


@LAW
@given(worlds())
def test_law_nobody_is_linked_twice_or_against_the_state(world: tuple[Gathered, Known]) -> None:
    sides, known = world
    proof = prove(sides, known, {})

    linked = [(link.user_id, link.affihub_id) for link in known.links]
    pairs = [(one.affiliate.user_id, one.partner.id) for one in proof.matches]
    users, partners = [u for u, _ in linked + pairs], [p for _, p in linked + pairs]
    assert len(set(users)) == len(users)
    assert len(set(partners)) == len(partners)
    assert not known.apart.intersection(pairs)


@LAW
@given(worlds())
def test_law_every_stamp_is_kept_or_told(world: tuple[Gathered, Known]) -> None:
    sides, known = world
    proof = prove(sides, known, {})

    taken = {link.affihub_id for link in known.links}
    for one in sides.affihub.records.values():
        if not isinstance(one.stamp, Stamp) or one.id in taken:
            continue
        if (one.stamp.user_id, one.id) in known.apart:
            continue
        met = [match for match in proof.matches if match.partner.id == one.id]
        told = any(one in doubt.partners for doubt in proof.doubts)
        assert told != bool(met)
        assert all(Stamp(m.affiliate.id, m.affiliate.user_id) == one.stamp for m in met)


@LAW
@given(worlds(), st.randoms(use_true_random=False))
def test_law_order_never_matters(world: tuple[Gathered, Known], chance: random.Random) -> None:
    sides, known = world
    affiliates, partners = [*sides.whop.records.values()], [*sides.affihub.records.values()]
    chance.shuffle(affiliates)
    chance.shuffle(partners)

    shuffled = gathered(affiliates, partners, sides.emails)

    assert prove(shuffled, known, {}) == prove(sides, known, {})


@pytest.mark.parametrize("status", ["archived", "deleted", None])
def test_who_is_off_is_proved_like_anybody(status: str | None) -> None:
    proof = prove(gathered([affiliate(1, status)], [stamped(1, 1)], {}), Known(), {})

    assert proved(proof) == [("aff_1", "par_1", "stamp")]
