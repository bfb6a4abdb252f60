"""``affisync inbox``, ``resolve``, ``assign`` and ``snooze``: what waits, and how it is settled."""

import csv
import io
from datetime import datetime, timedelta

import pytest

from sync.app import utc_now
from sync.core.plan import Disposition
from sync.core.ports import Parked
from sync.runs.linking import held
from tests.cli.playing import Ran, Town
from tests.cli.seen import at_odds, decided, emails, inbox, look, newcomers, paused

ODD = ["odd0@mail.example", "odd1@mail.example"]


@pytest.fixture
def town(town: Town) -> Town:
    """Two who are off on Whop and on in Affihub, one with an unknown status, three newcomers."""
    at_odds(town)
    paused(town)
    newcomers(town)
    look(town)
    return town


def resolve(town: Town, *arguments: str, answers: str | None = None) -> Ran:
    return town("resolve", "--format", "json", *arguments, answers=answers)


def row_of(town: Town, email: str, *arguments: str) -> str:
    (row,) = [row for row in inbox(town, *arguments) if row["person"]["email"] == email]
    told: str = row["id"]
    return told


def test_it_lists_what_waits_and_counts_what_is_held(town: Town) -> None:
    told = town("inbox", "--format", "json")

    assert (told.code, told.document["schema"]) == (0, "affisync.inbox/1")
    assert emails(told.document["inbox"]) == [*ODD, "paused@mail.example"]
    (folded,) = told.document["held"]
    assert (folded["guard"], folded["rows"]) == ("first-run", 3)
    assert folded["command"] == "affisync held --pair main --guard first-run"


def test_each_says_what_both_sides_show_and_what_it_accepts(town: Town) -> None:
    rows = {row["person"]["email"]: row for row in inbox(town)}

    odd, unknown = rows[ODD[0]], rows["paused@mail.example"]
    assert odd["shown"] == {"whop": "archived", "affihub": "active"}
    assert {"whop", "affihub", "on", "off", "ignore-field"} == set(odd["accepts"])
    assert (odd["state"], unknown["state"]) == ("conflict", "break")
    assert unknown["accepts"] == ["ignore-field"]
    assert odd["age_seconds"] >= 0


def test_the_text_says_what_to_type(town: Town) -> None:
    row = row_of(town, ODD[0])

    told = town("inbox").out

    assert "main: 3 rows held by first-run" in told
    assert "never agreed, Whop archived, Affihub active" in told
    assert f"affisync resolve {row[:6]} --use whop|affihub|on|off | --ignore-field" in told


def test_an_empty_inbox_says_so(town: Town) -> None:
    assert "Nothing waits for a person." in town("inbox", "--owner", "nobody").out


def test_the_sheet_has_single_and_held_rows(town: Town) -> None:
    lines = list(csv.DictReader(io.StringIO(town("inbox", "--format", "csv").out)))

    assert len(lines) == 6
    assert {line["state"] for line in lines} == {"conflict", "break", "held"}


def test_a_choice_is_carried_out_by_the_next_run(town: Town) -> None:
    said = town("resolve", row_of(town, ODD[0]), "--use", "Whop", "--why", "he left")

    assert said.code == 0
    assert "To use whop by ann, because: he left:" in said.out
    assert "Deactivate partner on Affihub: active → deactivated" in said.out
    assert "ann chose whop" in town("inbox").out
    town("sync", "--yes", "--allow", "first-run")
    (partner,) = [p for p in town.world.affihub.partners.values() if p.email == ODD[0]]
    assert partner.status == "deactivated"
    assert emails(inbox(town)) == [ODD[1], "paused@mail.example"]


def test_many_are_settled_by_what_they_have_in_common(town: Town) -> None:
    said = resolve(town, "--field", "status", "--rule", "first-link-ask", "--use", "affihub")

    assert (said.code, decided(said)) == (0, ODD)
    assert said.document["schema"] == "affisync.resolve/1"


def test_a_terminal_is_asked_first(town: Town) -> None:
    said = town("resolve", "--rule", "first-link-ask", "--use", "affihub", answers="n\n")

    assert said.code == 1
    assert "Decide so about 2 rows?" in said.err
    assert all(row["decided"] is None for row in inbox(town))


def test_rows_that_do_not_accept_it_are_told_and_the_others_settled(town: Town) -> None:
    said = resolve(town, "--all", "--yes", "--use", "on")

    assert (said.code, decided(said)) == (4, ODD)
    (refused,) = said.document["refused"]
    assert refused["person"]["email"] == "paused@mail.example"
    assert "cannot use on" in refused["refused"]


def test_what_was_never_tried_is_not_tried_again(town: Town) -> None:
    said = resolve(town, row_of(town, ODD[0]), "--retry")

    assert (said.code, said.document["decided"]) == (4, [])
    assert "never tried" in said.document["refused"][0]["refused"]


def test_what_was_given_up_is_tried_again(town: Town) -> None:
    row = town("held", "--format", "json").document["held"][0]
    lesson = Parked(Disposition.BREAK, "gave-up", "Tried 8 times and given up.", utc_now(), 8)
    with town.store() as store, held(store, "main") as lease:
        store.park(lease.fence, row["id"], lesson)
    look(town)
    assert row_of(town, row["person"]["email"]) == row["id"]

    said = town("resolve", "--rule", "gave-up", "--retry")

    assert said.code == 0
    assert "To be tried again by ann:" in said.out
    assert row["id"] not in town.known().parked
    look(town)
    assert emails(inbox(town)) == [*ODD, "paused@mail.example"]


def test_a_field_left_alone_is_quiet_from_then_on(town: Town) -> None:
    assert town("resolve", row_of(town, "paused@mail.example"), "--ignore-field").code == 0

    assert emails(inbox(town)) == ODD
    look(town)
    assert emails(inbox(town)) == ODD
    assert "left alone" in town("inbox", "--all").out


@pytest.mark.parametrize(
    "ways", [(), ("--retry", "--ignore-field"), ("--use", "whop", "--retry"), ("--use", " ")]
)
def test_one_way_has_to_be_said(town: Town, ways: tuple[str, ...]) -> None:
    said = town("resolve", row_of(town, ODD[0]), *ways)

    assert (said.code, said.out) == (2, "")
    assert "--use whop|affihub|VALUE" in said.err


def test_who_sees_to_it_is_kept_with_a_note(town: Town) -> None:
    row = row_of(town, ODD[0])

    said = town("assign", row, "ben", "--note", "ask her agency")

    assert said.code == 0
    assert "Given to ben by ann, note: ask her agency:" in said.out
    (hers,) = inbox(town, "--owner", "Ben")
    assert (hers["id"], hers["owner"], hers["note"]) == (row, "ben", "ask her agency")
    assert "ben sees to it; note: ask her agency" in town("inbox").out


def test_an_owner_is_given_to_something(town: Town) -> None:
    said = town("assign", "ben")

    assert (said.code, said.out) == (2, "")
    assert "affisync assign ROW OWNER" in said.err


def test_what_was_put_off_comes_back_by_itself(town: Town) -> None:
    row = row_of(town, ODD[0])

    said = town("snooze", row, "--for", "3d", "--note", "on holiday")

    assert said.code == 0
    assert "Put off by ann, note: on holiday:" in said.out
    assert ODD[0] not in emails(inbox(town))
    (quiet,) = [each for each in inbox(town, "--all") if each["quiet"]]
    until = datetime.fromisoformat(quiet["snoozed_until"])
    assert timedelta(days=2) < until - utc_now() <= timedelta(days=3)
    assert "1 more was rejected, put off or left alone" in town("inbox").out
    with town.store() as store:
        assert store.known("main", until).decisions == ()


@pytest.mark.parametrize("time", ["soon", "-3d", "0d"])
def test_a_time_nobody_can_read_is_refused(town: Town, time: str) -> None:
    said = town("snooze", row_of(town, ODD[0]), f"--for={time}")

    assert (said.code, said.out) == (2, "")
    assert "--for" in said.err


def test_neither_side_is_asked(town: Town) -> None:
    row = row_of(town, ODD[0])
    town.world.log.clear()
    for command in (("assign", row, "ben"), ("snooze", row, "--for", "1d"), ("inbox",)):
        town(*command)
    town("resolve", row, "--use", "whop")

    assert len(town.world.log) == 0


def test_what_was_decided_about_somebody_is_explained(town: Town) -> None:
    town("assign", row_of(town, ODD[0]), "ben")
    town("resolve", row_of(town, ODD[0]), "--use", "whop", "--why", "he left")

    told = town("explain", ODD[0])

    assert "Decided" in told.out
    assert "assigned to ben by ann" in told.out
    assert "ann chose whop" in told.out
    decisions = town("explain", ODD[0], "--format", "json").document["decisions"]
    assert [one["decision"]["verb"] for one in decisions] == ["assign", "use"]
