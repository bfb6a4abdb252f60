"""``affisync verify-log``: what a head that was copied elsewhere proves."""

import hashlib
import json
import re
import sqlite3
from contextlib import closing

import pytest

from tests.cli.playing import Town


@pytest.fixture
def town(town: Town) -> Town:
    """Two runs, and a decision about a row that the second one held."""
    for _ in range(8):
        town.both()
    assert town("sync", "--yes", "--allow", "all").code == 0
    for affiliate in list(town.world.whop.affiliates.values()):
        town.world.whop.edit(affiliate.id, status="archived")
    assert town("sync", "--yes").code == 4
    assert town("approve", "--all", "--yes").code == 0
    return town


def by_hand(town: Town, *statements: str) -> None:
    """What somebody does to the state with a tool of their own."""
    with closing(sqlite3.connect(town.folder / "state.db")) as raw:
        for statement in statements:
            raw.execute(statement)
        raw.commit()


def rewrite(town: Town) -> None:
    """Write every hash of the log anew, as somebody could who knows how."""
    with closing(sqlite3.connect(town.folder / "state.db")) as raw:
        head = hashlib.sha256(b"").hexdigest()
        found = raw.execute(
            "SELECT number, at, pair, kind, subject, digest FROM log ORDER BY number"
        ).fetchall()
        for entry in found:
            text = head + json.dumps(entry, separators=(",", ":"))
            head = hashlib.sha256(text.encode()).hexdigest()
            raw.execute("UPDATE log SET hash = ? WHERE number = ?", [head, entry[0]])
            if entry[3] == "run":
                raw.execute("UPDATE runs SET log = ? WHERE id = ?", [head, entry[4]])
        raw.commit()


def heads(town: Town) -> list[str]:
    """The head that each run showed, latest first."""
    return [entry["run"]["log"] for entry in town("runs", "--format", "json").document["runs"]]


def test_a_record_that_nobody_touched_is_sound(town: Town) -> None:
    ran = town("verify-log")

    assert ran.code == 0
    assert re.search(r"^The record fits its log of \d+ entries\.$", ran.out, re.MULTILINE)
    assert re.search(r"head [0-9a-f]{64}$", ran.out.rstrip())
    assert ran.err == ""


def test_heads_of_earlier_reports_are_known_whole_or_as_the_report_shows_them(town: Town) -> None:
    runs = town("runs", "--format", "json").document["runs"]
    shown = town("report", runs[-1]["run"]["id"]).out
    (short,) = re.findall(r"log ([0-9a-f]{12})$", shown, re.MULTILINE)

    for head in (short, runs[-1]["run"]["log"], runs[0]["run"]["log"].upper()):
        ran = town("verify-log", "--head", head)
        assert (ran.code, "The log knows that head" in ran.out) == (0, True)
        assert "runs and decisions are as they were then" in ran.out
        assert "Links, and what both sides last agreed on, are not in the log" in ran.out


def test_a_start_that_several_heads_have_is_none_of_them(town: Town) -> None:
    old = heads(town)[-1]

    with town.store() as store:
        assert store.verify_log(old[:12]).knows
        assert not store.verify_log("").knows


def test_the_document_tells_what_was_asked_and_found(town: Town) -> None:
    (latest, *_) = heads(town)

    told = town("verify-log", "--head", latest, "--format", "json").document

    assert told["schema"] == "affisync.verify-log/1"
    assert (told["sound"], told["known"], told["asked"]) == (True, True, latest)
    assert (told["problems"], told["forgotten"]) == ([], None)
    assert told["entries"] >= 3
    plain = town("verify-log", "--format", "json").document
    assert (plain["known"], plain["asked"], plain["head"]) == (None, None, told["head"])


def test_a_run_that_was_changed_by_hand_is_named(town: Town) -> None:
    run = town("runs", "--format", "json").document["runs"][-1]["run"]["id"]
    by_hand(town, f"UPDATE runs SET by = 'somebody else' WHERE id = '{run}'")

    ran = town("verify-log")
    told = town("verify-log", "--format", "json").document

    assert ran.code == 4
    assert "The record is not as it was: 1 problem." in ran.out
    assert told["problems"] == [
        f"What the state has of run {run} was changed after it was recorded."
    ]


def test_a_decision_that_was_changed_by_hand_is_named(town: Town) -> None:
    by_hand(town, "UPDATE decisions SET by = 'boss' WHERE number = 3")

    ran = town("verify-log")

    assert ran.code == 4
    assert "decision 3 was changed after it was recorded" in ran.out


def test_a_log_that_was_written_anew_is_convicted_by_an_old_head_alone(town: Town) -> None:
    old = heads(town)
    by_hand(town, "UPDATE log SET at = '2020-01-01T00:00:00+00:00' WHERE number = 1")
    assert town("verify-log").code == 4
    rewrite(town)

    fits = town("verify-log")
    convicted = town("verify-log", "--head", old[-1][:12])

    assert fits.code == 0
    assert convicted.code == 4
    assert "The log does not know the head" in convicted.out
    assert "If a report showed it, this state was changed" in convicted.out
    told = town("verify-log", "--head", old[-1], "--format", "json").document
    assert (told["sound"], told["known"], told["problems"]) == (False, False, [])


@pytest.mark.parametrize("head", ["", "abc", "0123456789a", "g" * 12, "0" * 65])
def test_what_cannot_be_a_head_is_refused(town: Town, head: str) -> None:
    ran = town("verify-log", "--head", head)

    assert ran.code == 2
    assert "12 to 64 characters" in ran.err
    assert ran.out == ""


def test_no_state_is_made_to_be_looked_at(town: Town) -> None:
    (town.folder / "state.db").rename(town.folder / "elsewhere.db")

    ran = town("verify-log")

    assert ran.code == 2
    assert "There is no state file" in ran.err
    assert not (town.folder / "state.db").exists()
