"""``affisync report`` and ``affisync runs``: what was kept of earlier runs."""

import pytest

from tests.cli.playing import Town


@pytest.fixture
def dry(town: Town) -> Town:
    """A town in which one dry run has ended."""
    town.both()
    town("sync", "--dry-run")
    return town


def only_run(town: Town) -> str:
    (entry,) = town("runs", "--format", "json").document["runs"]
    run: str = entry["run"]["id"]
    return run


def test_the_latest_report_is_shown_again(dry: Town) -> None:
    ran = dry("report")

    assert ran.code == 0
    assert "main, dry run: 1 link would be made" in ran.out
    assert f"run {only_run(dry)}" in ran.out


def test_a_report_is_found_by_the_start_of_its_id(dry: Town) -> None:
    run = only_run(dry)

    told = dry("report", run[:-3], "--format", "json").document

    assert told["schema"] == "affisync.report/1"
    assert told["run"]["id"] == run


def test_an_unknown_run_names_the_command_that_lists_them(dry: Town) -> None:
    ran = dry("report", "nothing-like-it")

    assert ran.code == 2
    assert "affisync runs" in ran.err
    assert ran.out == ""


def test_a_start_of_several_ids_wants_more(dry: Town) -> None:
    dry("sync", "--dry-run")

    ran = dry("report", "2")

    assert ran.code == 2
    assert "more of the id" in ran.err


def test_before_any_run_there_is_no_report(town: Town) -> None:
    ran = town("report")

    assert ran.code == 2
    assert "affisync sync --dry-run" in ran.err


def test_a_report_ends_with_nothing_whatever_it_says(town: Town) -> None:
    town.cast.both(town.cast.person(), partner="paused")
    assert town("sync", "--dry-run").code == 4

    assert town("report").code == 0


def test_commands_in_a_report_name_a_configuration_that_is_not_the_usual_one(town: Town) -> None:
    town.cast.both(town.cast.person(), partner="paused")
    command = "affisync explain EMAIL --pair main"
    assert f"    {command}\n" in town("sync", "--dry-run").out
    town.shell.config.rename(town.folder / "eu shop.toml")

    for words in (("sync", "--dry-run"), ("report",)):
        assert (
            f"    {command} --config 'eu shop.toml'\n"
            in town(*words, "--config", "eu shop.toml").out
        )


def test_a_pair_nobody_configured_names_those_there_are(dry: Town) -> None:
    for command in ("report", "runs", "links"):
        ran = dry(command, "--pair", "other")

        assert ran.code == 2
        assert "there are: main" in ran.err


@pytest.mark.parametrize("form", ["markdown", "html", "csv"])
def test_a_report_takes_every_form(dry: Town, form: str) -> None:
    assert len(dry("report", "--format", form).out) > 100


def test_a_report_goes_into_a_file_for_its_owner_alone(dry: Town) -> None:
    path = dry.folder / "report.html"

    ran = dry("report", "--format", "html", "--output", path)

    assert (ran.code, ran.out) == (0, "")
    assert str(path) in ran.err
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_written_is_told(dry: Town) -> None:
    ran = dry("report", "--output", dry.folder / "nowhere" / "report.txt")

    assert ran.code == 2
    assert "--output" in ran.err


def test_runs_are_listed_newest_first(dry: Town) -> None:
    first = only_run(dry)
    dry("sync", "--yes")

    told = dry("runs", "--format", "json").document["runs"]

    assert [entry["run"]["mode"] for entry in told] == ["apply", "dry-run"]
    assert told[1]["run"]["id"] == first
    ran = dry("runs")
    assert ran.out.index("Apply") < ran.out.index("Dry run")


def test_as_many_runs_as_asked_for(dry: Town) -> None:
    dry("sync", "--dry-run")

    assert len(dry("runs", "--limit", "1", "--format", "json").document["runs"]) == 1
    assert dry("runs", "--limit", "0").code == 2


def test_before_any_run_there_is_none_to_list(town: Town) -> None:
    ran = town("runs")

    assert (ran.code, ran.out) == (2, "")
    assert "There is no state file" in ran.err


@pytest.fixture
def two(town: Town) -> Town:
    """A town whose configuration has two pairs."""
    text = town.shell.config.read_text(encoding="utf-8")
    second = text.split("[pairs.main]")[1].replace("pairs.main", "pairs.other")
    town.shell.config.write_text(f"{text}\n[pairs.other]{second}", encoding="utf-8")
    return town


def test_of_several_pairs_one_has_to_be_named(two: Town) -> None:
    two("sync", "--dry-run", "--pair", "main")
    for command in ("links", "explain ann", "stamp --yes", "unlink aff_1 --yes"):
        ran = two(*command.split())

        assert ran.code == 2
        assert "--pair main|other" in ran.err


def test_runs_and_reports_of_several_pairs_stand_together(two: Town) -> None:
    two("sync", "--dry-run", "--pair", "main")
    two("sync", "--dry-run", "--pair", "other")

    runs = two("runs", "--format", "json").document["runs"]

    assert {entry["run"]["pair"] for entry in runs} == {"main", "other"}
    assert two("report", "--format", "json").document["run"]["pair"] == "other"
    first = two("report", "--pair", "main", "--format", "json").document
    assert first["run"]["pair"] == "main"
    assert len(two("runs", "--pair", "main", "--format", "json").document["runs"]) == 1


def test_the_doctor_looks_at_every_pair(two: Town) -> None:
    ran = two("doctor")

    assert ran.code == 0
    assert "Pair main" in ran.out
    assert "Pair other" in ran.out
