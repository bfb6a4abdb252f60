"""The table of kept runs."""

from dataclasses import replace

import pytest

from sync.core.ports import RunEntry
from sync.core.report import RunStatus
from sync.render.runs import runs_table
from tests.render.reports import EVERYTHING, FAILED, HEAD


def _lines(*entries: RunEntry) -> list[str]:
    return runs_table(entries, width=120, color=False).splitlines()


def test_one_line_per_run_with_the_counts_that_matter() -> None:
    _, line = _lines(RunEntry(HEAD, {"applied": 1200, "held": 3, "linked": 7}))

    assert line == (
        "01JD4Z8K3N  main  2026-11-20 12:48:03 UTC  3.2 s  Apply  Partial  1,200 applied, 3 held"
    )


def test_a_failed_run_says_why() -> None:
    text = runs_table([RunEntry(FAILED.run, FAILED.counts)], width=160, color=False)

    assert "Whop refused the key (401)." in text


def test_a_quiet_run_had_nothing_to_do() -> None:
    quiet = RunEntry(replace(HEAD, status=RunStatus.IN_SYNC), {})

    assert _lines(quiet)[1].endswith("nothing to do")


def test_no_runs_are_said_to_be_none() -> None:
    assert runs_table([], width=80, color=False) == "No runs are kept yet.\n"


def test_foreign_escapes_do_nothing() -> None:
    entry = RunEntry(replace(HEAD, error="\x1b[31m[bold]no[/]"), EVERYTHING.counts)

    assert "\x1b" not in runs_table([entry], width=160, color=False)
    assert "␛[31m[bold]no[/]" in runs_table([entry], width=160, color=False)


@pytest.mark.parametrize("width", [30, 40, 49, 60, 79])
def test_on_a_narrow_terminal_a_run_takes_lines_of_its_own(width: int) -> None:
    entries = [RunEntry(HEAD, {"applied": 12, "held": 3}), RunEntry(FAILED.run, FAILED.counts)]
    lines = runs_table(entries, width=width, color=False).splitlines()

    assert lines[:5] == [
        "01JD4Z8K3N  main",
        "  2026-11-20 12:48:03 UTC",
        "  took 3.2 s",
        "  Apply, Partial",
        "  12 applied, 3 held",
    ]
    assert lines[5:8] == ["01JD4Z8K3N  main", "  2026-11-20 12:48:03 UTC", "  Apply, Failed"]
    assert " ".join(" ".join(lines[8:]).split()) == FAILED.run.error
    assert all(len(line) <= width for line in lines)
