"""How the pairs are doing, in front of people: the table, and what to do next."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from sync.cli.overview import ADVICE, COMMANDS, SIGNS, document, text
from sync.core.plan import Disposition, Row
from sync.core.ports import Holder, OpenRow
from sync.core.report import Trouble
from sync.core.standing import Standing
from sync.runs.status import Kept, Overview, PairStatus, State, pair_status
from tests.render.reports import HOSTILE
from tests.state.people import NOON, a_row

WITHIN: Final = timedelta(minutes=45)
LONG: Final = "a-pair_with-a-very-long-name-that-nobody-would-choose-and-somebody-did"
GOOD: Final = Standing("main", NOON - timedelta(minutes=5), NOON - timedelta(minutes=4))
FAILING: Final = replace(
    GOOD,
    failures=3,
    trouble=Trouble.KEY_REFUSED,
    reason="Whop refused the key (401).",
    since=NOON - timedelta(hours=2),
)
DAEMON: Final = Holder("program 7 on host", NOON - timedelta(hours=1), NOON)


def seen(*pairs: PairStatus, daemon: Holder | None = DAEMON) -> Overview:
    return Overview(NOON, daemon, pairs)


def a_status(standing: Standing = GOOD, *rows: Row, **changes: Any) -> PairStatus:
    opened = [OpenRow(row, NOON - timedelta(days=1)) for row in rows]
    kept = Kept(replace(standing, **changes), opened, links=1204)
    return pair_status(kept, WITHIN, NOON, DAEMON)


MANY: Final = seen(
    a_status(next_run=NOON + timedelta(minutes=11)),
    a_status(FAILING, pair=LONG, not_before=NOON + timedelta(hours=2)),
    a_status(GOOD, a_row(disposition=Disposition.HELD), pair="0"),
    a_status(Standing("A1-b_2")),
    a_status(pair="doctor", last_good=NOON - timedelta(days=3)),
)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_table_keeps_within_the_terminal(width: int) -> None:
    lines = text(MANY, width=width, color=False).splitlines()

    commands = [line for line in lines if line.startswith("    affisync ")]
    assert all(len(line) <= width for line in lines if line not in commands)
    assert f"    affisync doctor --pair {LONG}" in commands


@pytest.mark.parametrize("width", [60, 80, 120])
def test_every_pair_and_state_is_in_the_table(width: int) -> None:
    table = text(MANY, width=width, color=False).split("\n\n")[1]

    for word in ("✓ Ok", "✕ Quarantined", "▲ Needs person", "○ Never ran", "✕ Overdue", "doctor"):
        assert word in table
    letters = "".join(line.split(" ")[0] for line in table.splitlines())
    assert LONG[:60].rstrip("-")[:50] in letters


def test_a_line_of_the_table() -> None:
    lines = text(seen(MANY.pairs[0]), width=120, color=False).splitlines()

    cells = [cell.strip() for cell in lines[3].split("  ") if cell]
    assert cells == [
        "main",
        "✓ Ok",
        "yes",
        "4 min ago, 11:56 UTC",
        "in 11 min, 12:11 UTC",
        "0",
        "1,204",
    ]


def test_color_is_for_terminals() -> None:
    assert "\x1b[" in text(MANY, width=80, color=True)
    assert "\x1b[" not in text(MANY, width=80, color=False)


def test_a_pair_that_is_well_is_one_line() -> None:
    assert len(text(seen(MANY.pairs[0]), width=120, color=False).splitlines()) == 4


@pytest.mark.parametrize("trouble", Trouble)
def test_every_trouble_leads_on(trouble: Trouble) -> None:
    rows = [a_row(disposition=Disposition.HELD)] if trouble is Trouble.GUARD_HELD else []

    shown = text(seen(a_status(FAILING, *rows, trouble=trouble)), width=100, color=False)

    assert "Whop refused the key (401)." in shown
    assert "3 runs in a row were not good since 2026-11-20 10:00 UTC." in shown
    assert "    affisync " in shown


def test_every_state_has_a_sign_and_every_advice_a_trouble_of_its_own() -> None:
    assert SIGNS.keys() == set(State)
    assert ADVICE.keys() == set(Trouble) - {Trouble.GUARD_HELD}
    assert COMMANDS.keys() <= ADVICE.keys()


def test_nobody_is_sent_to_start_a_run_that_goes_on() -> None:
    running = replace(a_status(Standing("main")), running_since=NOON)

    assert "affisync sync" not in text(seen(running, daemon=None), width=80, color=False)


@pytest.mark.parametrize("foreign", HOSTILE)
def test_what_a_server_said_steers_no_terminal(foreign: str) -> None:
    status = a_status(FAILING, reason=foreign)

    for shown in (text(seen(status), width=80, color=False), document(seen(status))):
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert shown.encode("utf-8")
