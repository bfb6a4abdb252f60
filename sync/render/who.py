"""Who somebody is, in one line of text: what each side shows, and what a link remembers."""

from collections.abc import Sequence

from sync.core.plan import Link
from sync.core.record import Affiliate, Partner
from sync.render.clean import clean
from sync.render.words import NAME_LIMIT


def affiliate_line(affiliate: Affiliate) -> str:
    """``aff_1: María Lopez, @maria, active on Whop``."""
    username = affiliate.username and f"@{affiliate.username}"
    status = f"{affiliate.status or 'no status'} on Whop"
    return _line(affiliate.id, affiliate.name, username, status)


def partner_line(partner: Partner) -> str:
    """``par_1: María Lopez, maria@example.com, active on Affihub``."""
    return _line(partner.id, partner.name, partner.email, f"{partner.status} on Affihub")


def link_line(link: Link, emails: Sequence[str] = ()) -> str:
    """``aff_1 and par_1: María Lopez, maria@example.com, linked by email``."""
    both = f"{link.whop_id} and {link.affihub_id}"
    return _line(both, remembered_name(link), *emails, f"linked ({link.evidence})")


def remembered_name(link: Link) -> str | None:
    """The name of a linked person when both sides were last compared."""
    return (link.name.affihub or link.name.whop) if link.name else None


def _line(who: str, *told: str | None) -> str:
    shown = ", ".join(filter(None, (clean(text, NAME_LIMIT) for text in told)))
    return f"{clean(who)}: {shown}"
