"""``affisync sync --plan-out``, ``apply`` and ``undo`` on the command line."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.sandbox.affihub_records import Partner
from connectors.sandbox.whop_records import Affiliate
from sync.runs.linking import held
from sync.runs.plan_file import digest
from tests.cli.playing import Town

People = list[tuple[Affiliate, Partner]]


@pytest.fixture
def people(town: Town) -> People:
    """Three people in step, two of whom were archived on Whop since."""
    three = [town.both() for _ in range(3)]
    assert town("sync", "--yes", "--allow", "first-run").code == 0
    for affiliate, _ in three[:2]:
        town.world.whop.edit(affiliate.id, status="archived")
    return three


def statuses(town: Town, people: People) -> list[str]:
    return [town.world.affihub.partners[partner.id].status for _, partner in people]


def plan(town: Town) -> Path:
    path = town.folder / "plan.json"
    assert town("sync", "--dry-run", "--plan-out", path).code == 3
    return path


def last_run(town: Town) -> str:
    run: str = town("report", "--format", "json").document["run"]["id"]
    return run


def test_a_kept_plan_is_applied_and_nothing_else(town: Town, people: People) -> None:
    path = plan(town)
    town.world.whop.edit(people[2][0].id, status="archived")

    ran = town("apply", path, "--yes", "--format", "json")

    assert ran.code == 0
    assert ran.document["counts"]["applied"] == 2
    assert ran.document["run"]["by"] == "ann"
    assert statuses(town, people) == ["deactivated", "deactivated", "active"]


def test_a_plan_is_its_owners_alone_and_says_what_it_is(town: Town, people: People) -> None:
    path = plan(town)

    told = json.loads(path.read_text())

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert told["schema"] == "affisync.plan/1"
    assert (told["pair"], told["by"]) == ("main", "ann")
    assert told["company_id"] == town.world.whop.company_id
    assert len(told["rows"]) == 2
    assert all(row["seal"] and row["expect"] for row in told["rows"])
    assert told["log"]
    assert [each.name for each in town.folder.glob(".affisync-*")] == []


def test_a_plan_is_never_written_over_another_file(town: Town, people: People) -> None:
    path = town.folder / "plan.json"
    path.write_text("mine")
    town.world.log.clear()

    ran = town("sync", "--dry-run", "--plan-out", path)

    assert ran.code == 2
    assert "is there already" in ran.err
    assert path.read_text() == "mine"
    assert len(town.world.log) == 0


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["--plan-out", "plan.json", "--yes"], "add --dry-run"),
        (["--plan-out", "nowhere/plan.json", "--dry-run"], "There is no folder"),
    ],
)
def test_what_cannot_be_kept_is_refused_before_anything_runs(
    town: Town, arguments: list[str], told: str
) -> None:
    ran = town("sync", *arguments)

    assert ran.code == 2
    assert told in ran.err
    assert len(town.world.log) == 0


def test_who_says_no_at_the_prompt_applies_nothing(town: Town, people: People) -> None:
    path = plan(town)

    ran = town("apply", path, answers="n\n")

    assert "2 x deactivate-partner" in ran.err
    assert statuses(town, people) == ["active"] * 3
    assert town("apply", path, answers="y\n").code == 0
    assert statuses(town, people) == ["deactivated", "deactivated", "active"]


def test_without_a_terminal_an_apply_needs_a_yes(town: Town, people: People) -> None:
    ran = town("apply", plan(town))

    assert ran.code == 2
    assert "--yes" in ran.err


def sealed(told: dict[str, object]) -> str:
    """As a plan made so would be, and not one that was edited afterwards."""
    return json.dumps(told | {"digest": digest(told)})


def test_a_plan_from_which_a_row_was_taken_is_refused_and_nothing_of_it_applied(
    town: Town, people: People
) -> None:
    path = plan(town)
    told = json.loads(path.read_text())
    told["rows"].pop()
    path.write_text(json.dumps(told))

    ran = town("apply", path, "--yes")

    assert (ran.code, ran.out) == (2, "")
    assert "The plan was edited after it was made" in ran.err
    assert "affisync sync --dry-run --plan-out FILE" in ran.err
    assert statuses(town, people) == ["active"] * 3


def _other_pair(told: dict[str, object]) -> None:
    told["pair"] = "side"


def _other_company(told: dict[str, object]) -> None:
    told["company_id"] = "biz_other"


def _other_settings(told: dict[str, object]) -> None:
    told["config"] = "sha256:other"


@pytest.mark.parametrize(
    "edit, sentence",
    [
        (_other_pair, "was edited after the plan was made"),
        (_other_company, "made for company biz_other"),
        (_other_settings, "configuration of pair main changed"),
    ],
)
def test_another_pair_company_or_configuration_is_refused(
    town: Town, people: People, edit: Callable[[dict[str, object]], None], sentence: str
) -> None:
    path = plan(town)
    told = json.loads(path.read_text())
    edit(told)
    path.write_text(sealed(told))

    ran = town("apply", path, "--yes")

    assert ran.code == 2
    assert sentence in ran.err
    assert statuses(town, people) == ["active"] * 3


def test_a_plan_of_a_pair_that_is_not_there_is_refused(town: Town) -> None:
    path = town.folder / "plan.json"
    assert town("sync", "--dry-run", "--plan-out", path).code == 0
    told = json.loads(path.read_text()) | {"pair": "side"}
    path.write_text(sealed(told))

    assert "there are: main" in town("apply", path, "--yes").err
    assert "not other" in town("apply", path, "--yes", "--pair", "other").err


def test_a_file_that_is_no_plan_is_refused(town: Town) -> None:
    (town.folder / "image").write_bytes(b"\xff\xd8\xff")

    assert "is no text" in town("apply", "image", "--yes").err
    assert "Cannot read" in town("apply", "nothing", "--yes").err
    assert "This is no plan" in town("apply", "affisync.toml", "--yes").err


def test_an_undo_takes_back_a_run_and_ends_with_its_report(town: Town, people: People) -> None:
    assert town("sync", "--yes").code == 0
    run = last_run(town)

    shown = town("undo", run, "--dry-run", "--format", "json")
    assert shown.code == 4
    assert {row["guard"] for row in shown.document["rows"]} == {"reactivate"}
    ran = town(
        "undo", run, "--yes", "--allow", "reactivate", "--reason", "wrong list", "--as", "bo"
    )

    assert ran.code == 0
    assert "wrong list" in ran.out
    assert "by bo" in ran.out
    assert statuses(town, people) == ["active"] * 3
    assert town("sync", "--yes").code == 0
    assert statuses(town, people) == ["active"] * 3


def test_the_prompt_of_an_undo_tells_what_stays_before_anything_is_done(town: Town) -> None:
    affiliate, partner = town.both()
    assert town("sync", "--yes", "--allow", "first-run").code == 0
    town.world.whop.edit(affiliate.id, status="archived")
    town.cast.affiliate(town.cast.user(town.cast.person()))
    assert town("sync", "--yes").code == 0

    ran = town("undo", last_run(town), "--allow", "reactivate", answers="n\n")

    assert "1 x activate-partner" in ran.err
    assert "Not undone, 1 x create-partner: Affihub erases nobody" in ran.err
    assert town.world.affihub.partners[partner.id].status == "deactivated"


def test_what_cannot_be_found_is_told_with_the_way_to_the_runs(town: Town) -> None:
    ran = town("undo", "nothing", "--yes")

    assert ran.code == 2
    assert "affisync runs" in ran.err


def test_an_undo_and_an_apply_wait_for_another_run_and_then_end_with_5(
    town: Town, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = plan(town)
    assert town("sync", "--yes").code == 0
    run = last_run(town)
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    with town.store() as store, held(store, "main"):
        for command in (["apply", path], ["undo", run]):
            waits.clear()
            ran = town(*command, "--yes")
            assert ran.code == 5
            assert sum(waits) == 30
