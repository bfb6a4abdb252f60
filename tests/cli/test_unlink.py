"""``affisync unlink`` and ``affisync keep-apart``: a person's word that two are not one."""

import pytest

from tests.cli.playing import Town


def test_who_is_unlinked_is_kept_apart(town: Town) -> None:
    affiliate, partner = town.both()
    town.remember((affiliate, partner))

    ran = town("unlink", affiliate.id, "--yes")

    assert ran.code == 0
    assert town.linked() == set()
    assert town.known().apart == {(affiliate.user_id, partner.id)}


def test_who_is_kept_apart_is_not_linked_by_email_again(town: Town) -> None:
    two = town.both()
    town.remember(two)
    town("unlink", two[0].id, "--yes")

    town("sync", "--yes", "--allow", "all")

    assert town.linked() == set()


def test_who_is_forgotten_may_be_linked_again(town: Town) -> None:
    two = town.both()
    town.remember(two)

    ran = town("unlink", two[0].id, "--forget", "--yes")
    town("sync", "--yes", "--allow", "all")

    assert "not kept apart" in ran.err
    assert town.linked() == {(two[0].id, two[1].id)}


@pytest.mark.parametrize("by", ["affiliate", "partner", "user", "email"])
def test_a_link_can_be_named_in_four_ways(town: Town, by: str) -> None:
    affiliate, partner = town.both()
    town.remember((affiliate, partner))
    names = {
        "affiliate": affiliate.id,
        "partner": partner.id,
        "user": affiliate.user_id,
        "email": partner.email.upper(),
    }

    assert town("unlink", names[by], "--yes").code == 0

    assert town.linked() == set()


def test_several_are_unlinked_or_none(town: Town) -> None:
    people = [town.both() for _ in range(3)]
    town.remember(*people)

    ran = town("unlink", people[0][0].id, "aff_none", "par_none", "--yes")

    assert ran.code == 2
    assert "Nobody linked is known as aff_none" in ran.err
    assert "Nobody linked is known as par_none" in ran.err
    assert len(town.linked()) == 3
    assert town("unlink", *(a.id for a, _ in people), "--yes").code == 0
    assert town.linked() == set()


def test_a_name_for_several_links_names_them(town: Town) -> None:
    affiliate, partner = town.both()
    other = town.cast.affiliate(town.world.whop.users[affiliate.user_id])
    _, another = town.both()
    town.remember((affiliate, partner), (other, another))

    ran = town("unlink", affiliate.user_id, "--yes")

    assert ran.code == 2
    assert affiliate.id in ran.err
    assert other.id in ran.err
    assert len(town.linked()) == 2


def test_it_shows_who_and_asks(town: Town) -> None:
    affiliate, partner = town.both()
    town.remember((affiliate, partner))

    ran = town("unlink", partner.id, answers="no\n")

    assert ran.code == 1
    assert f"{affiliate.id} and {partner.id}: linked (email)" in ran.err
    assert len(town.linked()) == 1


def test_two_can_be_kept_apart_before_anybody_links_them(town: Town) -> None:
    affiliate, partner = town.both()

    ran = town("keep-apart", affiliate.id, partner.email, "--yes")
    town("sync", "--yes", "--allow", "all")

    assert ran.code == 0
    assert town.known().apart == {(affiliate.user_id, partner.id)}
    assert town.linked() == set()


def test_two_who_are_linked_are_unlinked_instead(town: Town) -> None:
    affiliate, partner = town.both()
    town.remember((affiliate, partner))

    ran = town("keep-apart", affiliate.id, partner.id, "--yes")

    assert ran.code == 2
    assert f"affisync unlink {affiliate.id}" in ran.err
    assert town.known().apart == frozenset()


def test_two_who_are_kept_apart_already_stay_so(town: Town) -> None:
    affiliate, partner = town.both()
    town("keep-apart", affiliate.id, partner.id, "--yes")

    ran = town("keep-apart", affiliate.id, partner.id, "--yes")

    assert ran.code == 0
    assert "already" in ran.err


def test_json_tells_who_was_parted_and_is_kept_apart(town: Town) -> None:
    affiliate, partner = town.both()
    town.remember((affiliate, partner))
    apart = [{"user_id": affiliate.user_id, "affihub_id": partner.id}]

    parted = town("unlink", affiliate.id, "--yes", "--format", "json").document
    kept = town("keep-apart", affiliate.id, partner.id, "--yes", "--format", "json").document

    assert [link["affihub_id"] for link in parted["links"]] == [partner.id]
    assert parted["kept_apart"] == kept["kept_apart"] == apart
    assert kept["links"] == []


@pytest.mark.parametrize("command", ["unlink aff_1", "keep-apart aff_1 par_1"])
def test_without_a_terminal_they_want_a_yes(town: Town, command: str) -> None:
    ran = town(*command.split())

    assert ran.code == 2
    assert "--yes" in ran.err
