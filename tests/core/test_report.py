"""The report: counts, how a run ended, exit codes, and the contract's document."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import chain, combinations
from typing import Any, Final

import pytest

from sync.core.plan import Alone, Disposition, GuardVerdict, Kind, Outcome, Person, Row
from sync.core.record import Side
from sync.core.report import (
    SCHEMA,
    Mode,
    Report,
    RunHead,
    RunStatus,
    SnapshotNote,
    awaits_person,
    document,
    exit_code,
    run_status,
)
from sync.core.subject import Subject
from tests.core.people import affiliate, link, partner

AT: Final = datetime(2026, 11, 20, 12, 48, 3, tzinfo=UTC)
HEAD: Final = RunHead(
    id="run_1",
    pair="main",
    mode=Mode.APPLY,
    status=RunStatus.APPLIED,
    started_at=AT,
    finished_at=None,
    config="sha256:0",
)


def row(
    number: int = 1,
    disposition: Disposition = Disposition.APPLY,
    outcome: Outcome | None = None,
    kind: Kind = Kind.DEACTIVATE_PARTNER,
) -> Row:
    subject = Subject("main", affiliate(number), partner(number), link(number))
    made = subject.row(kind, disposition, "whop-moved", "Because.")
    return replace(made, outcome=outcome)


def report(rows: Iterable[Row], mode: Mode = Mode.APPLY, status: RunStatus | None = None) -> Report:
    rows = tuple(rows)
    head = replace(HEAD, mode=mode, status=status or run_status(mode, rows))
    return Report(head, rows=rows)


SAID: Final = {
    "link": (row(1, kind=Kind.LINK), 0),
    "waiting": (row(2, Disposition.WAITING), 0),
    "held": (row(3, Disposition.HELD), 4),
    "conflict": (row(4, Disposition.CONFLICT), 4),
    "break": (row(5, Disposition.BREAK), 4),
}
"""Rows of either mode, and the exit code of the design's table for each alone."""
PLANNED: Final = {**SAID, "to apply": (row(6), 3)}
DONE: Final = {
    **SAID,
    "link": (row(1, outcome=Outcome.APPLIED, kind=Kind.LINK), 0),
    "applied": (row(6, outcome=Outcome.APPLIED), 0),
    "failed": (row(7, outcome=Outcome.FAILED), 4),
    "stale": (row(8, outcome=Outcome.STALE), 1),
    "stopped": (row(9, outcome=Outcome.SKIPPED), 1),
}
SEVERAL_AT_ONCE: Final = (1, 4, 3, 0)
"""The design's order; 2 and 5 end a run before it has a report."""


def every_choice(names: Sequence[str]) -> list[tuple[str, ...]]:
    return list(chain.from_iterable(combinations(names, size) for size in range(len(names) + 1)))


def expected(codes: Iterable[int]) -> int:
    return min(codes, key=SEVERAL_AT_ONCE.index, default=0)


@pytest.mark.parametrize("mode, table", [(Mode.DRY_RUN, PLANNED), (Mode.APPLY, DONE)])
def test_the_exit_code_is_the_weightiest_of_whatever_rows_there_are(
    mode: Mode, table: dict[str, tuple[Row, int]]
) -> None:
    for names in every_choice(list(table)):
        rows, codes = [table[name][0] for name in names], [table[name][1] for name in names]

        assert exit_code(report(rows, mode)) == expected(codes), " + ".join(names)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("name", ["", *SAID])
def test_a_failed_run_ends_with_1_whatever_its_rows_say(name: str, mode: Mode) -> None:
    rows = [SAID[name][0]] if name else []

    assert exit_code(report(rows, mode, RunStatus.FAILED)) == 1


def test_a_row_left_out_because_of_a_failed_one_needs_the_same_person() -> None:
    """Nobody stopped the run: trying again is no help, looking at the failure is."""
    failed = row(1, outcome=Outcome.FAILED, kind=Kind.SET_COMMISSION)
    left_out = row(1, outcome=Outcome.SKIPPED, kind=Kind.ACTIVATE_PARTNER)

    assert exit_code(report([failed, left_out])) == 4
    assert exit_code(report([failed, left_out, row(2, outcome=Outcome.SKIPPED)])) == 1


@pytest.mark.parametrize(
    "learnt, code", [(Disposition.WAITING, 0), (Disposition.CONFLICT, 4), (Disposition.BREAK, 4)]
)
def test_a_row_left_out_because_of_what_a_try_taught_counts_as_that(
    learnt: Disposition, code: int
) -> None:
    """Whop knows no such user, say: the create waits, and with it whatever follows it."""
    tried = row(1, learnt, kind=Kind.CREATE_AFFILIATE)
    left_out = row(1, outcome=Outcome.SKIPPED, kind=Kind.SET_COMMISSION)

    assert exit_code(report([tried, left_out])) == code


def test_a_stale_row_is_worth_another_try_even_if_more_was_left_out_behind_it() -> None:
    stale = row(1, outcome=Outcome.STALE, kind=Kind.SET_COMMISSION)

    assert exit_code(report([stale, row(1, outcome=Outcome.SKIPPED)])) == 1


def test_unmatched_people_and_notes_never_change_the_code() -> None:
    alone = {Side.WHOP: (Alone(Person("Ann"), "aff_1", "archived", "archived"),)}

    assert exit_code(replace(report([]), unmatched=alone, notes=("Look here.",))) == 0


@pytest.mark.parametrize(
    "name, status, code",
    [
        ("", RunStatus.PARTIAL, 1),
        ("waiting", RunStatus.PARTIAL, 1),
        ("link", RunStatus.PARTIAL, 1),
        ("applied", RunStatus.PARTIAL, 1),
        ("held", RunStatus.HELD, 4),
        ("failed", RunStatus.PARTIAL, 4),
    ],
)
def test_over_an_incomplete_listing_nobody_says_that_all_is_well(
    name: str, status: RunStatus, code: int
) -> None:
    rows = [DONE[name][0]] if name else []
    made = report(rows, status=run_status(Mode.APPLY, rows, complete=False))
    made = replace(made, snapshots={Side.WHOP: SnapshotNote(complete=False)})

    assert (made.run.status, exit_code(made)) == (status, code)


@pytest.mark.parametrize(
    "name, status, code", [("", RunStatus.PARTIAL, 1), ("to apply", RunStatus.CHANGES, 3)]
)
def test_a_dry_run_over_an_incomplete_listing_shows_its_changes_or_says_so(
    name: str, status: RunStatus, code: int
) -> None:
    rows = [PLANNED[name][0]] if name else []
    made = report(rows, Mode.DRY_RUN, run_status(Mode.DRY_RUN, rows, complete=False))
    made = replace(made, snapshots={Side.WHOP: SnapshotNote(complete=False)})

    assert (made.run.status, exit_code(made)) == (status, code)


@pytest.mark.parametrize(
    "disposition, outcome, awaits",
    [
        (Disposition.HELD, None, True),
        (Disposition.CONFLICT, Outcome.FAILED, True),
        (Disposition.BREAK, Outcome.FAILED, True),
        (Disposition.APPLY, Outcome.FAILED, True),
        (Disposition.WAITING, Outcome.FAILED, False),
        (Disposition.WAITING, None, False),
        (Disposition.APPLY, Outcome.APPLIED, False),
        (Disposition.APPLY, Outcome.STALE, False),
        (Disposition.APPLY, Outcome.SKIPPED, False),
    ],
)
def test_a_failed_row_awaits_a_person_unless_it_waits_for_its_next_try(
    disposition: Disposition, outcome: Outcome | None, awaits: bool
) -> None:
    assert awaits_person(row(1, disposition, outcome)) is awaits


@pytest.mark.parametrize(
    "mode, names, status",
    [
        (Mode.DRY_RUN, [], RunStatus.IN_SYNC),
        (Mode.DRY_RUN, ["link", "waiting"], RunStatus.IN_SYNC),
        (Mode.DRY_RUN, ["to apply"], RunStatus.CHANGES),
        (Mode.DRY_RUN, ["to apply", "held"], RunStatus.CHANGES),
        (Mode.DRY_RUN, ["held"], RunStatus.HELD),
        (Mode.DRY_RUN, ["conflict", "waiting"], RunStatus.HELD),
        (Mode.APPLY, [], RunStatus.IN_SYNC),
        (Mode.APPLY, ["waiting"], RunStatus.IN_SYNC),
        (Mode.APPLY, ["link"], RunStatus.APPLIED),
        (Mode.APPLY, ["applied"], RunStatus.APPLIED),
        (Mode.APPLY, ["applied", "held"], RunStatus.APPLIED),
        (Mode.APPLY, ["held"], RunStatus.HELD),
        (Mode.APPLY, ["break", "link"], RunStatus.HELD),
        (Mode.APPLY, ["applied", "failed"], RunStatus.PARTIAL),
        (Mode.APPLY, ["failed"], RunStatus.PARTIAL),
        (Mode.APPLY, ["stale"], RunStatus.PARTIAL),
        (Mode.APPLY, ["stopped", "held"], RunStatus.PARTIAL),
    ],
)
def test_a_run_that_came_to_its_end_says_how(
    mode: Mode, names: list[str], status: RunStatus
) -> None:
    rows = {**DONE, **PLANNED} if mode is Mode.DRY_RUN else DONE

    assert run_status(mode, [rows[name][0] for name in names]) is status


def test_a_row_that_failed_and_is_a_conflict_from_now_on_was_not_applied() -> None:
    """A create that found somebody who was shut out."""
    found_off = row(1, Disposition.CONFLICT, Outcome.FAILED, Kind.CREATE_AFFILIATE)

    assert run_status(Mode.APPLY, [found_off, DONE["applied"][0]]) is RunStatus.PARTIAL
    assert exit_code(report([found_off])) == 4


def test_counts_are_those_of_the_contract_and_count_every_row() -> None:
    rows = [kept for kept, _ in DONE.values()]
    alone = (Alone(Person("Ann"), "aff_9", "archived", "archived"),)
    told = replace(
        report(rows), links=7, in_sync=3, unmatched={Side.WHOP: alone * 2, Side.AFFIHUB: alone}
    )

    assert told.counts == {
        "linked": 7,
        "in_sync": 3,
        "apply": 5,
        "held": 1,
        "conflict": 1,
        "waiting": 1,
        "break": 1,
        "applied": 2,
        "failed": 1,
        "stale": 1,
        "skipped": 1,
        "unmatched_whop": 2,
        "unmatched_affihub": 1,
    }


def test_an_empty_report_counts_nothing() -> None:
    assert set(report([]).counts.values()) == {0}


def full_document() -> dict[str, Any]:
    told = Report(
        run=replace(HEAD, finished_at=AT, allowed=("deactivate",), by="ann"),
        snapshots={
            Side.WHOP: SnapshotNote(2, complete=True, requests=3),
            Side.AFFIHUB: SnapshotNote(1, complete=False, requests=4, note="two totals"),
        },
        rows=(replace(row(), guard="deactivate", error="No."),),
        unmatched={
            Side.WHOP: (Alone(Person(monthly_usd=Decimal("1E+3")), "aff_9", None, "null", "par_2"),)
        },
        guards=(GuardVerdict("deactivate", 6, 5, 6, "6 rows.", "affisync sync"),),
        requests={Side.WHOP: {"list": 3}},
        notes=("Look here.",),
    )
    made: dict[str, Any] = json.loads(json.dumps(document(told)))
    return made


def test_the_document_is_json_in_the_shape_of_the_contract() -> None:
    made = full_document()

    assert made["schema"] == SCHEMA == "affisync.report/1"
    assert list(made) == [
        "schema",
        "run",
        "snapshots",
        "counts",
        "totals",
        "news",
        "rows",
        "unmatched",
        "guards",
        "requests",
        "notes",
    ]
    assert made["run"]["started_at"] == made["run"]["finished_at"] == "2026-11-20T12:48:03+00:00"
    assert made["run"]["allowed"] == ["deactivate"]
    assert made["snapshots"]["affihub"] == {
        "records": 1,
        "complete": False,
        "requests": 4,
        "note": "two totals",
    }
    assert made["requests"] == {"whop": {"list": 3}, "affihub": {}}
    assert made["guards"][0]["command"] == "affisync sync"


def test_a_row_in_the_document_has_the_fields_of_the_contract() -> None:
    (made,) = full_document()["rows"]

    assert {key: made[key] for key in made if key != "person"} == {
        "key": row().key,
        "kind": "deactivate-partner",
        "side": "affihub",
        "whop_id": "aff_1",
        "affihub_id": "par_1",
        "field": "status",
        "base": None,
        "before": None,
        "after": None,
        "disposition": "apply",
        "rule": "whop-moved",
        "reason": "Because.",
        "guard": "deactivate",
        "outcome": None,
        "error": "No.",
        "effect_usd": None,
        "decided": None,
        "quiet": False,
    }
    assert made["person"] == {
        "name": "Person 1",
        "email": "person.1@example.com",
        "username": "person.1",
        "slug": "person-1",
        "user_id": "user_1",
        "monthly_usd": None,
        "earnings_usd": None,
    }


def test_money_in_the_document_is_exact_text() -> None:
    (alone,) = full_document()["unmatched"]["whop"]

    assert alone["person"]["monthly_usd"] == "1000"
    assert (alone["id"], alone["status"], alone["suggestion"]) == ("aff_9", None, "par_2")
    assert full_document()["unmatched"]["affihub"] == []


def test_a_run_that_never_ended_has_no_end() -> None:
    assert document(Report(HEAD))["run"]["finished_at"] is None
