"""``affisync link``: two at a time, and many out of a file."""

from pathlib import Path

import pytest

from connectors.sandbox.cast import Cast
from tests.cli.playing import Town


def test_two_are_linked_by_hand_without_a_base(town: Town) -> None:
    affiliate, partner = town.both()

    ran = town("link", affiliate.id, partner.id, "--yes")

    assert (ran.code, ran.out) == (0, "")
    (link,) = town.known().links
    assert (link.whop_id, link.affihub_id) == (affiliate.id, partner.id)
    assert link.user_id == affiliate.user_id
    assert (link.evidence, link.status, link.commission, link.name) == ("by hand", None, None, None)


def test_neither_side_is_written_to(town: Town) -> None:
    affiliate, partner = town.both()

    town("link", affiliate.id, partner.id, "--yes")

    assert town.world.log.changes() == []


def test_it_shows_who_both_are_and_asks(town: Town) -> None:
    affiliate, partner = town.both()
    user = town.world.whop.user_of(affiliate.id)

    ran = town("link", affiliate.id, partner.id, answers="y\n")

    assert ran.code == 0
    assert f"{affiliate.id}: {user.name}, @{user.username}, active on Whop" in ran.err
    assert f"{partner.email}, active on Affihub" in ran.err
    assert "Link these two? [y/N]" in ran.err
    assert town.linked() == {(affiliate.id, partner.id)}


@pytest.mark.parametrize("answer", ["n\n", "\n", "", "never\n"])
def test_anything_but_a_yes_changes_nothing(town: Town, answer: str) -> None:
    affiliate, partner = town.both()

    ran = town("link", affiliate.id, partner.id, answers=answer)

    assert ran.code == 1
    assert "Nothing was changed" in ran.err
    assert town.linked() == set()


def test_without_a_terminal_it_wants_a_yes(town: Town) -> None:
    affiliate, partner = town.both()

    ran = town("link", affiliate.id, partner.id)

    assert ran.code == 2
    assert "--yes" in ran.err
    assert len(town.world.log) == 0


def test_a_partner_may_be_named_by_email(town: Town) -> None:
    affiliate, partner = town.both()

    assert town("link", affiliate.id, partner.email.upper(), "--yes").code == 0

    assert town.linked() == {(affiliate.id, partner.id)}


def test_an_email_nobody_has_is_told(town: Town) -> None:
    affiliate, _ = town.both()

    ran = town("link", affiliate.id, "nobody@example.com", "--yes")

    assert ran.code == 2
    assert "no partner with the address nobody@example.com" in ran.err


def test_an_email_of_several_names_them(town: Town) -> None:
    affiliate, partner = town.both(email="one@example.com")
    other = town.cast.partner(town.cast.person(), email="ONE@example.com")

    ran = town("link", affiliate.id, "one@example.com", "--yes")

    assert ran.code == 2
    assert partner.id in ran.err
    assert other.id in ran.err


def test_records_that_do_not_exist_are_told(town: Town) -> None:
    ran = town("link", "aff_none", "par_none", "--yes")

    assert ran.code == 2
    assert "Whop has no affiliate aff_none." in ran.err
    assert "Affihub has no partner par_none." in ran.err


def test_somebody_linked_elsewhere_is_refused_with_the_way_out(town: Town) -> None:
    one, other = town.both(), town.both()
    town.remember(one, other)

    ran = town("link", one[0].id, other[1].id, "--yes")

    assert ran.code == 2
    assert f"Affiliate {one[0].id} is linked to partner {one[1].id} (email)" in ran.err
    assert f"Partner {other[1].id} is linked to affiliate {other[0].id} (email)" in ran.err
    assert f"affisync unlink {one[0].id}" in ran.err
    assert town.linked() == {(a.id, p.id) for a, p in (one, other)}


def test_two_who_are_linked_already_stay_as_they_are(town: Town) -> None:
    two = town.both()
    town.remember(two)

    ran = town("link", two[0].id, two[1].id, "--yes")

    assert ran.code == 0
    assert "linked already" in ran.err
    assert town.known().links[0].evidence == "email"


def test_the_marketplace_takes_no_part(town: Town) -> None:
    person = town.cast.person(name="Whop", username="whop")
    marketplace = town.cast.affiliate(town.cast.user(person))
    _, partner = town.both()

    ran = town("link", marketplace.id, partner.id, "--yes")

    assert ran.code == 2
    assert "marketplace" in ran.err


def test_linking_brings_together_who_was_kept_apart(town: Town) -> None:
    two = town.both()
    town("keep-apart", two[0].id, two[1].id, "--yes")

    ran = town("link", two[0].id, two[1].id, "--yes")

    assert ran.code == 0
    assert "kept apart" in ran.err
    assert town.known().apart == frozenset()


def test_a_pair_in_use_is_waited_for_and_then_told(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    affiliate, partner = town.both()
    slept: list[float] = []
    monkeypatch.setattr("sync.app.time.sleep", slept.append)

    with town.store() as store:
        lease = store.lease("main")
        ran = town("link", affiliate.id, partner.id, "--yes")
        lease.release()

    assert ran.code == 5
    assert "Another run holds pair main" in ran.err
    assert sum(slept) == pytest.approx(30)


def test_a_state_of_another_company_is_refused(town: Town) -> None:
    affiliate, partner = town.both()
    with town.store() as store:
        lease = store.lease("main")
        store.remember_company(lease.fence, "biz_other")
        lease.release()

    ran = town("link", affiliate.id, partner.id, "--yes")

    assert ran.code == 2
    assert "biz_other" in ran.err
    assert town.linked() == set()


@pytest.mark.parametrize("arguments", [[], ["aff_1"], ["aff_1", "par_1", "--import", "x.csv"]])
def test_a_call_that_says_too_little_or_too_much_is_refused(
    town: Town, arguments: list[str]
) -> None:
    ran = town("link", *arguments, "--yes")

    assert ran.code == 2
    assert "--import" in ran.err


def test_hostile_names_stay_text(town: Town) -> None:
    person = town.cast.person(name="[bold]Max\x1b[31m[/bold]", first="\x1b]0;x\x07", last="Max")
    affiliate, partner = town.cast.both(person)

    ran = town("link", affiliate.id, partner.id, "--yes")

    assert "\x1b" not in ran.err
    assert "\x07" not in ran.err
    assert "[bold]Max" in ran.err


def test_json_tells_the_link(town: Town) -> None:
    affiliate, partner = town.both()

    told = town("link", affiliate.id, partner.id, "--yes", "--format", "json").document

    assert told["schema"] == "affisync.links/1"
    assert [(link["whop_id"], link["evidence"]) for link in told["links"]] == [
        (affiliate.id, "by hand")
    ]


def csv_file(town: Town, *lines: str) -> Path:
    path = town.folder / "people.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def crowd(cast: Cast, count: int) -> list[tuple[str, str]]:
    people = (cast.both(cast.person()) for _ in range(count))
    return [(affiliate.id, partner.id) for affiliate, partner in people]


def test_a_file_links_all_of_its_lines(town: Town) -> None:
    people = crowd(town.cast, 3)
    path = csv_file(town, "whop_id,affihub_id,note", *(f"{a},{p},by ann" for a, p in people))

    ran = town("link", "--import", path, "--yes")

    assert ran.code == 0
    assert "Linked 3" in ran.err
    assert town.linked() == set(people)


def test_a_large_file_is_checked_with_the_listings(town: Town) -> None:
    people = crowd(town.cast, 40)
    path = csv_file(town, "whop_id,affihub_id", *(f"{a},{p}" for a, p in people))
    town.world.log.clear()

    assert town("link", "--import", path, "--yes").code == 0

    assert town.linked() == set(people)
    assert len(town.world.log) < 10


def test_a_file_with_one_bad_line_links_nobody_and_tells_every_bad_one(town: Town) -> None:
    (a1, p1), (a2, p2), (a3, p3) = crowd(town.cast, 3)
    town.remember((town.world.whop.affiliates[a3], town.world.affihub.partners[p3]))
    path = csv_file(
        town,
        "whop_id,affihub_id",
        f"{a1},{p1}",
        f"{a2},par_none",
        f",{p2}",
        f"{a1},{p2}",
        f"{a2},{p3}",
    )

    ran = town("link", "--import", path, "--yes")

    assert ran.code == 2
    assert "line 3: Affihub has no partner par_none." in ran.err
    assert "line 4: whop_id is empty" in ran.err
    assert f"line 5: {a1} stands in line 2 already" in ran.err
    assert "line 6: " in ran.err
    assert "Nobody was linked." in ran.err
    assert town.linked() == {(a3, p3)}


def test_lines_that_are_linked_already_are_no_fault(town: Town) -> None:
    (a1, p1), two = crowd(town.cast, 2)
    town.remember((town.world.whop.affiliates[a1], town.world.affihub.partners[p1]))
    path = csv_file(town, "whop_id,affihub_id", f"{a1},{p1}", ",".join(two))

    ran = town("link", "--import", path, "--yes")

    assert ran.code == 0
    assert "1 of 2 are linked already" in ran.err
    assert town.linked() == {(a1, p1), two}


def test_a_file_asks_once(town: Town) -> None:
    people = crowd(town.cast, 7)
    path = csv_file(town, "whop_id,affihub_id", *(f"{a},{p}" for a, p in people))

    ran = town("link", "--import", path, answers="no\n")

    assert ran.code == 1
    assert "and 2 more" in ran.err
    assert "Link 7? [y/N]" in ran.err
    assert town.linked() == set()


def test_what_links_exports_can_be_imported_again(town: Town) -> None:
    people = crowd(town.cast, 3)
    for a, p in people:
        town("link", a, p, "--yes")
    town("links", "--format", "csv", "--output", town.folder / "kept.csv")
    town("unlink", *(a for a, _ in people), "--yes")
    assert town.linked() == set()

    assert town("link", "--import", town.folder / "kept.csv", "--yes").code == 0

    assert town.linked() == set(people)


def test_an_export_is_no_fault_whatever_became_of_a_record_in_it(town: Town) -> None:
    people = crowd(town.cast, 3)
    for a, p in people:
        town("link", a, p, "--yes")
    town("links", "--format", "csv", "--output", town.folder / "kept.csv")
    town.world.whop.remove(people[0][0])
    town.world.affihub.remove(people[1][1])
    town("unlink", people[2][0], "--yes")

    ran = town("link", "--import", town.folder / "kept.csv", "--yes")

    assert ran.code == 0
    assert "2 of 3 are linked already" in ran.err
    assert town.linked() == set(people)


def test_an_export_that_says_nothing_new_asks_neither_side(town: Town) -> None:
    people = crowd(town.cast, 2)
    for a, p in people:
        town("link", a, p, "--yes")
    town("links", "--format", "csv", "--output", town.folder / "kept.csv")
    town.world.log.clear()

    ran = town("link", "--import", town.folder / "kept.csv", "--yes", "--format", "json")

    assert ran.code == 0
    assert "Nothing to do." in ran.err
    assert {link["whop_id"] for link in ran.document["links"]} == {a for a, _ in people}
    assert len(town.world.log) == 0


def test_a_link_that_is_gone_is_told_once_it_was_taken_apart(town: Town) -> None:
    ((whop_id, affihub_id),) = crowd(town.cast, 1)
    town.world.whop.remove(whop_id)
    path = csv_file(town, "whop_id,affihub_id", f"{whop_id},{affihub_id}")

    ran = town("link", "--import", path, "--yes")

    assert ran.code == 2
    assert f"line 2: Whop has no affiliate {whop_id}." in ran.err


def test_a_file_full_of_ids_nobody_has_is_not_asked_for_one_by_one(town: Town) -> None:
    crowd(town.cast, 2)
    path = csv_file(town, "whop_id,affihub_id", *(f"aff_x{n},par_x{n}" for n in range(300)))
    town.world.log.clear()

    ran = town("link", "--import", path, "--yes")

    assert ran.code == 2
    assert "line 301: Whop has no affiliate aff_x299." not in ran.err  # a hundred are enough
    assert "line 2: Whop has no affiliate aff_x0." in ran.err
    assert len(town.world.log) < 60


def test_what_is_no_text_ends_with_a_sentence(town: Town) -> None:
    ran = town("link", "--import", "/dev/zero", "--yes")

    assert (ran.code, ran.out) == (2, "")
    assert "/dev/zero is not UTF-8 text" in ran.err
    assert len(town.world.log) == 0
