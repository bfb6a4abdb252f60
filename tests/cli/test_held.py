"""``affisync held``: what waits for a yes or a no, whoever asks for it."""

import csv
import io

from tests.cli.playing import Town
from tests.cli.seen import CREATE, at_odds, emails, held, look, newcomers


def test_nothing_is_held_of_nobody(town: Town) -> None:
    look(town)

    told = town("held")

    assert (told.code, told.out) == (0, "Nothing is held.\n")


def test_neither_side_is_asked(town: Town) -> None:
    look(town)
    asked = len(town.world.log)

    assert town("held").code == 0

    assert len(town.world.log) == asked


def test_a_dry_run_is_enough_to_see_what_is_held(town: Town) -> None:
    newcomers(town)
    at_odds(town)
    look(town)

    rows = held(town)

    assert emails(rows) == [f"new{number}@mail.example" for number in range(3)]
    assert {row["guard"] for row in rows} == {"first-run"}
    assert {(row["kind"], row["before"], row["after"]) for row in rows} == {
        (CREATE, None, "invited")
    }


def test_the_document_is_the_contract(town: Town) -> None:
    newcomers(town, 1)
    look(town)

    told = town("held", "--format", "json").document

    assert told.keys() == {"schema", "held"}
    assert told["schema"] == "affisync.held/1"
    row = told["held"][0]
    assert row.keys() >= {"id", "pair", "kind", "person", "guard", "before", "after", "reason"}
    assert row.keys() >= {"since", "monthly_usd", "effect_usd", "approvals", "approvals_missing"}
    assert (row["pair"], row["approvals"], row["approvals_missing"]) == ("main", [], 1)


def test_the_text_says_what_to_type(town: Town) -> None:
    newcomers(town)
    look(town)

    told = town("held").out

    assert "main: 3 rows held by first-run" in told
    assert "affisync approve --pair main --guard first-run" in told
    assert "new1@mail.example" in told
    assert "Create partner on Affihub: nobody → invited" in told


def test_what_to_type_names_another_configuration(town: Town) -> None:
    newcomers(town, 1)
    look(town)
    town.shell.config.rename(town.folder / "other.toml")

    told = town("held", "--config", "other.toml").out

    assert "affisync approve --pair main --guard first-run --config other.toml" in told


def test_filters_narrow_it(town: Town) -> None:
    newcomers(town)
    look(town)

    assert emails(held(town, "--person", "new1@")) == ["new1@mail.example"]
    assert len(held(town, "--kind", CREATE, "--guard", "first-run")) == 3
    assert held(town, "--kind", "fill-name") == []
    assert held(town, "--guard", "deactivate") == []


def test_a_filter_that_cannot_be_is_refused(town: Town) -> None:
    told = town("held", "--kind", "delete-everything")

    assert (told.code, told.out) == (2, "")
    assert "create-partner" in told.err


def test_the_sheet_has_a_line_for_each_row(town: Town) -> None:
    newcomers(town)
    look(town)

    lines = list(csv.DictReader(io.StringIO(town("held", "--format", "csv").out)))

    assert sorted(line["email"] for line in lines) == emails(held(town))
    assert {line["state"] for line in lines} == {"held"}


def test_what_was_rejected_is_only_shown_when_asked_for(town: Town) -> None:
    newcomers(town)
    look(town)
    town("reject", held(town)[0]["id"], "--reason", "a competitor")

    assert (len(held(town)), len(held(town, "--all"))) == (2, 3)
    look(town)
    assert (len(held(town)), len(held(town, "--all"))) == (2, 3)
