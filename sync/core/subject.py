"""One person under decision: both records as far as there are any, and the rows about them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from sync.core.plan import (
    NO_VALUES,
    Disposition,
    Expect,
    Field,
    Kind,
    Link,
    Person,
    Row,
    Values,
    row_key,
)
from sync.core.record import Affiliate, Partner, Side

SIDE_OF_KIND: Final[Mapping[Kind, Side | None]] = MappingProxyType(
    {
        Kind.LINK: Side.AFFIHUB,
        Kind.CREATE_PARTNER: Side.AFFIHUB,
        Kind.CREATE_AFFILIATE: Side.WHOP,
        Kind.ACTIVATE_PARTNER: Side.AFFIHUB,
        Kind.DEACTIVATE_PARTNER: Side.AFFIHUB,
        Kind.UNARCHIVE_AFFILIATE: Side.WHOP,
        Kind.ARCHIVE_AFFILIATE: Side.WHOP,
        Kind.SET_COMMISSION: None,
        Kind.REMOVE_COMMISSION: None,
        Kind.FILL_NAME: Side.AFFIHUB,
        Kind.MOVE_LINK: Side.WHOP,
    }
)
"""The side each kind writes to; None where the row itself has to say."""

FIELD_OF_KIND: Final[Mapping[Kind, Field]] = MappingProxyType(
    {
        Kind.LINK: Field.LINK,
        Kind.CREATE_PARTNER: Field.RECORD,
        Kind.CREATE_AFFILIATE: Field.RECORD,
        Kind.ACTIVATE_PARTNER: Field.STATUS,
        Kind.DEACTIVATE_PARTNER: Field.STATUS,
        Kind.UNARCHIVE_AFFILIATE: Field.STATUS,
        Kind.ARCHIVE_AFFILIATE: Field.STATUS,
        Kind.SET_COMMISSION: Field.COMMISSION,
        Kind.REMOVE_COMMISSION: Field.COMMISSION,
        Kind.FILL_NAME: Field.NAME,
        Kind.MOVE_LINK: Field.LINK,
    }
)

STATUS_AFTER: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        Kind.CREATE_PARTNER: "invited",
        Kind.CREATE_AFFILIATE: "active",
        Kind.ACTIVATE_PARTNER: "active",
        Kind.DEACTIVATE_PARTNER: "deactivated",
        Kind.UNARCHIVE_AFFILIATE: "active",
        Kind.ARCHIVE_AFFILIATE: "archived",
    }
)
"""The written side's own word for what these kinds bring about."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One person of one pair, linked (``link``) or not, with the records this run saw.

    ``email`` and ``slug`` are those a create would use; otherwise the partner's are shown.
    """

    pair: str
    affiliate: Affiliate | None = None
    partner: Partner | None = None
    link: Link | None = None
    email: str | None = None
    slug: str | None = None
    expect: Expect = field(default_factory=Expect)

    @property
    def person(self) -> Person:
        """Who this is, as far as either side told."""
        affiliate, partner = self.affiliate, self.partner
        return Person(
            name=(affiliate and affiliate.name) or (partner and partner.name) or None,
            email=partner.email if partner else self.email,
            username=affiliate.username if affiliate else None,
            slug=partner.slug if partner else self.slug,
            user_id=self._user_id,
            monthly_usd=affiliate.monthly_usd if affiliate else None,
            earnings_usd=affiliate.earnings_usd if affiliate else None,
        )

    @property
    def _user_id(self) -> str | None:
        known = self.affiliate or self.link
        return known.user_id if known else None

    @property
    def ids(self) -> tuple[str | None, str | None]:
        """Affiliate id and partner id, None where that record does not exist yet."""
        if self.link:
            return self.link.whop_id, self.link.affihub_id
        return (
            self.affiliate.id if self.affiliate else None,
            self.partner.id if self.partner else None,
        )

    def status_row(
        self,
        kind: Kind,
        disposition: Disposition,
        rule: str,
        reason: str,
        *,
        base: str | None = None,
        before: str | None = None,
    ) -> Row:
        """A row about whether the person may earn: a create or a change of status."""
        values = Values(base, before, STATUS_AFTER[kind])
        return self.row(kind, disposition, rule, reason, values)

    def row(
        self,
        kind: Kind,
        disposition: Disposition,
        rule: str,
        reason: str,
        values: Values = NO_VALUES,
        side: Side = Side.AFFIHUB,
    ) -> Row:
        """A row about this person; its key is the same as long as what it says is the same.

        ``side`` counts only for kinds that can go either way.
        """
        what, ids, person = FIELD_OF_KIND[kind], self.ids, self.person
        said = (what, values.before, values.after)
        return Row(
            key=row_key(self.pair, kind, ids, person.email, said, rule),
            kind=kind,
            side=SIDE_OF_KIND[kind] or side,
            person=person,
            whop_id=ids[0],
            affihub_id=ids[1],
            field=what,
            base=values.base,
            before=values.before,
            after=values.after,
            disposition=disposition,
            rule=rule,
            reason=reason,
            expect=self.expect,
        )
