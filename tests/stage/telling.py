"""What came of a step, in the texts that scenario files compare: rows, writes, both sides."""

from collections.abc import Iterable
from decimal import Decimal

from connectors.sandbox.affihub_records import Partner
from connectors.sandbox.whop_records import Affiliate
from sync.core.plan import Kind, Row
from sync.core.record import Side
from sync.core.report import Report
from tests.stage.people import People
from tests.stage.spoiling import Heard

NOBODY = "nobody"


def rows(people: People, report: Report) -> tuple[str, ...]:
    """Every row but the link rows, in the report's order."""
    return tuple(row_text(people, row) for row in report.rows if row.kind is not Kind.LINK)


def links(people: People, report: Report) -> tuple[str, ...]:
    """The link rows, in the report's order."""
    return tuple(row_text(people, row) for row in report.rows if row.kind is Kind.LINK)


def row_text(people: People, row: Row) -> str:
    """A row as ``KIND WHO: DISPOSITION RULE [OUTCOME] [(GUARD)]``."""
    words = [row.disposition.value, row.rule]
    words += [row.outcome.value] if row.outcome else []
    words += [f"({row.guard})"] if row.guard else []
    return f"{row.kind} {whose(people, row)}: {' '.join(words)}"


def whose(people: People, row: Row) -> str:
    """Who a row is about, by the name of the story."""
    ids = people.ids
    return ids.who(row.whop_id) or ids.who(row.affihub_id) or ids.called(row.person.email) or "?"


def writes(people: People, heard: Iterable[Heard]) -> tuple[str, ...]:
    """Every request with a verb that can write, as ``SIDE OPERATION WHO``."""
    return tuple(write(people, one) for one in heard if one.method != "GET")


def write(people: People, heard: Heard) -> str:
    """A request as ``SIDE OPERATION WHO``."""
    named = (people.ids.who(part) for part in heard.path.split("/"))
    who = people.ids.called(heard.address) or next(filter(None, named), "?")
    return f"{heard.side} {heard.operation} {who}"


def standing(people: People, who: str) -> str:
    """Both sides of a person as ``STATUS RATE | STATUS RATE``; several records with ``+``."""
    return f"{_side(people, who, Side.WHOP)} | {_side(people, who, Side.AFFIHUB)}"


def _side(people: People, who: str, side: Side) -> str:
    try:
        ids = people.records(who, side)
    except KeyError:
        return NOBODY
    if side is Side.WHOP:
        told = [affiliate_text(people, people.world.whop.affiliates[i]) for i in ids]
    else:
        told = [partner_text(people.world.affihub.partners[i]) for i in ids]
    return " + ".join(told)


def affiliate_text(people: People, affiliate: Affiliate) -> str:
    """An affiliate's status, and every percentage it has."""
    held = people.world.whop.overrides_of(affiliate.id)
    return " ".join((affiliate.status or "null", *(_plain(one.commission_value) for one in held)))


def partner_text(partner: Partner) -> str:
    """A partner's status, and the rate of its own, if any."""
    rate = partner.commission_pct
    return partner.status if rate is None else f"{partner.status} {_plain(rate)}"


def _plain(rate: Decimal) -> str:
    return format(rate.normalize(), "f")
