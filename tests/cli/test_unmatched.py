"""``affisync unmatched``: who is alone, as text, JSON and CSV, with whom they may be."""

import csv
import io
import json

import pytest

from connectors.sandbox.oddities import slug_like_username
from sync.app import utc_now
from sync.core.plan import Alone, Person
from sync.core.record import Side
from sync.core.unmatched import Lonely, Unmatched
from sync.render.unmatched import ROWS, document, sheet, text
from tests.cli.playing import Town


def lookalikes(town: Town) -> tuple[str, str]:
    """Ids of an affiliate and a partner, both alone, of one username and name."""
    before = set(town.world.whop.affiliates), set(town.world.affihub.partners)
    slug_like_username(town.cast)
    (whop_id,) = set(town.world.whop.affiliates) - before[0]
    (affihub_id,) = set(town.world.affihub.partners) - before[1]
    return whop_id, affihub_id


def test_both_are_named_with_score_and_evidence(town: Town) -> None:
    whop_id, affihub_id = lookalikes(town)

    ran = town("unmatched")

    assert ran.code == 0
    assert "Alone on Whop: 1 person, 1 who may earn, 1 with a suggestion." in ran.out
    assert whop_id in ran.out
    assert affihub_id in ran.out
    assert "username equals slug, same name, different email; each other's best" in ran.out
    assert "affisync link --review" in ran.out
    assert town.world.log.changes() == []


def test_nobody_alone_is_told(town: Town) -> None:
    ran = town("unmatched")

    assert ran.code == 0
    assert "Alone on Whop: 0 people" in ran.out
    assert "--review" not in ran.out


def test_the_json_has_the_evidence_in_words_and_numbers(town: Town) -> None:
    whop_id, affihub_id = lookalikes(town)

    told = town("unmatched", "--format", "json").document

    assert (told["schema"], told["pair"], told["run"]) == ("affisync.unmatched/1", "main", None)
    (one,), (other,) = told["unmatched"]["whop"], told["unmatched"]["affihub"]
    assert (one["id"], one["may_earn"], one["reason"]) == (whop_id, True, "to be created")
    (suggestion,) = one["suggestions"]
    assert (suggestion["id"], suggestion["mutual"]) == (affihub_id, True)
    assert suggestion["score"] == other["suggestions"][0]["score"] == 86
    assert suggestion["evidence"][0] == {
        "clue": "username-slug",
        "words": "username equals slug",
        "weight": 75,
        "alike": None,
    }
    assert other["suggestions"][0]["id"] == whop_id
    assert one["person"]["slug"] is None


@pytest.mark.parametrize("side", ["whop", "affihub"])
def test_one_side_can_be_asked_for(town: Town, side: str) -> None:
    lookalikes(town)

    told = town("unmatched", "--side", side, "--format", "json").document

    assert list(told["unmatched"]) == [side]
    assert len(told["unmatched"][side][0]["suggestions"]) == 1


def test_what_the_csv_suggests_can_be_imported_as_it_stands(town: Town) -> None:
    pairs = {lookalikes(town), lookalikes(town)}
    path = town.folder / "alone.csv"

    assert town("unmatched", "--format", "csv", "--output", path).code == 0
    ran = town("link", "--import", path, "--yes")

    assert (ran.code, ran.out) == (0, "")
    assert "Linked 2." in ran.err
    assert town.linked() == pairs
    assert path.stat().st_mode & 0o777 == 0o600


def test_whoever_resembles_nobody_has_a_line_too(town: Town) -> None:
    affiliate = town.cast.affiliate(town.cast.user(town.cast.person()))

    (row,) = csv.DictReader(io.StringIO(town("unmatched", "--format", "csv").out))

    assert (row["whop_id"], row["affihub_id"], row["score"]) == (affiliate.id, "", "")
    assert (row["alone_on"], row["may_earn"]) == ("whop", "yes")


def test_the_latest_run_can_be_told_without_key_or_request(town: Town) -> None:
    whop_id, affihub_id = lookalikes(town)
    town("sync", "--dry-run")
    town.world.log.clear()
    (town.folder / "affisync.whop.key").unlink()

    ran = town("unmatched", "--kept")

    assert ran.code == 0
    assert len(town.world.log) == 0
    assert whop_id in ran.out
    assert affihub_id in ran.out
    assert "As kept by run " in ran.out


def test_without_a_kept_run_it_ends_with_a_sentence(town: Town) -> None:
    with town.store():  # makes an empty one
        pass

    ran = town("unmatched", "--kept")

    assert (ran.code, ran.out) == (2, "")
    assert "leave out --kept" in ran.err


@pytest.mark.usefixtures("unreachable")
def test_a_side_that_is_away_is_told(town: Town) -> None:
    ran = town("unmatched")

    assert (ran.code, ran.out) == (1, "")
    assert "Traceback" not in ran.err


def test_an_unknown_pair_is_told(town: Town) -> None:
    ran = town("unmatched", "--pair", "other")

    assert ran.code == 2
    assert "there are: main" in ran.err


def alone(number: int, name: str) -> Lonely:
    person = Person(name=name, username=name, user_id=f"user_{number}", email=name)
    return Lonely(Alone(person, f"aff_{number}", "active", name))


def test_no_name_steers_a_terminal_or_is_a_formula() -> None:
    names = ('=HYPERLINK("http://x")', "+1", "@cmd", "\x1b[31m[bold]red\u202e")
    people = tuple(alone(number, name) for number, name in enumerate(names))
    seen = Unmatched("main", utc_now(), {Side.WHOP: people}, notes=("\x1bnote",))

    for told in (text(seen, width=100, color=False), document(seen), sheet(seen)):
        assert "\x1b" not in told
        assert "\u202e" not in told
    rows = list(csv.DictReader(io.StringIO(sheet(seen), newline="")))
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert json.loads(document(seen))["unmatched"]["whop"][0]["person"]["name"] == names[0]


def test_a_long_list_is_cut_on_a_terminal_alone() -> None:
    people = tuple(alone(number, f"Person {number}") for number in range(ROWS + 30))
    seen = Unmatched("main", utc_now(), {Side.WHOP: people})

    assert "and 30 more; see all with --format csv" in text(seen, width=100, color=False)
    assert len(json.loads(document(seen))["unmatched"]["whop"]) == ROWS + 30
