"""The report's document with every value told: what programs read, key by key."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from sync.core.plan import (
    Alone,
    Disposition,
    Field,
    GuardVerdict,
    Kind,
    Outcome,
    Person,
    Row,
)
from sync.core.record import Side
from sync.core.report import (
    Mode,
    News,
    Report,
    RunHead,
    RunStatus,
    SnapshotNote,
    Trouble,
    document,
)

AT: Final = datetime(2026, 11, 20, 12, 48, 3, tzinfo=UTC)
LATER: Final = datetime(2026, 11, 20, 12, 49, tzinfo=UTC)

MARIA: Final = Person(
    "María", "maria@example.com", "maria", "maria-1", "user_1", Decimal("1E+3"), Decimal("0.10")
)
AS_TOLD: Final = {
    "name": "María",
    "email": "maria@example.com",
    "username": "maria",
    "slug": "maria-1",
    "user_id": "user_1",
    "monthly_usd": "1000",
    "earnings_usd": "0.10",
}
ROW: Final = Row(
    key="key-1",
    kind=Kind.SET_COMMISSION,
    side=Side.AFFIHUB,
    person=MARIA,
    whop_id="aff_1",
    affihub_id="par_1",
    field=Field.COMMISSION,
    base="10",
    before="20",
    after="30",
    disposition=Disposition.HELD,
    rule="whop-moved",
    reason="Whop set 30 %.",
    guard="commission",
    outcome=Outcome.FAILED,
    error="Affihub kept 20.",
    decided="approved by ben on 2026-11-20",
    quiet=True,
    effect_usd=Decimal("100.00"),
)
ROW_AS_TOLD: Final = {
    "key": "key-1",
    "kind": "set-commission",
    "side": "affihub",
    "person": AS_TOLD,
    "whop_id": "aff_1",
    "affihub_id": "par_1",
    "field": "commission",
    "base": "10",
    "before": "20",
    "after": "30",
    "disposition": "held",
    "rule": "whop-moved",
    "reason": "Whop set 30 %.",
    "guard": "commission",
    "outcome": "failed",
    "error": "Affihub kept 20.",
    "effect_usd": "100.00",
    "decided": "approved by ben on 2026-11-20",
    "quiet": True,
}
REPORT: Final = Report(
    run=RunHead(
        id="run_1",
        pair="main",
        mode=Mode.APPLY,
        status=RunStatus.FAILED,
        started_at=AT,
        finished_at=LATER,
        config="sha256:0",
        allowed=("deactivate",),
        by="ann",
        error="Whop refused the key.",
        trouble=Trouble.KEY_REFUSED,
        log="sha256:1",
    ),
    snapshots={
        Side.WHOP: SnapshotNote(2, complete=True, requests=3),
        Side.AFFIHUB: SnapshotNote(1, complete=False, requests=4, note="two totals"),
    },
    rows=(ROW,),
    links=5,
    in_sync=4,
    unmatched={Side.AFFIHUB: (Alone(MARIA, "par_9", "invited", "not accepted yet", "aff_2"),)},
    guards=(GuardVerdict("commission", 6, 5, 1, "6 rows.", "affisync sync"),),
    requests={Side.WHOP: {"list": 3}, Side.AFFIHUB: {"list": 4, "get": 1}},
    notes=("Look here.", "And here."),
    news=News({"key-2": LATER, "key-1": AT}, frozenset({"b", "a"}), (replace(ROW, key="gone"),)),
)


def told() -> dict[str, Any]:
    return document(REPORT)


def test_the_document_tells_who_ran_when_how_and_what_went_wrong() -> None:
    assert told()["run"] == {
        "id": "run_1",
        "pair": "main",
        "mode": "apply",
        "status": "failed",
        "started_at": "2026-11-20T12:48:03+00:00",
        "finished_at": "2026-11-20T12:49:00+00:00",
        "config": "sha256:0",
        "allowed": ["deactivate"],
        "by": "ann",
        "error": "Whop refused the key.",
        "trouble": "key-refused",
        "log": "sha256:1",
    }


def test_a_run_without_trouble_tells_none() -> None:
    fine = replace(REPORT.run, trouble=None, finished_at=None)

    run = document(replace(REPORT, run=fine))["run"]

    assert (run["trouble"], run["finished_at"]) == (None, None)


def test_the_document_tells_how_both_listings_went_and_what_they_took() -> None:
    assert told()["snapshots"] == {
        "whop": {"records": 2, "complete": True, "requests": 3, "note": None},
        "affihub": {"records": 1, "complete": False, "requests": 4, "note": "two totals"},
    }
    assert told()["requests"] == {"whop": {"list": 3}, "affihub": {"list": 4, "get": 1}}


def test_a_row_tells_everything_there_is_to_it() -> None:
    assert told()["rows"] == [ROW_AS_TOLD]


def test_a_row_that_was_not_tried_has_no_outcome() -> None:
    (row,) = document(replace(REPORT, rows=(replace(ROW, outcome=None, effect_usd=None),)))["rows"]

    assert (row["outcome"], row["effect_usd"]) == (None, None)


def test_the_document_tells_what_is_new_since_when_and_what_went_away() -> None:
    news = told()["news"]

    assert news == {
        "new": ["a", "b"],
        "since": {"key-1": "2026-11-20T12:48:03+00:00", "key-2": "2026-11-20T12:49:00+00:00"},
        "gone": [{**ROW_AS_TOLD, "key": "gone"}],
    }
    assert list(news["since"]) == ["key-1", "key-2"]


def test_the_document_tells_who_is_alone_and_whom_that_may_be() -> None:
    assert told()["unmatched"] == {
        "whop": [],
        "affihub": [
            {
                "person": AS_TOLD,
                "id": "par_9",
                "status": "invited",
                "reason": "not accepted yet",
                "suggestion": "aff_2",
            }
        ],
    }


def test_the_document_tells_what_each_guard_counted_and_how_to_let_it_pass() -> None:
    assert told()["guards"] == [
        {
            "guard": "commission",
            "counted": 6,
            "limit": 5,
            "held": 1,
            "message": "6 rows.",
            "command": "affisync sync",
        }
    ]


def test_the_document_adds_up_rows_and_money_by_what_is_to_become_of_them() -> None:
    due = replace(ROW, quiet=False, outcome=None)
    nothing = {"rows": 0, "monthly_usd": None, "effect_usd": None, "unknown": 0}

    totals = document(replace(REPORT, rows=(due,)))["totals"]

    assert totals == {
        **{each.value: nothing for each in Disposition},
        "held": {"rows": 1, "monthly_usd": "1000", "effect_usd": "100.00", "unknown": 0},
    }
    assert told()["counts"] == REPORT.counts
    assert told()["notes"] == ["Look here.", "And here."]
