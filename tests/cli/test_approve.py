"""``affisync approve`` and ``affisync reject``: a yes or a no to rows as they are."""

from datetime import datetime, timedelta

import pytest

from sync.app import utc_now
from tests.cli.playing import Ran, Town
from tests.cli.seen import CREATE, at_odds, decided, emails, held, inbox, look, newcomers

VERBS = [("approve",), ("reject", "--reason", "not now")]


@pytest.fixture
def town(town: Town) -> Town:
    """Three creates that wait for the pair's first run to be allowed; nothing was ever applied."""
    newcomers(town)
    look(town)
    return town


def approve(town: Town, *arguments: str, answers: str | None = None) -> Ran:
    return town("approve", "--format", "json", *arguments, answers=answers)


def synced(town: Town) -> Ran:
    return town("sync", "--yes", "--format", "json")


def test_what_was_approved_is_applied_by_the_next_run_and_nothing_else(town: Town) -> None:
    first = held(town)[0]

    said = town("approve", first["id"][:6], "--why", "she asked")

    assert said.code == 0
    assert "Approved by ann, because: she asked:" in said.out
    assert "affisync sync --pair main" in said.out
    ran = synced(town)
    assert ran.document["counts"]["applied"] == 1
    assert len(held(town)) == 2
    assert [partner.email for partner in town.world.affihub.partners.values()] == [
        first["person"]["email"]
    ]


def test_it_is_kept_with_who_when_why_and_until_when(town: Town) -> None:
    approve(town, "--all", "--yes", "--as", "ana", "--why", "all known", "--expire", "2d")

    (said,) = held(town)[0]["approvals"]
    assert (said["by"], said["why"]) == ("ana", "all known")
    until, at = datetime.fromisoformat(said["until"]), datetime.fromisoformat(said["at"])
    assert until - at == timedelta(days=2)
    assert at <= utc_now()


def test_filters_must_all_fit(town: Town) -> None:
    said = approve(town, "--kind", CREATE, "--person", "new1@", "--guard", "first-run")

    assert decided(said) == ["new1@mail.example"]
    assert said.document["schema"] == "affisync.approve/1"


def test_ids_can_come_from_another_program(town: Town) -> None:
    rows = held(town)

    said = approve(town, "-", answers="\n".join(row["id"] for row in rows[:2]))

    assert decided(said) == emails(rows[:2])


def test_a_dry_run_shows_whom_it_would_be_about_and_records_nothing(town: Town) -> None:
    said = approve(town, "--all", "--dry-run")

    assert (said.code, len(decided(said)), said.document["dry_run"]) == (0, 3, True)
    assert all(not row["approvals"] for row in held(town))
    assert "Nothing was recorded" in town("approve", "--all", "--dry-run").out


@pytest.mark.parametrize("verb", VERBS)
def test_all_at_once_needs_somebody_to_ask(town: Town, verb: tuple[str, ...]) -> None:
    said = town(*verb, "--all")

    assert (said.code, said.out) == (2, "")
    assert "--yes" in said.err
    assert town(*verb, "--all", answers="y\n").code == 0


def test_a_no_at_the_prompt_records_nothing(town: Town) -> None:
    said = town("approve", "--all", answers="n\n")

    assert said.code == 1
    assert "Decide so about 3 rows?" in said.err
    assert all(not row["approvals"] for row in held(town))


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    "chosen, told",
    [
        ((), "Say which rows: by id, by a filter, or --all. There are: 3 x create-partner"),
        (("--kind", "fill-name"), "Nothing fits --kind fill-name. There are: 3 x create-partner"),
        (("nonsense",), "No row waits under nonsense; see: affisync held"),
    ],
)
def test_nothing_chosen_names_what_there_is(
    town: Town, verb: tuple[str, ...], chosen: tuple[str, ...], told: str
) -> None:
    said = town(*verb, *chosen)

    assert (said.code, said.out) == (2, "")
    assert told in said.err


def test_a_row_names_its_pair(town: Town) -> None:
    config = town.shell.config
    text = config.read_text(encoding="utf-8")
    other = text.split("[pairs.main]")[1].replace("pairs.main", "pairs.other")
    config.write_text(f"{text}\n[pairs.other]{other}", encoding="utf-8")
    town("sync", "--dry-run", "--pair", "other")
    rows = held(town)

    said = approve(town, next(row["id"] for row in rows if row["pair"] == "other"))

    assert (len(rows), [row["pair"] for row in said.document["decided"]]) == (6, ["other"])
    assert len(decided(approve(town, "--pair", "main", "--all", "--yes"))) == 3


def test_two_people_are_two_names(town: Town) -> None:
    config = town.shell.config
    text = config.read_text(encoding="utf-8") + f'\n[approvals]\ntwo_people = ["{CREATE}"]\n'
    config.write_text(text, encoding="utf-8")

    first = town("approve", "--all", "--yes", "--as", "ana").out
    again = town("approve", "--all", "--yes", "--as", "Ana").out
    assert "3 rows need the yes of a second person (create-partner), not of ana again." in first
    assert "Ana had approved 3 of them before: that counts once." in again
    assert "affisync sync" not in again
    assert synced(town).document["counts"]["applied"] == 0

    second = town("approve", "--all", "--yes", "--as", "ben").out
    assert "second person" not in second
    assert synced(town).document["counts"]["applied"] == 3


def test_what_expired_counts_no_more(town: Town) -> None:
    approve(town, "--all", "--yes", "--expire", "1s")
    with town.store() as store:
        then = store.known("main", utc_now() + timedelta(seconds=2))

    assert then.decisions == ()


def test_a_conflict_is_not_approved_and_the_others_are(town: Town) -> None:
    at_odds(town, 1)
    look(town)
    (odd,) = inbox(town)

    said = approve(town, odd["id"], held(town)[0]["id"])

    assert (said.code, len(said.document["decided"])) == (4, 1)
    (refused,) = said.document["refused"]
    assert refused["id"] == odd["id"]
    assert "a conflict is not held" in refused["refused"]
    assert "Refused by 1 row:" in town("approve", odd["id"]).out


def test_a_no_needs_its_reason(town: Town) -> None:
    said = town("reject", held(town)[0]["id"])

    assert (said.code, said.out) == (2, "")
    assert "--reason" in said.err


def test_what_was_rejected_is_not_done_and_stays_quiet(town: Town) -> None:
    said = town("reject", "--all", "--yes", "--reason", "a competitor")

    assert "Rejected by ann, because: a competitor:" in said.out
    ran = synced(town)
    assert (ran.code, ran.document["counts"]["applied"]) == (0, 0)
    assert town("approve", "--kind", CREATE).code == 2


def test_a_yes_after_a_no_is_a_yes(town: Town) -> None:
    row = held(town)[0]["id"]
    town("reject", row, "--reason", "a competitor")

    assert town("approve", row).code == 0
    assert synced(town).document["counts"]["applied"] == 1


def test_what_was_applied_meanwhile_is_told(town: Town) -> None:
    row = held(town)[0]["id"]
    town("approve", row, "--why", "known")
    synced(town)

    said = town("approve", row)

    assert said.code == 2
    assert "is done: approved by ann" in said.err


def test_a_time_nobody_can_read_is_refused(town: Town) -> None:
    said = town("approve", "--all", "--expire", "soon")

    assert (said.code, said.out) == (2, "")
    assert "--expire" in said.err


def test_neither_side_is_asked(town: Town) -> None:
    town.world.log.clear()
    approve(town, "--all", "--yes")
    town("reject", "--all", "--yes", "--reason", "no")

    assert len(town.world.log) == 0
