"""Every scenario file is played: rows, writes, exit codes, both sides and the report are exact."""

from itertools import product
from pathlib import Path

import pytest

from tests.scenarios.playing import ROOT, accepted, differences, files, golden_of, name_of, play
from tests.stage.settings import KEYS
from tests.stage.toml import load, read, text

WHOP = ("active", "archived", "deleted", "null", "none")
AFFIHUB = ("invited", "active", "deactivated", "unknown", "none")


@pytest.mark.parametrize("path", files(), ids=name_of)
async def test_scenario(path: Path) -> None:
    scenario = load(path)

    ending = await play(scenario)

    told = "\n\n".join(differences(scenario, ending, accepted(path)))
    if told:
        name = name_of(path)
        pytest.fail(
            f"{scenario.title}\n{scenario.why}\n\n{told}\n\n"
            f"If the report is right as it is now: python -m tests.scenarios --accept {name}",
            pytrace=False,
        )


@pytest.mark.parametrize("path", files(), ids=name_of)
def test_says_what_happens_why_and_how_it_ends(path: Path) -> None:
    scenario = load(path)

    assert scenario.title
    assert scenario.why
    assert any(scene.expected.rows is not None for scene in scenario.scenes)
    assert scenario.then


@pytest.mark.parametrize("path", files(), ids=name_of)
def test_written_out_it_is_the_same_story(path: Path) -> None:
    scenario = load(path)

    assert read(text(scenario)) == scenario


def test_no_report_is_left_without_its_scenario() -> None:
    assert set(ROOT.glob("*/*.md")) == {golden_of(path) for path in files()}


def test_no_report_tells_a_payout_detail_or_a_key() -> None:
    """Every partner of a scenario has payout fields, and both sides have keys."""
    told = "\n".join(accepted(path) for path in files())

    assert not [
        secret for secret in ("payout", "bank.example", "acct_", *KEYS.values()) if secret in told
    ]


def test_every_cell_of_the_status_table_has_a_scenario() -> None:
    cells = {f"status/{whop}-{affihub}" for whop, affihub in product(WHOP, AFFIHUB)}

    assert cells - {"status/none-none"} <= {name_of(path) for path in files()}
