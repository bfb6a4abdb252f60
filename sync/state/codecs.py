"""The core's values as columns and documents, and back, exactly.

A document is JSON in ASCII: whatever text a side told survives it. Decimals are text in it, with
every digit they came with.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import RowMapping

from sync.core.plan import (
    Acceptance,
    Alone,
    Base,
    Disposition,
    Expect,
    Field,
    GuardVerdict,
    Kind,
    Link,
    Outcome,
    Person,
    Row,
)
from sync.core.record import Override, Side, Untold
from sync.core.report import Report, SnapshotNote

Columns = Mapping[str, Any] | RowMapping

MONEY: Final = ("monthly_usd", "earnings_usd")
BASE_FIELDS: Final = (Field.STATUS, Field.COMMISSION, Field.NAME)
"""The fields of a link that have a base; each is an attribute of ``Link`` by the same name."""


def document(value: object) -> str:
    """JSON as short as it gets."""
    return json.dumps(value, separators=(",", ":"), default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a document")


# Links


def link_columns(pair: str, link: Link) -> dict[str, Any]:
    """The link without its bases."""
    return {
        "pair": pair,
        "whop_id": link.whop_id,
        "affihub_id": link.affihub_id,
        "user_id": link.user_id,
        "evidence": link.evidence,
        "acceptance": link.acceptance.value,
        "activation_owed": link.activation_owed,
    }


def base_columns(pair: str, link: Link) -> Iterable[dict[str, Any]]:
    """The bases a link has."""
    for name in BASE_FIELDS:
        base: Base | None = getattr(link, name.value)
        if base is not None:
            yield {
                "pair": pair,
                "whop_id": link.whop_id,
                "field": name.value,
                "value": base.value,
                "whop": base.whop,
                "affihub": base.affihub,
            }


def link_from(columns: Columns, bases: Mapping[str, Base]) -> Link:
    """The link out of its columns and its bases by field."""
    return Link(
        whop_id=columns["whop_id"],
        user_id=columns["user_id"],
        affihub_id=columns["affihub_id"],
        evidence=columns["evidence"],
        acceptance=Acceptance(columns["acceptance"]),
        activation_owed=columns["activation_owed"],
        **bases,
    )


# Rows


def row_columns(row: Row) -> dict[str, str | None]:
    """Every part of a row as text; the row's place in a run is the caller's to add."""
    return {
        "key": row.key,
        "kind": row.kind.value,
        "side": row.side.value,
        "person": document(_sparse(row.person)),
        "whop_id": row.whop_id,
        "affihub_id": row.affihub_id,
        "field": row.field.value,
        "base": row.base,
        "before": row.before,
        "after": row.after,
        "disposition": row.disposition.value,
        "rule": row.rule,
        "reason": row.reason,
        "expect": document(_sparse(row.expect)),
        "guard": row.guard,
        "outcome": row.outcome.value if row.outcome else None,
        "error": row.error,
    }


def row_from(columns: Columns) -> Row:
    """The row out of its columns; columns of its place in a run are left aside."""
    return Row(
        key=columns["key"],
        kind=Kind(columns["kind"]),
        side=Side(columns["side"]),
        person=_person(json.loads(columns["person"])),
        whop_id=columns["whop_id"],
        affihub_id=columns["affihub_id"],
        field=Field(columns["field"]),
        base=columns["base"],
        before=columns["before"],
        after=columns["after"],
        disposition=Disposition(columns["disposition"]),
        rule=columns["rule"],
        reason=columns["reason"],
        expect=Expect(**json.loads(columns["expect"])),
        guard=columns["guard"],
        outcome=Outcome(columns["outcome"]) if columns["outcome"] else None,
        error=columns["error"],
    )


def row_document(row: Row) -> str:
    """A whole row as one document."""
    return document(row_columns(row))


def row_from_document(text: str) -> Row:
    """The row out of its document."""
    return row_from(json.loads(text))


def _sparse(value: Person | Expect) -> dict[str, Any]:
    """What is known, by name: most of a person and of what is expected is None."""
    told = ((field.name, getattr(value, field.name)) for field in fields(value))
    return {name: known for name, known in told if known is not None}


def _person(columns: Mapping[str, Any]) -> Person:
    money = {name: Decimal(columns[name]) for name in MONEY if name in columns}
    return Person(**{**columns, **money})


# Overrides


def overrides_document(overrides: Iterable[Override]) -> str:
    """Overrides as last read; a value that was not told or not readable is kept as just that."""
    return document([{**asdict(one), "commission_value": _value(one)} for one in overrides])


def overrides_from(text: str) -> tuple[Override, ...]:
    """Overrides out of their document."""
    return tuple(
        Override(**{**columns, "commission_value": _value_from(columns["commission_value"])})
        for columns in json.loads(text)
    )


def _value(override: Override) -> Any:
    value = override.commission_value
    return {"untold": value.value} if isinstance(value, Untold) else str(value)


def _value_from(told: Any) -> Decimal | Untold:
    return Decimal(told) if isinstance(told, str) else Untold(told["untold"])


# Reports


def told_document(report: Report, *, unmatched: bool = True) -> str:
    """What a report shows beside its head, its rows and its plain numbers."""
    told = {
        "snapshots": {side.value: asdict(note) for side, note in report.snapshots.items()},
        "guards": [asdict(verdict) for verdict in report.guards],
        "requests": {side.value: dict(sent) for side, sent in report.requests.items()},
        "notes": list(report.notes),
    }
    return document(told | {"unmatched": _unmatched(report)} if unmatched else told)


def _unmatched(report: Report) -> dict[str, list[dict[str, Any]]]:
    return {
        side.value: [{**asdict(one), "person": _sparse(one.person)} for one in alone]
        for side, alone in report.unmatched.items()
    }


def told_from(text: str) -> dict[str, Any]:
    """The arguments of ``Report`` that a document holds; none for a run that never ended.

    The unmatched people are read by ``unmatched_from``: they may be those of another run.
    """
    told = json.loads(text)
    if not told:
        return {}
    return {
        "snapshots": {Side(k): SnapshotNote(**note) for k, note in told["snapshots"].items()},
        "guards": tuple(GuardVerdict(**verdict) for verdict in told["guards"]),
        "requests": {Side(k): sent for k, sent in told["requests"].items()},
        "notes": tuple(told["notes"]),
    }


def unmatched_from(text: str) -> dict[Side, tuple[Alone, ...]]:
    """The unmatched people that a report's document holds."""
    unmatched = json.loads(text).get("unmatched", {})
    return {Side(k): _alone(listed) for k, listed in unmatched.items()}


def has_unmatched_of(text: str, report: Report) -> bool:
    """Whether a document holds the same unmatched people as a report, to the last digit."""
    return bool(json.loads(text).get("unmatched") == json.loads(document(_unmatched(report))))


def with_unmatched_of(text: str, other: str) -> str:
    """A report's document with the unmatched people that another one holds."""
    return document(json.loads(text) | {"unmatched": json.loads(other)["unmatched"]})


def _alone(listed: Iterable[Mapping[str, Any]]) -> tuple[Alone, ...]:
    return tuple(Alone(**{**one, "person": _person(one["person"])}) for one in listed)
