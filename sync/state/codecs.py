"""The core's values as columns and documents, and back, exactly.

A document is JSON in ASCII: whatever text a side told survives it. Decimals are text in it, with
every digit they came with.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from decimal import Decimal
from sys import intern
from typing import Any, Final

from sqlalchemy import RowMapping

from sync.core.plan import (
    Acceptance,
    Base,
    Disposition,
    Expect,
    Field,
    Kind,
    Link,
    Outcome,
    Person,
    Row,
)
from sync.core.record import Override, Side, Untold

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


LINK: Final = ("whop_id", "user_id", "affihub_id", "evidence", "acceptance", "activation_owed")
"""The columns a link is read from, in this order: by place, since there are many links."""


def link_from(columns: Sequence[Any], bases: Iterable[Base | None]) -> Link:
    """The link out of its columns (``LINK``) and its bases (``BASE_FIELDS``)."""
    whop_id, user_id, affihub_id, evidence, acceptance, owed = columns
    status, commission, name = bases
    seen, why = Acceptance(acceptance), intern(evidence)  # few texts, many links
    return Link(whop_id, user_id, affihub_id, why, status, commission, name, seen, owed)


# Rows


def row_columns(row: Row) -> dict[str, str | bool | None]:
    """Every part of a row, most as text; the row's place in a run is the caller's to add."""
    return {
        "key": row.key,
        "kind": row.kind.value,
        "side": row.side.value,
        "person": document(sparse(row.person)),
        "whop_id": row.whop_id,
        "affihub_id": row.affihub_id,
        "field": row.field.value,
        "base": row.base,
        "before": row.before,
        "after": row.after,
        "disposition": row.disposition.value,
        "rule": row.rule,
        "reason": row.reason,
        "expect": document(sparse(row.expect)),
        "guard": row.guard,
        "outcome": row.outcome.value if row.outcome else None,
        "error": row.error,
        "decided": row.decided,
        "quiet": row.quiet,
        "effect_usd": None if row.effect_usd is None else str(row.effect_usd),
    }


def row_from(columns: Columns) -> Row:
    """The row out of its columns; columns of its place in a run are left aside."""
    return Row(
        key=columns["key"],
        kind=Kind(columns["kind"]),
        side=Side(columns["side"]),
        person=person(json.loads(columns["person"])),
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
        # Documents of revision 0002 have none of these.
        decided=columns.get("decided"),
        quiet=columns.get("quiet") or False,
        effect_usd=_decimal(columns.get("effect_usd")),
    )


def row_document(row: Row) -> str:
    """A whole row as one document."""
    return document(row_columns(row))


def row_from_document(text: str) -> Row:
    """The row out of its document."""
    return row_from(json.loads(text))


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def sparse(value: Person | Expect) -> dict[str, Any]:
    """What is known, by name: most of a person and of what is expected is None."""
    told = ((field.name, getattr(value, field.name)) for field in fields(value))
    return {name: known for name, known in told if known is not None}


def person(columns: Mapping[str, Any]) -> Person:
    """The person out of what is known of them, by name."""
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
