"""Rows as the run ``run-1`` wrote them, and both sides as they are afterwards."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from sync.core.partial import Basis
from sync.core.plan import Disposition, Expect, Field, Kind, Link, Outcome, Person, Row
from sync.core.policy import Policy
from sync.core.ports import Known, PastRow
from sync.core.record import Affiliate, Gathered, Partner, Side, Snapshot
from sync.core.subject import SIDE_OF_KIND, STATUS_AFTER
from sync.core.undo import Done, Now, now_of
from tests.core.people import affihub, commission, override, policy, whop
from tests.core.words import MORNING

REASON: Final = "Takes back what run run-1 did."

RATES: Final = policy(commission=commission())
"""Settings under which rates go both ways."""


def wrote(kind: Kind = Kind.DEACTIVATE_PARTNER, number: int = 1, **told: Any) -> Row:
    """A status row as it was applied; nobody was in its way, so it tells both sides' words."""
    known: dict[str, Any] = {
        "key": f"{kind}-{number}",
        "kind": kind,
        "side": SIDE_OF_KIND[kind] or Side.AFFIHUB,
        "person": Person(name=f"Person {number}"),
        "whop_id": f"aff_{number}",
        "affihub_id": f"par_{number}",
        "field": Field.STATUS,
        "base": "active",
        "before": "active",
        "after": STATUS_AFTER.get(kind),
        "disposition": Disposition.APPLY,
        "rule": "whop-moved",
        "reason": "Whop archived this affiliate.",
        "expect": Expect("archived", "active"),
        "outcome": Outcome.APPLIED,
    }
    return Row(**{**known, **told})


def wrote_rate(side: Side = Side.AFFIHUB, number: int = 1, **told: Any) -> Row:
    """A rate as it was applied: 20 % became 30 %, because the other side had moved."""
    whop_rate, affihub_rate = ("30", "20") if side is Side.AFFIHUB else ("20", "30")
    known: dict[str, Any] = {
        "key": f"rate-{side}-{number}",
        "side": side,
        "field": Field.COMMISSION,
        "base": "20",
        "before": "20",
        "after": "30",
        "rule": f"{side.other}-moved",
        "expect": Expect("active", "active", whop_rate, affihub_rate),
    }
    return wrote(Kind.SET_COMMISSION, number, **{**known, **told})


def moved(number: int = 1, to: int = 2, **told: Any) -> Row:
    """A link as it moved to another affiliate of the same user."""
    known: dict[str, Any] = {
        "field": Field.LINK,
        "base": None,
        "before": f"aff_{number}",
        "after": f"aff_{to}",
        "rule": "user-moved",
        "expect": Expect("deleted", "active"),
    }
    return wrote(Kind.MOVE_LINK, number, **{**known, **told})


def since(row: Row, run_id: str = "run-2") -> PastRow:
    """A row as a later run wrote it."""
    return PastRow(run_id, MORNING, row)


def done(*rows: Row) -> tuple[Done, ...]:
    """Rows that nobody wrote over since."""
    return tuple(map(Done, rows))


def gathered(
    affiliates: Iterable[Affiliate] | Snapshot[Affiliate],
    partners: Iterable[Partner] | Snapshot[Partner],
    rates: Mapping[int, Decimal | int | None] | None = None,
) -> Gathered:
    """What was read; ``rates`` by the number of an affiliate, None where there is no override."""
    overrides = {
        f"aff_{number}": () if rate is None else (override(rate, number),)
        for number, rate in (rates or {}).items()
    }
    return Gathered(
        affiliates if isinstance(affiliates, Snapshot) else whop(*affiliates),
        partners if isinstance(partners, Snapshot) else affihub(*partners),
        overrides=overrides,
    )


def now(read: Gathered, *links: Link, settings: Policy = RATES) -> Now:
    """Both sides and the links as an undo finds them."""
    return now_of(read, links, settings)


def basis(read: Gathered, *links: Link, settings: Policy = RATES, **told: Any) -> Basis:
    """What the plan that an undo replaces was decided on; the pair's first run is long done."""
    known = Known(**{"links": links, "first_run_done": True, **told.pop("known", {})})
    return Basis(read, known, settings, **told)
