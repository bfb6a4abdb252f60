"""The statement: the tie-out of both sides and the mapping that an accountant can trust.

Counts and sums as each side tells them, ledgers between them, and the remainder: everybody whose
difference neither a row of the plan nor anything else explains.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from sync.core.accounts import Account, Finding, Pays, accounts_of
from sync.core.commission import Inexpressible, rate_text
from sync.core.ledger import Ledger, Sum, ledgers_of, monthly, total
from sync.core.plan import Plan
from sync.core.policy import Policy
from sync.core.ports import Known
from sync.core.record import Gathered, Incident, Side, Untold
from sync.core.status import Meaning

CAVEATS: Final = (
    (
        "The two count different sales: Affihub books those of Stripe, Paddle and custom "
        "checkouts, Whop its own. A difference is no error; unless sales are mirrored, add them up."
    ),
    (
        "Whop tells US dollars. Affihub tells cents and names no currency: a difference means "
        "something only where its program bills in US dollars."
    ),
    (
        "What Affihub calls earned seems to hold what is pending too; approved and paid is the "
        "firm part. It can be recomputed and rejected later."
    ),
)
"""What to know before earnings are compared (the API's own documentation leaves it open)."""


class Book(StrEnum):
    """Where something stands to be counted."""

    WHOP = "whop"
    AFFIHUB = "affihub"
    MAPPING = "mapping"

    @property
    def brand(self) -> str:
        """The book's name as people write it."""
        return "The mapping" if self is Book.MAPPING else self.value.capitalize()


@dataclass(frozen=True, slots=True)
class Count:
    """So many people with one status, or one rate, in one book, and the money of theirs.

    ``monthly`` and ``earned`` are Whop's figures in US dollars, wherever the people are counted;
    ``earned_affihub`` is Affihub's, in a currency nobody names.
    """

    book: Book
    word: str
    people: int
    monthly: Sum
    earned: Sum
    earned_affihub: Sum


@dataclass(frozen=True, slots=True)
class Statement:
    """One pair tied out at one moment; ``holes`` say what could not be tied out."""

    pair: str
    at: datetime
    accounts: tuple[Account, ...]
    statuses: tuple[Count, ...]
    rates: tuple[Count, ...]
    ledgers: tuple[Ledger, ...]
    holes: tuple[str, ...]
    unreadable: Mapping[Side, tuple[Incident, ...]]
    notes: tuple[str, ...]

    @property
    def remainder(self) -> tuple[Account, ...]:
        """Everybody with a difference that nothing explains."""
        return tuple(one for one in self.accounts if one.is_open)

    @property
    def behind(self) -> tuple[Account, ...]:
        """Everybody on whom both sides agree, and on something else than the mapping."""
        return tuple(
            one for one in self.accounts if Finding.BEHIND in (one.status.finding, one.rate.finding)
        )

    @property
    def adds_up(self) -> bool:
        """Whether the steps of every ledger lead from the one count to the other."""
        return not any(ledger.gap for ledger in self.ledgers)

    @property
    def earnings_read(self) -> bool:
        """Whether anything is known of what people earned on Affihub."""
        return any(earned_on_affihub(one) is not None for one in self.accounts)


def statement(
    gathered: Gathered, known: Known, plan: Plan, policy: Policy, at: datetime
) -> Statement:
    """The statement of one run's snapshots, of the links before it, and of its plan."""
    accounts = accounts_of(gathered, known, plan, policy)
    snapshots = (gathered.whop, gathered.affihub)
    return Statement(
        pair=policy.pair,
        at=at,
        accounts=accounts,
        statuses=_statuses(accounts),
        rates=_rates(accounts),
        ledgers=ledgers_of(accounts, gathered, known),
        holes=tuple(
            f"{one.side.brand}'s listing is incomplete{f' ({one.note})' if one.note else ''}: who "
            "is not in it cannot be tied out."
            for one in snapshots
            if not one.complete
        ),
        unreadable={one.side: one.incidents for one in snapshots},
        notes=gathered.notes,
    )


def exit_code(done: Statement) -> int:
    """1 where a listing is incomplete, 4 where there is a remainder, else 0."""
    if done.holes:
        return 1
    return 4 if done.remainder or not done.adds_up else 0


def earned_on_affihub(one: Account) -> Decimal | None:
    """What Affihub says a person earned in all; None where this run was not told."""
    return one.partner.earned.total if one.partner and one.partner.earned else None


def firm_on_affihub(one: Account) -> Decimal | None:
    """What of it is approved or paid."""
    return one.partner.earned.firm if one.partner and one.partner.earned else None


def difference(one: Account) -> Decimal | None:
    """Whop's earnings less Affihub's; None where one of them is unknown. No error, see CAVEATS."""
    whop, affihub = one.person.earnings_usd, earned_on_affihub(one)
    return None if whop is None or affihub is None else whop - affihub


def rate_word(pays: Pays) -> str:
    """A rate as it is counted: a percentage, or why there is none."""
    match pays:
        case None:
            return "default"
        case Untold.ABSENT:
            return "not read"
        case Untold.UNREADABLE:
            return "unreadable"
        case Inexpressible():
            return "not one rate"
        case _:
            return f"{rate_text(pays)} %"


def _statuses(accounts: Iterable[Account]) -> tuple[Count, ...]:
    """Everybody in each book by that book's own word."""
    groups: defaultdict[tuple[Book, str], list[Account]] = defaultdict(list)
    for one in accounts:
        if one.affiliate:
            groups[Book.WHOP, one.affiliate.status or "no status"].append(one)
        if one.partner:
            groups[Book.AFFIHUB, one.partner.status].append(one)
        if one.link:
            agreed = one.link.status.value if one.link.status else None
            groups[Book.MAPPING, agreed or "never agreed"].append(one)
    return _counts(groups)


def _rates(accounts: Iterable[Account]) -> tuple[Count, ...]:
    """Who is on in each book, by rate: nobody who is off is paid."""
    groups: defaultdict[tuple[Book, str], list[Account]] = defaultdict(list)
    for one in accounts:
        if one.affiliate and one.whop is Meaning.ON:
            groups[Book.WHOP, rate_word(one.whop_pays)].append(one)
        if one.partner and one.affihub is Meaning.ON:
            groups[Book.AFFIHUB, rate_word(one.affihub_pays)].append(one)
        if one.link and one.link.status and one.link.status.value == Meaning.ON:
            groups[Book.MAPPING, _agreed_rate(one)].append(one)
    return _counts(groups)


def _agreed_rate(one: Account) -> str:
    base = one.link.commission if one.link else None
    if base is None:
        return "never agreed"
    return "default" if base.value is None else f"{base.value} %"


def _counts(groups: Mapping[tuple[Book, str], Sequence[Account]]) -> tuple[Count, ...]:
    books = list(Book)
    ordered = sorted(groups, key=lambda key: (books.index(key[0]), -len(groups[key]), key[1]))
    return tuple(
        Count(
            book,
            word,
            len(groups[book, word]),
            monthly(groups[book, word]),
            total(one.person.earnings_usd for one in groups[book, word]),
            total(earned_on_affihub(one) for one in groups[book, word]),
        )
        for book, word in ordered
    )
