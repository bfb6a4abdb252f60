"""A plan as a file: self-contained, readable, and applied only where it is still true.

What is applied is never the file's word: each of its rows has to be in a plan made afresh, with
the same key and the same seal.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from sync.core.decision import seal
from sync.core.partial import Only
from sync.core.plan import Disposition, Expect, Field, Kind, Outcome, Person, Row, row_key
from sync.core.record import Side
from sync.core.report import Mode, Report, RunStatus
from sync.errors import UsageError

SCHEMA: Final = "affisync.plan/1"
MADE_BY: Final = "affisync sync --dry-run --plan-out"

_TYPES: Final[Mapping[str, type]] = {
    "kind": Kind,
    "side": Side,
    "field": Field,
    "disposition": Disposition,
    "outcome": Outcome,
}
"""The parts of a row that are not text, by name."""
_MONEY: Final = ("monthly_usd", "earnings_usd", "effect_usd")
_APPLIES: Final = (Disposition.APPLY, Disposition.HELD)


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan with all that says when it is still true.

    ``company_id`` and ``config`` are those the plan was made with, ``run`` is the dry run's id,
    ``log`` the head of the log after it.
    """

    pair: str
    company_id: str
    config: str
    run: str
    made_at: datetime
    by: str
    log: str | None
    rows: tuple[Row, ...]

    @property
    def only(self) -> Only:
        """What makes of a plan the part that is this file's (``Order.revise``)."""
        return Only({row.key: row for row in self.rows if row.disposition in _APPLIES})

    def check(self, company_id: str, config: str) -> None:
        """``UsageError`` where the plan was made for another company or under other settings."""
        if self.company_id != company_id:
            raise UsageError(
                f"The plan was made for company {self.company_id}, pair {self.pair} is about "
                f"{company_id} now; make a new one with: {MADE_BY} FILE"
            )
        if self.config != config:
            raise UsageError(
                f"The configuration of pair {self.pair} changed since the plan was made; "
                f"make a new one with: {MADE_BY} FILE"
            )


def of_report(report: Report, company_id: str) -> PlanFile:
    """The plan of a dry run; ``UsageError`` where it came to none."""
    run = report.run
    if run.mode is not Mode.DRY_RUN or run.status is RunStatus.FAILED:
        raise UsageError("There is no plan to keep: the dry run failed.")
    return PlanFile(
        pair=run.pair,
        company_id=company_id,
        config=run.config,
        run=run.id,
        made_at=run.finished_at or run.started_at,
        by=run.by,
        log=run.log,
        rows=report.rows,
    )


def document(plan: PlanFile) -> str:
    """One JSON document."""
    head = {each.name: getattr(plan, each.name) for each in fields(plan)}
    told = {"schema": SCHEMA} | head | {"rows": [_told(row) for row in plan.rows]}
    return json.dumps(told | {"digest": digest(told)}, indent=1, default=_plain) + "\n"


def digest(told: Mapping[str, object]) -> str:
    """The same text for the same plan, however its document is laid out; of all but itself."""
    rest = {name: value for name, value in told.items() if name != "digest"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), default=_plain)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _told(row: Row) -> dict[str, object]:
    return asdict(row) | {"seal": seal(row)}


def _plain(value: object) -> str:
    match value:
        case datetime():
            return value.isoformat()
        case Decimal():
            return str(value)
        case _:
            raise TypeError(f"{type(value).__name__} has no place in a plan")


def parsed(text: str) -> PlanFile:
    """The plan out of its document.

    ``UsageError`` where it is none, is of another version, or anything of it was edited.
    """
    try:
        told = json.loads(text)
        schema = told["schema"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UsageError(f"This is no plan; one is made with: {MADE_BY} FILE") from None
    if schema != SCHEMA:
        raise UsageError(f"This is {schema!r}, not a plan that can be applied here ({SCHEMA}).")
    try:
        _check_whole(told)
        return _plan(told)
    except (ValueError, KeyError, TypeError, AttributeError, InvalidOperation, RecursionError):
        raise UsageError(
            f"The plan is not whole, or was edited; make a new one with: {MADE_BY} FILE"
        ) from None


def _check_whole(told: Mapping[str, Any]) -> None:
    if told["digest"] != digest(told):
        raise UsageError(
            "The plan was edited after it was made, so nothing of it is applied. Decide row by "
            "row with affisync approve and affisync reject instead, or make a new plan with: "
            f"{MADE_BY} FILE"
        )


def _plan(told: Mapping[str, Any]) -> PlanFile:
    names = [each.name for each in fields(PlanFile)]
    head = {name: told[name] for name in names}
    texts = [head[name] for name in ("pair", "company_id", "config", "run", "by")]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("a plan is about a pair, a company and a configuration")
    head["made_at"] = datetime.fromisoformat(head["made_at"])
    head["rows"] = tuple(_row(head["pair"], row) for row in head["rows"])
    return PlanFile(**head)


def _row(pair: str, told: Mapping[str, Any]) -> Row:
    given: dict[str, Any] = {each.name: _part(each.name, told[each.name]) for each in fields(Row)}
    row = Row(**given)
    if seal(row) != told["seal"] or (row.disposition in _APPLIES and _key(pair, row) != row.key):
        raise UsageError(
            f"Row {row.key} was edited after the plan was made, so nothing of it is applied; "
            f"make a new one with: {MADE_BY} FILE"
        )
    return row


def _part(name: str, value: Any) -> object:
    if name == "person":
        return Person(**{each: _amount(each, known) for each, known in value.items()})
    if name == "expect":
        return Expect(**value)
    if name in _TYPES and value is not None:
        return _TYPES[name](value)
    return _amount(name, value)


def _amount(name: str, value: Any) -> Any:
    return Decimal(value) if name in _MONEY and value is not None else value


def _key(pair: str, row: Row) -> str:
    """The key such a row has; who is told by it, and what is to become of them."""
    said = (row.field, row.before, row.after)
    ids = (row.whop_id, row.affihub_id)
    return row_key(pair, row.kind, ids, row.person.email, said, row.rule)
