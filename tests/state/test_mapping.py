"""Links and bases: saved whole, replaced whole, unique both ways."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.core.plan import Acceptance, Base, Link
from sync.core.ports import Fence, Known
from sync.errors import StateError
from sync.state.store import Store
from tests.state.people import NOON, a_link
from tests.state.test_codecs import LINKS


def _links(store: Store, pair: str = "main") -> tuple[Link, ...]:
    return store.known(pair, NOON).links


def test_a_pair_nobody_ran_yet_knows_nothing(store: Store) -> None:
    assert store.known("main", NOON) == Known()


def test_a_link_is_saved_with_everything_it_says(store: Store, fence: Fence) -> None:
    link = a_link(
        commission=Base(None, None, None),
        name=Base("María", "María", "María"),
        acceptance=Acceptance.INVITED,
        activation_owed=True,
    )

    store.save_links(fence, [link])

    assert _links(store) == (link,)


def test_agreeing_on_nothing_is_another_thing_than_never_having_agreed(
    store: Store, fence: Fence
) -> None:
    agreed, never = a_link(1, commission=Base(None, None, None)), a_link(2, commission=None)

    store.save_links(fence, [agreed, never])

    assert _links(store) == (agreed, never)


def test_a_link_saved_again_takes_the_place_of_the_first_bases_and_all(
    store: Store, fence: Fence
) -> None:
    store.save_links(fence, [a_link(1, name=Base("x", "x", "x")), a_link(2)])
    changed = a_link(1, status=None, commission=Base("10", "10", "10"), evidence="by hand")

    store.save_links(fence, [changed])

    assert _links(store) == (changed, a_link(2))


def test_two_links_can_change_places_in_one_save(store: Store, fence: Fence) -> None:
    store.save_links(fence, [a_link(1), a_link(2)])
    crossed = (a_link(1, affihub_id="par_2"), a_link(2, affihub_id="par_1"))

    store.save_links(fence, crossed)

    assert _links(store) == crossed


def test_a_partner_linked_to_another_affiliate_is_refused_by_name_and_nothing_is_saved(
    store: Store, fence: Fence
) -> None:
    store.save_links(fence, [a_link(1)])

    with pytest.raises(StateError) as refused:
        store.save_links(fence, [a_link(3), a_link(2, affihub_id="par_1")])

    assert all(name in str(refused.value) for name in ("aff_2", "par_1", "aff_1"))
    assert _links(store) == (a_link(1),)


def test_two_affiliates_of_one_partner_in_one_save_are_refused_by_name(
    store: Store, fence: Fence
) -> None:
    with pytest.raises(StateError) as refused:
        store.save_links(fence, [a_link(1), a_link(2, affihub_id="par_1")])

    assert all(name in str(refused.value) for name in ("aff_2", "par_1", "aff_1"))
    assert _links(store) == ()


def test_an_affiliate_twice_in_one_save_is_refused(store: Store, fence: Fence) -> None:
    with pytest.raises(StateError, match="two partners at once"):
        store.save_links(fence, [a_link(1), a_link(1, affihub_id="par_2")])

    assert _links(store) == ()


def test_pairs_do_not_see_each_others_links(store: Store, fence: Fence) -> None:
    other = store.lease("other").fence

    store.save_links(fence, [a_link(1)])
    store.save_links(other, [a_link(1, affihub_id="par_9")])

    assert _links(store) == (a_link(1),)
    assert _links(store, "other") == (a_link(1, affihub_id="par_9"),)


def test_an_unlinked_person_leaves_nothing_behind(store: Store, fence: Fence) -> None:
    store.save_links(fence, [a_link(1), a_link(2)])

    store.unlink(fence, a_link(1), apart=False)
    store.save_links(fence, [a_link(1, status=None)])

    assert _links(store) == (a_link(1, status=None), a_link(2))
    assert store.known("main", NOON).apart == frozenset()


def test_unlinking_can_keep_the_two_apart_until_a_person_brings_them_together(
    store: Store, fence: Fence
) -> None:
    store.save_links(fence, [a_link(1)])
    store.unlink(fence, a_link(1), apart=True)
    store.keep_apart(fence, "user_2", "par_2")
    store.keep_apart(fence, "user_2", "par_2")

    assert store.known("main", NOON).apart == {("user_1", "par_1"), ("user_2", "par_2")}

    store.bring_together(fence, "user_1", "par_1")

    assert store.known("main", NOON).apart == {("user_2", "par_2")}


def test_nothing_is_saved_of_no_links(store: Store, fence: Fence) -> None:
    store.save_links(fence, [])

    assert _links(store) == ()


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(links=st.lists(LINKS, unique_by=(lambda link: link.whop_id, lambda link: link.affihub_id)))
def test_any_links_come_back_exactly(store: Store, fence: Fence, links: list[Link]) -> None:
    for kept in _links(store):
        store.unlink(fence, kept, apart=False)

    store.save_links(fence, links)

    assert set(_links(store)) == set(links)
