"""What a report shows beside its head, its rows and its plain numbers, as a document.

Some of it is long and the same run after run: it is kept by the run that has the rows alone.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sync.core.plan import Alone, GuardVerdict
from sync.core.record import Side
from sync.core.report import News, Report, SnapshotNote
from sync.state.codecs import document, person, row_columns, row_from, sparse

SINCE: Final = "since"
SHARED: Final = ("unmatched", SINCE)
"""What a run that shows another one's rows leaves to that one where both say the same."""


def told_document(report: Report, owner: str = "{}") -> str:
    """What a report shows, without what the document of the run that has its rows says already."""
    told = _own(report) | _shared(report)
    kept = json.loads(owner)
    # As it will be read: a Decimal or a time is text by then.
    same = {name for name in SHARED if name in kept and kept[name] == _as_kept(told.get(name))}
    return document({name: value for name, value in told.items() if name not in same})


def _own(report: Report) -> dict[str, Any]:
    told: dict[str, Any] = {
        "snapshots": {side.value: asdict(note) for side, note in report.snapshots.items()},
        "guards": [asdict(verdict) for verdict in report.guards],
        "requests": {side.value: dict(sent) for side, sent in report.requests.items()},
        "notes": list(report.notes),
    }
    new, gone = sorted(report.news.new), [row_columns(row) for row in report.news.gone]
    return told | ({"new": new} if new else {}) | ({"gone": gone} if gone else {})


def _shared(report: Report) -> dict[str, Any]:
    since = {key: at.isoformat() for key, at in report.news.since.items()}
    return {"unmatched": _unmatched(report), SINCE: since}


def _unmatched(report: Report) -> dict[str, list[dict[str, Any]]]:
    return {
        side.value: [{**asdict(one), "person": sparse(one.person)} for one in alone]
        for side, alone in report.unmatched.items()
    }


def _as_kept(value: object) -> object:
    return json.loads(document(value))


def told_from(text: str, owner: str) -> dict[str, Any]:
    """The arguments of ``Report`` that a document holds, with those its owner's holds for it.

    None for a run that never ended; what the rows were is another table's.
    """
    told = {name: json.loads(owner).get(name, {}) for name in SHARED} | json.loads(text)
    ended = _ended_from(told) if "snapshots" in told else {}
    unmatched = {Side(side): _alone(listed) for side, listed in told["unmatched"].items()}
    return ended | {"unmatched": unmatched, "news": _news(told)}


def _ended_from(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "snapshots": {Side(k): SnapshotNote(**note) for k, note in told["snapshots"].items()},
        "guards": tuple(GuardVerdict(**verdict) for verdict in told["guards"]),
        "requests": {Side(k): sent for k, sent in told["requests"].items()},
        "notes": tuple(told["notes"]),
    }


def _news(told: Mapping[str, Any]) -> News:
    return News(
        since={key: datetime.fromisoformat(at) for key, at in told[SINCE].items()},
        new=frozenset(told.get("new", ())),
        gone=tuple(row_from(columns) for columns in told.get("gone", ())),
    )


def _alone(listed: Iterable[Mapping[str, Any]]) -> tuple[Alone, ...]:
    return tuple(Alone(**{**one, "person": person(one["person"])}) for one in listed)


def has_unmatched_of(text: str, report: Report) -> bool:
    """Whether a document holds the same unmatched people as a report, to the last digit."""
    return bool(json.loads(text).get("unmatched") == _as_kept(_unmatched(report)))


def with_shared_of(text: str, other: str, names: Iterable[str] = SHARED) -> str:
    """A document that says itself what it left to another one."""
    kept = json.loads(other)
    left = {name: kept[name] for name in names if name in kept}
    return document(left | json.loads(text))
