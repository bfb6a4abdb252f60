"""``affisync history``: what became of somebody, from the command line."""

import csv
import io
from datetime import UTC, datetime

import pytest

from connectors.sandbox.affihub_records import Partner
from connectors.sandbox.whop_records import Affiliate
from sync.core.history import Event, History, What
from sync.core.plan import Field, Person
from sync.core.record import Side
from sync.render.history import text
from tests.cli.playing import Town
from tests.cli.seen import look


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
    look(town)

    ran = town("history", "nobody-like-it")

    assert ran.code == 2
    assert "Nobody on either side is known as nobody-like-it" in ran.err


def test_of_somebody_without_a_past_it_says_so(town: Town) -> None:
    look(town)
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


def test_a_word_about_a_conflict_is_no_change_to_the_default_rate() -> None:
    chose = Event(
        datetime(2026, 11, 2, tzinfo=UTC), What.DECISION, Field.COMMISSION, Side.AFFIHUB, "20", "20"
    )

    told = text(
        History("main", Person(name="Ana"), "aff_1", "par_1", (chose,)), width=120, color=False
    )

    assert "20 % on Affihub" in told
    assert "→" not in told


def test_what_somebody_said_yes_or_no_to_is_proposed_and_no_change() -> None:
    yes, wrote = (
        Event(
            datetime(2026, 11, 2, tzinfo=UTC),
            what,
            Field.STATUS,
            Side.AFFIHUB,
            "active",
            "deactivated",
        )
        for what in (What.DECISION, What.WRITE)
    )

    told = text(
        History("main", Person(name="Ana"), "aff_1", "par_1", (yes, wrote)), width=120, color=False
    )

    changes = [line.partition("Status")[2].strip() for line in told.splitlines() if "→" in line]
    assert changes[0].startswith("proposed: active → deactivated on Affihub")
    assert changes[1].startswith("active → deactivated on Affihub")
