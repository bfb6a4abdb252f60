"""``affisync rebuild``: the state is deleted, and what the links were comes back."""

import pytest

from connectors.sandbox.affihub_records import Partner
from connectors.sandbox.exchange import Answer
from connectors.sandbox.script import Step
from connectors.sandbox.whop_records import Affiliate
from tests.cli.playing import Ran, Town

CREATES = {"create-partner", "create-affiliate"}
STATUSES = {
    "activate-partner",
    "deactivate-partner",
    "unarchive-affiliate",
    "archive-affiliate",
}


def lose_the_state(town: Town) -> None:
    for file in town.folder.glob("state.db*"):
        file.unlink()
    town.world.log.clear()


def kinds(ran: Ran) -> set[str]:
    return {row["kind"] for row in ran.document["rows"]}


def strangers(town: Town, status: str = "active", partner: str = "active") -> tuple[str, str]:
    """One person with another address on each side, linked by hand; the ids."""
    user = town.cast.user(town.cast.person())
    ids = town.cast.affiliate(user, status).id, town.cast.partner(town.cast.person(), partner).id
    assert town("link", *ids, "--yes").code == 0
    return ids


def unknown(town: Town) -> tuple[str, str]:
    """Somebody whose address Whop does not tell, linked by hand; the ids."""
    affiliate = town.cast.affiliate(town.cast.user(town.cast.person()), shown="nowhere")
    ids = affiliate.id, town.cast.partner(town.cast.person()).id
    assert town("link", *ids, "--yes").code == 0
    return ids


def in_step(town: Town) -> set[tuple[str, str]]:
    """A sandbox that was brought into step: by address, by hand, by creating; and stamped."""
    for statuses in (("active", "active"), ("active", "invited"), ("archived", "deactivated")):
        for _ in range(3):
            town.cast.both(town.cast.person(), status=statuses[0], partner=statuses[1])
    town.cast.affiliate(town.cast.user(town.cast.person()))
    join = town.cast.person()
    town.cast.user(join)
    town.cast.partner(join)
    strangers(town)
    strangers(town, "archived", "deactivated")
    strangers(town, "deleted", "deactivated")
    unknown(town)
    town("sync", "--yes", "--allow", "all")
    town("stamp", "--yes")
    town.both()
    town("sync", "--yes")
    assert town("sync", "--dry-run").code == 0
    return town.linked()


def test_a_lost_state_comes_back_and_the_next_sync_has_nothing_to_do(town: Town) -> None:
    linked = in_step(town)
    lose_the_state(town)

    ran = town("rebuild", "--yes")
    dry = town("sync", "--dry-run", "--format", "json")

    assert ran.code == 0
    assert f"{len(linked)} links were restored ({len(linked) - 1} by stamp, 1 by email)" in ran.out
    assert town.linked() == linked
    assert dry.code == 0
    assert kinds(dry) & (CREATES | STATUSES) == set()
    assert dry.document["rows"] == []
    assert town.world.log.changes() == []


def test_a_second_time_there_is_nothing_to_restore(town: Town) -> None:
    linked = in_step(town)
    lose_the_state(town)
    town("rebuild", "--yes")

    again = town("rebuild", "--yes")

    assert again.code == 0
    assert f"0 links were restored; {len(linked)} there already, kept as they are." in again.out
    assert town.linked() == linked


def test_a_dry_run_tells_and_restores_nothing(town: Town) -> None:
    town.both()

    ran = town("rebuild", "--dry-run", "--format", "json")

    assert ran.code == 3
    assert ran.document["schema"] == "affisync.rebuild/1"
    assert ran.document["dry_run"] is True
    assert ran.document["counts"]["restored"] == {"stamp": 0, "email": 1}
    assert town.linked() == set()
    assert town.world.log.changes() == []


def test_with_nobody_there_is_nothing_to_restore(town: Town) -> None:
    assert town("rebuild", "--dry-run").code == 0
    assert town("rebuild", "--yes").code == 0


def contradicted(town: Town) -> tuple[tuple[Affiliate, Partner], tuple[Affiliate, Partner]]:
    """Two people, linked crosswise by hand and stamped so, against both their addresses."""
    one, other = town.both(), town.both()
    assert town("link", one[0].id, other[1].id, "--yes").code == 0
    assert town("stamp", "--yes").code == 0
    return one, other


def test_a_contradiction_needs_a_person_and_says_what_to_do(town: Town) -> None:
    one, other = contradicted(town)
    lose_the_state(town)

    ran = town("rebuild", "--yes")

    assert ran.code == 4
    assert town.linked() == set()
    assert "Not proved · 1" in ran.out
    assert f"affisync link {one[0].id} {other[1].id}  # by stamp" in ran.out
    assert f"affisync link {one[0].id} {one[1].id}  # by email" in ran.out
    assert "Say who is who before the next sync" in ran.out


def test_a_contradiction_in_json_names_both_candidates(town: Town) -> None:
    one, other = contradicted(town)
    lose_the_state(town)

    (told,) = town("rebuild", "--dry-run", "--format", "json").document["unproved"]

    assert told["why"] == "address-says-otherwise"
    assert {(c["whop_id"], c["affihub_id"], c["evidence"]) for c in told["candidates"]} == {
        (one[0].id, other[1].id, "stamp"),
        (one[0].id, one[1].id, "email"),
        (other[0].id, other[1].id, "email"),
    }
    assert len(told["advice"]) == 3
    assert len(told["next_sync"]) == 2


def test_what_no_rebuild_brings_back_is_told(town: Town) -> None:
    ran = town("rebuild", "--yes")

    assert "What no rebuild brings back" in ran.out
    for lost in ("kept apart", "under way when the state was lost", "budgets", "history"):
        assert lost in ran.out


def test_how_long_reading_stamps_takes_is_said_before_it_does(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFFISYNC_PAIRS__MAIN__AFFIHUB__REQUESTS_PER_MINUTE", "2000")
    for _ in range(3):
        town.both()

    read = town("rebuild", "--dry-run")
    unread = town("rebuild", "--dry-run", "--no-stamps", "--format", "json")

    assert "Reading 3 partners one by one for their stamps: about 1 minute at 2,000" in read.err
    assert "--no-stamps" in read.err
    assert "Reading" not in unread.err
    assert unread.document["stamps"] == {"read": False, "partners": 0, "found": 0, "unread": 0}
    assert "Stamps were not read" in unread.document["notes"][0]


def test_it_asks_before_it_restores(town: Town) -> None:
    town.both()
    town.cast.affiliate(town.cast.user(town.cast.person()))

    refused = town("rebuild", answers="n\n")
    left = town.linked()
    agreed = town("rebuild", answers="y\n")

    assert (refused.code, refused.out) == (1, "")
    assert "Restore 1 link (1 by email)?" in refused.err
    assert "Some people are not proved" in refused.err
    assert left == set()
    assert agreed.code == 4
    assert len(town.linked()) == 1


def test_without_a_terminal_it_wants_a_yes_before_anything_is_read(town: Town) -> None:
    ran = town("rebuild")

    assert ran.code == 2
    assert "--yes" in ran.err
    assert list(town.world.log) == []


def test_half_a_list_restores_nobody(town: Town) -> None:
    town.both()
    half = Answer(200, b'{"data": [], "total": 3, "page": 1, "per_page": 100}')
    town.faults.set_script([Step(fault=half, operation="list_partners", times=99)])

    ran = town("rebuild", "--yes")

    assert (ran.code, ran.out) == (1, "")
    assert "Affihub's listing is incomplete" in ran.err
    assert "nothing is restored from half a list" in ran.err
    assert town.linked() == set()


def test_a_pair_in_use_is_waited_for_and_then_told(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.both()
    waited: list[float] = []
    monkeypatch.setattr("sync.app.time.sleep", waited.append)

    with town.store() as store:
        lease = store.lease("main")
        ran = town("rebuild", "--yes")
        looked = town("rebuild", "--dry-run")
        lease.release()

    assert ran.code == 5
    assert sum(waited) == 30
    assert looked.code == 3
    assert town.linked() == set()


def test_an_unreadable_stamp_is_told_with_the_way_on(town: Town) -> None:
    town.both()
    town.faults.set_script([Step(fault=Answer(422, b"{}"), operation="get_partner", times=9)])

    ran = town("rebuild", "--yes")

    assert ran.code == 4
    assert "Run affisync rebuild again." in ran.out
    assert town.linked() == set()


def test_no_payout_detail_is_in_any_report(town: Town) -> None:
    town.both(payout_email="secret.payee@example.com")
    contradicted(town)

    ran = town("rebuild", "--dry-run", "--format", "json")

    assert ran.document["restored"] != []
    assert "secret.payee" not in ran.out + ran.err
