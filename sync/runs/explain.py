"""One person in full: both records, the link and its bases, what a run would do about them, why.

``look`` gathers and reconciles like a dry run, and records nothing but read caches; ``find`` says
whom a text means; ``explain`` tells everything there is about one of them.
"""

import asyncio
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from sync.core.commission import Inexpressible, rate_text, slot_rate
from sync.core.plan import Alone, Base, Field, Kind, Link, Person, Row
from sync.core.policy import CommissionSync, Policy
from sync.core.ports import Parked, PastDecision, PastRow
from sync.core.reconcile import reconcile
from sync.core.record import Affiliate, Partner, Rate, Side, Untold, email_key
from sync.core.subject import Subject
from sync.core.tries import still_parked
from sync.runs.deciding import decided_about
from sync.runs.foresee import foresee
from sync.runs.gather import gather
from sync.runs.linking import known_of
from sync.runs.pair import Pair
from sync.runs.remember import Decided
from sync.runs.seeing import Seeing
from sync.runs.suggest import with_suggestions

HISTORY: Final = 20
"""Rows of earlier runs told of one person."""


@dataclass(frozen=True, slots=True)
class Someone:
    """One person as this look knows them: who is linked, or would be, is one and not two.

    ``new`` is the link a run would make now; it is remembered by nobody yet.
    """

    affiliate: Affiliate | None = None
    partner: Partner | None = None
    link: Link | None = None
    new: Link | None = None
    emails: tuple[str, ...] = ()

    @property
    def whop_id(self) -> str | None:
        """The affiliate's id; of a linked one that Whop did not list as well."""
        if self.affiliate:
            return self.affiliate.id
        return self.link.whop_id if self.link else None

    @property
    def affihub_id(self) -> str | None:
        """The partner's id; of a linked one that Affihub did not list as well."""
        if self.partner:
            return self.partner.id
        return self.link.affihub_id if self.link else None

    @property
    def user_id(self) -> str | None:
        """The Whop user's id."""
        known = self.affiliate or self.link
        return known.user_id if known else None

    @property
    def person(self) -> Person:
        """Who this is, in the words of the report."""
        email = self.emails[0] if self.emails else None
        return Subject("", self.affiliate, self.partner, self.link, email=email).person


@dataclass(frozen=True, slots=True)
class FieldNow:
    """One field: what both sides last agreed on, and what each of them shows now.

    ``note`` says why a value is not compared, where it is not.
    """

    field: Field
    base: Base | None
    whop: str | None
    affihub: str | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What an earlier try taught about one row of this person: it is not sent again as it is."""

    key: str
    parked: Parked


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything there is to tell about one person.

    ``rows`` are what a run would do now; without any, ``verdict`` says why there is nothing.
    ``apart`` are partner ids, or Whop user ids, that a person said are somebody else, ``decisions``
    what people ever decided about rows of this person, oldest first.
    """

    pair: str
    someone: Someone
    fields: tuple[FieldNow, ...]
    rows: tuple[Row, ...]
    verdict: str
    alone: tuple[Alone, ...] = ()
    apart: tuple[str, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    history: tuple[PastRow, ...] = ()
    decisions: tuple[PastDecision, ...] = ()
    notes: tuple[str, ...] = ()


async def look(pair: Pair) -> Decided:
    """What a run would read and decide now."""
    known = await known_of(pair)
    at = Seeing(pair, await gather(pair, known))
    known, gathered = await foresee(at, known), at.gathered
    # Rows that rest after a failure are told so; whoever runs sync by hand need not wait for them.
    resting = replace(known, parked=still_parked(known.parked, pair.clock()))
    plan = reconcile(gathered, resting, pair.policy, pair.texts, today=pair.today())
    plan = with_suggestions(plan, known.apart)
    return Decided(gathered, known, plan)


def everybody(seen: Decided) -> Iterator[Someone]:
    """Every person of a pair, once."""
    affiliates, partners = dict(seen.gathered.whop.records), dict(seen.gathered.affihub.records)
    linked = {link.whop_id: link for link in seen.known.links}
    new = {link.whop_id: link for link in seen.plan.refreshed if link.whop_id not in linked}
    for link in (*linked.values(), *new.values()):
        yield Someone(
            affiliates.pop(link.whop_id, None),
            partners.pop(link.affihub_id, None),
            linked.get(link.whop_id),
            new.get(link.whop_id),
            _emails(seen, link.user_id),
        )
    for affiliate in affiliates.values():
        yield Someone(affiliate=affiliate, emails=_emails(seen, affiliate.user_id))
    for partner in partners.values():
        yield Someone(partner=partner)


def _emails(seen: Decided, user_id: str) -> tuple[str, ...]:
    reading = seen.known.emails.get(user_id)
    return seen.gathered.emails.get(user_id) or (reading.emails if reading else ())


def find(seen: Decided, wanted: str) -> tuple[Someone, ...]:
    """Whom a text means: by id, else by email, else by username or slug, else by part of a name."""
    wanted, people = wanted.strip(), tuple(everybody(seen))
    if not wanted:
        return ()
    for means in _MEANINGS:
        if found := tuple(someone for someone in people if means(someone, wanted)):
            return found
    return ()


def _has_id(someone: Someone, wanted: str) -> bool:
    return wanted in (someone.whop_id, someone.affihub_id, someone.user_id)


def _has_email(someone: Someone, wanted: str) -> bool:
    emails = (*someone.emails, *([someone.partner.email] if someone.partner else []))
    return email_key(wanted) in map(email_key, emails)


def _has_username(someone: Someone, wanted: str) -> bool:
    usernames = (
        someone.affiliate and someone.affiliate.username,
        someone.partner and someone.partner.slug,
    )
    return wanted.lstrip("@/").casefold() in (each.casefold() for each in usernames if each)


def _has_name(someone: Someone, wanted: str) -> bool:
    names = (someone.affiliate and someone.affiliate.name, someone.partner and someone.partner.name)
    return any(_folded(wanted) in _folded(name) for name in names if name)


_MEANINGS: Final[tuple[Callable[[Someone, str], bool], ...]] = (
    _has_id,
    _has_email,
    _has_username,
    _has_name,
)
"""The ways in which a text can name somebody, surest first."""


def _folded(name: str) -> str:
    """A name without accents and case: nobody types them when asking for somebody."""
    decomposed = unicodedata.normalize("NFKD", name)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


async def explain(pair: Pair, seen: Decided, someone: Someone) -> Explanation:
    """Everything about one of the people ``find`` found."""
    ids = (someone.whop_id, someone.affihub_id)
    history = await asyncio.to_thread(pair.store.history, pair.name, ids, HISTORY)
    rows = tuple(row for row in seen.plan.rows if _is_about(row, someone))
    alone = tuple(
        one for ones in seen.plan.unmatched.values() for one in ones if one.id in filter(None, ids)
    )
    return Explanation(
        pair=pair.name,
        someone=someone,
        fields=tuple(_fields(seen, someone, pair.policy)),
        rows=rows,
        verdict="" if rows else _verdict(someone, alone),
        alone=alone,
        apart=tuple(_apart(seen, someone)),
        lessons=tuple(_lessons(seen, (*rows, *(past.row for past in history)))),
        history=history,
        decisions=await asyncio.to_thread(decided_about, pair.store, pair.name, ids),
        notes=seen.plan.notes,
    )


def _is_about(row: Row, someone: Someone) -> bool:
    ids = {someone.whop_id, someone.affihub_id} - {None}
    if ids & {row.whop_id, row.affihub_id}:
        return True
    if row.kind is Kind.MOVE_LINK:
        return row.after in ids
    # One row stands for all records nobody can tell apart; only its reason names every one.
    return row.rule == "ambiguous" and bool(ids & set(row.reason.replace(",", " ").split()))


def _verdict(someone: Someone, alone: tuple[Alone, ...]) -> str:
    """Why a run would do nothing about somebody."""
    if alone:
        return " ".join(f"Nothing to do: {one.reason.rstrip('.')}." for one in alone)
    gone = [
        side.brand
        for side, record in ((Side.WHOP, someone.affiliate), (Side.AFFIHUB, someone.partner))
        if record is None
    ]
    if gone:
        return f"Not seen on {' and '.join(gone)} in this look, so nothing is concluded."
    return "Both sides agree; there is nothing to do."


def _fields(seen: Decided, someone: Someone, policy: Policy) -> Iterator[FieldNow]:
    affiliate, partner, link = someone.affiliate, someone.partner, someone.link
    yield FieldNow(
        Field.STATUS,
        link.status if link else None,
        affiliate.status if affiliate else None,
        partner.status if partner else None,
    )
    yield _rates(seen, someone, policy)
    yield FieldNow(
        Field.NAME,
        link.name if link else None,
        affiliate.name if affiliate else None,
        partner.name if partner else None,
    )


def _rates(seen: Decided, someone: Someone, policy: Policy) -> FieldNow:
    overrides = seen.gathered.overrides.get(someone.whop_id or "")
    whop = None if overrides is None else slot_rate(overrides, policy.commission.slot)
    affihub: Rate = someone.partner.commission if someone.partner else None
    notes = []
    if policy.commission.sync is CommissionSync.OFF:
        notes.append("not compared: commission.sync is off")
    elif overrides is None and someone.affiliate:
        notes.append("Whop's overrides were not read")
    if isinstance(whop, Inexpressible):
        notes.append(f"no one percentage on Whop: {whop.reason}")
    if isinstance(affihub, Untold):
        notes.append(f"Affihub's rate is {affihub.value}")
    base = someone.link.commission if someone.link else None
    return FieldNow(Field.COMMISSION, base, _rate(whop), _rate(affihub), "; ".join(notes))


def _rate(rate: object) -> str | None:
    return rate_text(rate) if isinstance(rate, Decimal) else None


def _apart(seen: Decided, someone: Someone) -> Iterator[str]:
    for user_id, affihub_id in sorted(seen.known.apart):
        if user_id == someone.user_id:
            yield affihub_id
        elif affihub_id == someone.affihub_id:
            yield user_id


def _lessons(seen: Decided, rows: Iterable[Row]) -> Iterator[Lesson]:
    for key in dict.fromkeys(row.key for row in rows):
        if parked := seen.known.parked.get(key):
            yield Lesson(key, parked)
