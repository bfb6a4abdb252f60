"""A mass change is held, half of it approved, and the next run applies what is still as it was."""

import pytest

from tests.cli.playing import Ran, Town

AGENCY = "agency.example"


@pytest.fixture
def town(town: Town) -> Town:
    """Forty linked people who agree; half of them came with an agency."""
    for number in range(40):
        person = town.cast.person(email=f"p{number}@{AGENCY if number % 2 else 'mail.example'}")
        town.cast.both(person)
    assert town("sync", "--yes").code == 0
    return town


def leave_whop(town: Town) -> None:
    for affiliate in list(town.world.whop.affiliates.values()):
        town.world.whop.edit(affiliate.id, status="archived")


def held(town: Town, *arguments: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = town("held", "--format", "json", *arguments).document["held"]
    return rows


def deactivated(town: Town) -> int:
    partners = town.world.affihub.partners.values()
    return sum(partner.status == "deactivated" for partner in partners)


def synced(town: Town, *arguments: str) -> Ran:
    return town("sync", "--yes", "--format", "json", *arguments)


def test_the_next_run_applies_exactly_what_was_approved_and_is_still_so(town: Town) -> None:
    leave_whop(town)
    assert synced(town).code == 4
    assert (len(held(town)), deactivated(town)) == (40, 0)

    said = town("approve", "--kind", "deactivate-partner", "--person", AGENCY, "--format", "json")
    approved = {row["id"] for row in said.document["decided"]}
    assert (said.code, len(approved)) == (0, 20)

    back, other = (row for row in held(town, "--person", AGENCY)[:2])
    town.world.whop.edit(str(back["whop_id"]), status="active")
    town.world.affihub.edit(str(other["affihub_id"]), status="invited")
    ran = synced(town)

    applied = {row["key"] for row in ran.document["rows"] if row["outcome"] == "applied"}
    assert applied == approved - {back["id"], other["id"]}
    assert (ran.code, len(applied), deactivated(town)) == (4, 18, 18)
    told = [note for note in ran.document["notes"] if note.startswith("Dropped")]
    assert sorted("nothing to be done" in note for note in told) == [False, True]
    left = held(town)
    assert len(left) == 21
    assert approved.isdisjoint(row["id"] for row in left)
    assert not any(row["approvals"] for row in left)


def test_a_dry_run_shows_what_was_approved_and_spends_nothing(town: Town) -> None:
    leave_whop(town)
    synced(town)
    town("approve", "--person", AGENCY)

    ran = town("sync", "--dry-run", "--format", "json")

    assert (ran.document["counts"]["apply"], ran.document["counts"]["held"]) == (20, 20)
    assert (len(held(town)), deactivated(town)) == (20, 0)
    assert synced(town).document["counts"]["applied"] == 20


def test_a_decision_ends_the_waiting_of_a_pair_in_which_everything_was_held(town: Town) -> None:
    leave_whop(town)
    for _ in range(3):
        synced(town)
    assert town("status", "--format", "json").document["pairs"][0]["state"] == "quarantined"

    town("approve", "--person", AGENCY)

    pair = town("status", "--format", "json").document["pairs"][0]
    assert (pair["state"], pair["not_before"]) == ("needs-person", None)
