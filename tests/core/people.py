"""People to test with: person 1 is affiliate ``aff_1`` of user ``user_1`` and partner ``par_1``.

Whatever a test does not name is the same on both sides and as both last agreed.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sync.core.alone import Texts
from sync.core.plan import Acceptance, Base, Kind, Link, Plan, Row
from sync.core.policy import (
    CommissionPolicy,
    CommissionSync,
    GuardClass,
    Guards,
    Limit,
    OnFirstLink,
    Policy,
)
from sync.core.ports import Known
from sync.core.reconcile import reconcile
from sync.core.record import Affiliate, Gathered, Override, Partner, Side, Snapshot

PLENTY: Final = 1_000_000

NO_GUARDS: Final = Guards(
    {name: Limit(PLENTY) for name in GuardClass if name is not GuardClass.FIRST_RUN},
    first_run=False,
)
"""Limits that hold nothing, so that a test sees what is decided before any guard."""

TEXTS: Final = Texts(
    slug=lambda text: "-".join(re.findall("[a-z0-9]+", text.lower())),
    is_email=lambda text: "@" in text,
)


def policy(**settings: Any) -> Policy:
    """A pair's settings: the defaults, with reactivations let through and guards out of the way."""
    return Policy(**{"pair": "main", "reactivate": True, "guards": NO_GUARDS, **settings})


def commission(
    sync: CommissionSync = CommissionSync.TWO_WAY,
    on_first_link: OnFirstLink = OnFirstLink.ASK,
    **settings: Any,
) -> CommissionPolicy:
    return CommissionPolicy(sync, on_first_link, **settings)


def affiliate(number: int = 1, status: str | None = "active", **told: Any) -> Affiliate:
    known = {
        "id": f"aff_{number}",
        "user_id": f"user_{number}",
        "name": f"Person {number}",
        "username": f"person.{number}",
    }
    return Affiliate(**{**known, **told, "status": status})


def email(number: int = 1) -> str:
    return f"person.{number}@example.com"


def partner(number: int = 1, status: str = "active", **told: Any) -> Partner:
    known = {
        "id": f"par_{number}",
        "email": email(number),
        "slug": f"person-{number}",
        "name": f"Person {number}",
        "commission": None,
    }
    return Partner(**{**known, **told, "status": status})


ON: Final = Base("on", "active", "active")
OFF: Final = Base("off", "archived", "deactivated")


def link(number: int = 1, status: Base | None = ON, **told: Any) -> Link:
    """A link whose two sides last agreed on this status, and on the name and no rate."""
    known = {
        "whop_id": f"aff_{number}",
        "user_id": f"user_{number}",
        "affihub_id": f"par_{number}",
        "evidence": "email",
        "name": Base(f"Person {number}", f"Person {number}", f"Person {number}"),
        "commission": Base(None, None, None),
        "acceptance": Acceptance.ACCEPTED,
    }
    return Link(**{**known, **told, "status": status})


def override(percent: Decimal | int = 20, number: int = 1, **told: Any) -> Override:
    """A company-wide share of the revenue, as the default slot wants it."""
    known = {
        "id": f"affov_{number}",
        "override_type": "rev_share",
        "commission_type": "percentage",
        "revenue_basis": "post_fees",
    }
    return Override(**{**known, **told, "commission_value": Decimal(percent)})


def plan_override(plan: str, percent: Decimal | int = 20, **told: Any) -> Override:
    """A percentage on one plan, as a slot of plans wants it."""
    known = {
        "id": f"affov_{plan}",
        "override_type": "standard",
        "commission_type": "percentage",
        "plan_id": plan,
        "applies_to_payments": "all_payments",
    }
    return Override(**{**known, **told, "commission_value": Decimal(percent)})


def whop(*records: Affiliate, **told: Any) -> Snapshot[Affiliate]:
    return Snapshot(Side.WHOP, {record.id: record for record in records}, **told)


def affihub(*records: Partner, **told: Any) -> Snapshot[Partner]:
    return Snapshot(Side.AFFIHUB, {record.id: record for record in records}, **told)


def planned(
    affiliates: Iterable[Affiliate] | Snapshot[Affiliate] = (),
    partners: Iterable[Partner] | Snapshot[Partner] = (),
    links: Iterable[Link] = (),
    *,
    emails: Mapping[str, tuple[str, ...]] | None = None,
    overrides: Mapping[str, tuple[Override, ...]] | None = None,
    settings: Policy | None = None,
    waived: Iterable[str] = (),
    emails_readable: bool = True,
    today: date | None = None,
    **known: Any,
) -> Plan:
    """The plan of one run over these people."""
    gathered = Gathered(
        affiliates if isinstance(affiliates, Snapshot) else whop(*affiliates),
        partners if isinstance(partners, Snapshot) else affihub(*partners),
        emails or {},
        overrides or {},
        emails_readable,
    )
    remembered = Known(**{"links": tuple(links), "first_run_done": True, **known})
    return reconcile(gathered, remembered, settings or policy(), TEXTS, tuple(waived), today)


def only(rows: Iterable[Row], kind: Kind | None = None) -> Row:
    """The one row there is, of this kind where one is named."""
    (row,) = [row for row in rows if kind in (None, row.kind)]
    return row


def brief(rows: Iterable[Row]) -> list[tuple[str, str, str]]:
    """What a plan comes to: kind, disposition and rule of each row."""
    return [(row.kind.value, row.disposition.value, row.rule) for row in rows]
