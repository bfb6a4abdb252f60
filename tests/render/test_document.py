"""The JSON report keeps its contract, keeps texts exact, and is safe to print."""

import json
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from sync.core.plan import Disposition, Field, Kind, Outcome
from sync.core.ports import RunEntry
from sync.core.record import Side
from sync.core.report import Mode, Report, RunStatus, Trouble, document
from sync.render import Format, render
from sync.render.document import report_schema, runs_document
from tests.render.reports import (
    ALL,
    BEFORE,
    EVERYTHING,
    FOLDED,
    HOSTILE,
    LOG,
    NEW,
    QUIET,
    STARTED,
    hostile,
)


def _validate(value: object) -> None:
    validator = Draft202012Validator(
        report_schema(), format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    validator.validate(value)


def _parsed(report: Report) -> Any:
    return json.loads(render(report, Format.JSON))


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(report_schema())


@pytest.mark.parametrize("report", [*ALL, hostile()])
def test_every_report_fits_the_schema(report: Report) -> None:
    _validate(_parsed(report))


@pytest.mark.parametrize("report", ALL)
def test_it_is_the_document_and_nothing_else(report: Report) -> None:
    assert _parsed(report) == document(report)


def test_texts_stay_exact() -> None:
    assert [row["person"]["name"] for row in _parsed(hostile())["rows"]] == list(HOSTILE)


def test_the_text_can_be_shown_and_written() -> None:
    text = render(hostile(), Format.JSON)

    text.encode("utf-8")
    assert [char for char in text if not char.isprintable() and char != "\n"] == []


def test_names_stay_readable() -> None:
    assert "陈伟" in render(EVERYTHING, Format.JSON)


@pytest.mark.parametrize(
    "path, words",
    [
        (("row", "kind"), Kind),
        (("row", "disposition"), Disposition),
        (("row", "field"), Field),
        (("run", "mode"), Mode),
        (("run", "status"), RunStatus),
        (("side",), Side),
    ],
)
def test_the_schemas_words_are_the_codes_words(path: tuple[str, ...], words: type[StrEnum]) -> None:
    assert _enum(*path) == list(words)


def test_a_row_has_an_outcome_or_none() -> None:
    assert _enum("row", "outcome") == [*Outcome, None]


def test_a_run_has_a_trouble_or_none() -> None:
    assert _enum("run", "trouble") == [*Trouble, None]


def _enum(definition: str, name: str = "") -> list[str | None]:
    found: Mapping[str, Any] = report_schema()["$defs"][definition]
    values: list[str | None] = (found["properties"][name] if name else found)["enum"]
    return values


@pytest.mark.parametrize(
    "path, value",
    [
        (("run", "mode"), "wet-run"),
        (("rows", 0, "kind"), "delete-partner"),
        (("rows", 0, "outcome"), "done"),
        (("rows", 0, "person", "payout"), "DE00"),
        (("rows", 0, "person", "monthly_usd"), "$12"),
        (("rows", 0, "effect_usd"), 12.5),
        (("rows", 0, "quiet"), None),
        (("totals", "held", "monthly_usd"), 4310.5),
        (("totals", "held", "unknown"), None),
        (("news", "since", "k"), 5),
        (("counts", "linked"), -1),
    ],
)
def test_the_schema_refuses_what_is_not_the_contract(path: tuple[Any, ...], value: object) -> None:
    report = _parsed(EVERYTHING)
    *way, last = path
    inner = report
    for step in way:
        inner = inner[step]
    inner[last] = value

    with pytest.raises(ValidationError):
        _validate(report)


def test_runs_are_listed_with_head_and_counts() -> None:
    entries = [RunEntry(EVERYTHING.run, EVERYTHING.counts)]

    runs = json.loads(runs_document(entries))

    assert runs["schema"] == "affisync.runs/1"
    assert runs["runs"] == [{"run": document(EVERYTHING)["run"], "counts": EVERYTHING.counts}]


def test_money_decisions_news_and_the_log_are_in_the_document() -> None:
    told = _parsed(FOLDED)
    rows = {row["key"]: row for row in told["rows"]}

    assert told["run"]["log"] == LOG
    assert told["totals"]["held"] == {
        "rows": 4,
        "monthly_usd": "4310.50",
        "effect_usd": None,
        "unknown": 2,
    }
    assert told["totals"]["apply"]["effect_usd"] == "12.5"
    assert told["totals"]["waiting"] == {
        "rows": 0,
        "monthly_usd": None,
        "effect_usd": None,
        "unknown": 0,
    }
    assert told["news"]["new"] == sorted(each.key for each in NEW[:2])
    assert told["news"]["since"][BEFORE[0].key] == (STARTED - timedelta(days=1)).isoformat()
    assert [row["whop_id"] for row in told["news"]["gone"]] == ["aff_0008"]
    assert rows[NEW[2].key]["effect_usd"] == "-1.25"
    assert (rows[QUIET[0].key]["quiet"], rows[NEW[0].key]["quiet"]) == (True, False)
    assert rows[QUIET[0].key]["decided"] == QUIET[0].decided


def test_the_schemas_dispositions_have_totals() -> None:
    assert list(report_schema()["properties"]["totals"]["properties"]) == list(Disposition)
