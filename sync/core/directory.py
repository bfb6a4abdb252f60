"""Who holds which address on both sides, linked or not: what the unlinked are held against.

Only the addresses that are asked about are indexed: those of a few, mostly, among very many people.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sync.core.plan import Link
from sync.core.record import Affiliate, Gathered, Partner, email_key, email_keys


@dataclass(frozen=True, slots=True)
class Directory:
    """Who holds the addresses that were asked about, linked or not, and which slugs are taken.

    ``linked`` are the affiliates of the links that were asked about, by their Whop user.
    """

    emails: Mapping[str, Sequence[str]]
    affiliates: Mapping[str, Sequence[Affiliate]]
    partners: Mapping[str, Sequence[Partner]]
    slugs: frozenset[str]
    apart: Collection[tuple[str, str]]
    complete: bool
    emails_readable: bool
    linked: Mapping[str, str]


def directory(
    gathered: Gathered,
    links: Iterable[Link],
    apart: Collection[tuple[str, str]],
    asked: Collection[str],
    users: Collection[str],
) -> Directory:
    """Both sides by each address that is ``asked`` about (see ``addresses``).

    Of the ``links`` those of ``users`` count, and of whoever else holds one of these addresses.
    """
    told = _told(gathered.emails, asked)
    mine = (link for link in links if link.user_id in users or link.user_id in told)
    partners = defaultdict(list)
    for partner in gathered.affihub.records.values():
        if (key := email_key(partner.email)) in asked:
            partners[key].append(partner)
    return Directory(
        emails=gathered.emails,
        affiliates=_affiliates(gathered, told),
        partners=partners,
        slugs=frozenset(one.slug.casefold() for one in gathered.affihub.records.values()),
        apart=apart,
        complete=gathered.complete,
        emails_readable=gathered.emails_readable,
        linked={link.user_id: link.whop_id for link in sorted(mine, key=_whop_id)},
    )


def _told(
    emails: Mapping[str, Sequence[str]], asked: Collection[str]
) -> Mapping[str, Sequence[str]]:
    """Who is told with an address that is asked about."""
    return {
        user: keys
        for user, told in emails.items()
        if (keys := [key for key in map(email_key, told) if key in asked])
    }


def _affiliates(
    gathered: Gathered, told: Mapping[str, Sequence[str]]
) -> Mapping[str, Sequence[Affiliate]]:
    found = defaultdict(list)
    for affiliate in gathered.whop.records.values():
        for key in set(told.get(affiliate.user_id, ())) - {""}:
            found[key].append(affiliate)
    return found


def _whop_id(link: Link) -> str:
    return link.whop_id


def addresses(
    affiliates: Iterable[Affiliate],
    partners: Iterable[Partner],
    emails: Mapping[str, Sequence[str]],
) -> set[str]:
    """Every address of these people, in the form in which two are compared."""
    keys = (email_keys(emails.get(one.user_id, ())) for one in affiliates)
    return {email_key(one.email) for one in partners}.union(*keys)
