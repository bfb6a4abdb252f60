"""``affisync history``: what became of somebody, from the command line."""

import csv
import io

import pytest

from connectors.sandbox.affihub_records import Partner
from connectors.sandbox.whop_records import Affiliate
from tests.cli.playing import Town


@pytest.fixture
def somebody(town: Town) -> tuple[Affiliate, Partner]:
    """Somebody who was linked, and archived on Whop since."""
    affiliate, partner = town.both()
    assert town("sync", "--yes", "--allow", "first-run").code == 0
    town.world.whop.edit(affiliate.id, status="archived")
    assert town("sync", "--yes").code == 0
    return affiliate, partner


def test_it_tells_what_changed_who_did_it_and_why(
    town: Town, somebody: tuple[Affiliate, Partner]
) -> None:
    ran = town("history", somebody[0].id)

    assert ran.code == 0
    lines = ran.out.splitlines()
    assert any("active → archived on Whop" in line and "somebody on Whop" in line for line in lines)
    assert any("active → deactivated on Affihub" in line for line in lines)
    assert "affisync, by ann, run" in ran.out


def test_it_is_one_document_and_a_table_for_programs(
    town: Town, somebody: tuple[Affiliate, Partner]
) -> None:
    told = town("history", somebody[1].email, "--field", "status", "--format", "json").document
    rows = list(csv.DictReader(io.StringIO(town("history", somebody[1].id, "--format", "csv").out)))

    assert told["schema"] == "affisync.history/1"
    assert [(one["what"], one["side"], one["after"]) for one in told["events"]] == [
        ("edit", "whop", "archived"),
        ("write", "affihub", "deactivated"),
    ]
    assert [row["what"] for row in rows] == ["link", "edit", "write"]


def test_whom_only_the_sides_know_they_are_asked_for(
    town: Town, somebody: tuple[Affiliate, Partner]
) -> None:
    town.world.log.clear()
    assert town("history", somebody[0].id).code == 0
    assert len(town.world.log) == 0

    ran = town("history", somebody[1].slug)

    assert ran.code == 0
    assert somebody[1].id in ran.out
    assert len(town.world.log) > 0
    assert town.world.log.changes() == []


def test_nobody_and_several_are_told_apart(town: Town) -> None:
    ran = town("history", "nobody-like-it")

    assert ran.code == 2
    assert "Nobody on either side is known as nobody-like-it" in ran.err


def test_of_somebody_without_a_past_it_says_so(town: Town) -> None:
    _, partner = town.both()

    ran = town("history", partner.slug)

    assert ran.code == 0
    assert "Nothing is kept of this person." in ran.out


def test_a_name_that_would_steer_a_terminal_is_made_harmless(town: Town) -> None:
    affiliate, _ = town.both()
    town.world.whop.edit_user(affiliate.user_id, name="\x1b[31m=cmd\x07")
    assert town("sync", "--yes", "--allow", "first-run").code == 0

    for form in ("text", "csv", "json"):
        assert "\x1b" not in town("history", affiliate.id, "--format", form).out
