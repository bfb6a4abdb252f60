"""Ledgers: from what one side counts to what the other counts, every step explained.

Both ends are counted from the snapshots and the links alone, the steps from the accounts; a ledger
that does not come out (``gap``) convicts the statement itself.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sync.core.accounts import Account, Finding, Tie
from sync.core.grounds import By, Reason
from sync.core.ports import Known
from sync.core.record import Affiliate, Gathered, Partner, Side
from sync.core.status import Meaning, affihub_meaning, affihub_state, whop_meaning, whop_state

OFF_ON_BOTH = Reason(By.GONE, "Whop has no such affiliate any more, and the partner is off.")


@dataclass(frozen=True, slots=True)
class Sum:
    """Amounts added up; ``unknown`` counts the people whose amount nobody knows: no zeros."""

    known: Decimal = Decimal(0)
    unknown: int = 0


def total(amounts: Iterable[Decimal | None]) -> Sum:
    """The sum of what is known, and how many are not."""
    amounts = tuple(amounts)
    known = [amount for amount in amounts if amount is not None]
    return Sum(sum(known, Decimal(0)), len(amounts) - len(known))


def monthly(accounts: Iterable[Account]) -> Sum:
    """The monthly recurring revenue that Whop counts for these people, in US dollars."""
    return total(one.person.monthly_usd for one in accounts)


@dataclass(frozen=True, slots=True)
class End:
    """One end of a ledger: who was counted, how many, and their monthly revenue on Whop."""

    title: str
    people: int
    monthly: Sum


@dataclass(frozen=True, slots=True)
class Line:
    """A step: so many people (``sign`` +1 or -1) for one reason; None = nothing explains them."""

    title: str
    sign: int
    accounts: tuple[Account, ...]
    reason: Reason | None
    keys: tuple[str, ...] = ()

    @property
    def people(self) -> int:
        """How many, with the sign."""
        return self.sign * len(self.accounts)


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is tied out, from one count to the other."""

    name: str
    title: str
    start: End
    lines: tuple[Line, ...]
    end: End

    @property
    def explained(self) -> tuple[Line, ...]:
        """The steps with a reason."""
        return tuple(line for line in self.lines if line.reason)

    @property
    def unexplained(self) -> tuple[Line, ...]:
        """The steps without one."""
        return tuple(line for line in self.lines if not line.reason)

    @property
    def remainder(self) -> tuple[Account, ...]:
        """Everybody whom nothing explains."""
        return tuple(one for line in self.unexplained for one in line.accounts)

    @property
    def gap(self) -> int:
        """By how many people the steps miss the other end; 0 in every sound statement."""
        return self.start.people + sum(line.people for line in self.lines) - self.end.people


Step = tuple[str, int, Account, Reason | None]
"""Title, sign, who, why."""


def ledgers_of(accounts: Sequence[Account], gathered: Gathered, known: Known) -> tuple[Ledger, ...]:
    """Who is listed, who is on, what the mapping remembers of both, and who is paid the same."""
    links = len(known.links)
    linked = [one for one in accounts if one.link]
    return (
        _between_sides(
            ("listed", "Who is listed", "lists"),
            accounts,
            (len(gathered.whop.records), len(gathered.affihub.records)),
            lambda one, side: one.is_listed(side),
        ),
        _between_sides(
            ("on", "Who is on", "says on"),
            accounts,
            (_on_whop(gathered.whop.records.values()), _on_affihub(gathered)),
            lambda one, side: one.is_listed(side) and one.meaning(side) is Meaning.ON,
        ),
        _within_links(
            ("status", "Status of the linked", "Both sides and the mapping mean the same"),
            linked,
            links,
            lambda one: one.status,
        ),
        _within_links(
            ("rate", "Rates of the linked", "Both sides and the mapping hold the same rate"),
            linked,
            links,
            lambda one: one.rate,
        ),
    )


def _on_whop(affiliates: Iterable[Affiliate]) -> int:
    return sum(whop_meaning(whop_state(one.status)) is Meaning.ON for one in affiliates)


def _on_affihub(gathered: Gathered) -> int:
    partners: Iterable[Partner] = gathered.affihub.records.values()
    return sum(affihub_meaning(affihub_state(one.status)) is Meaning.ON for one in partners)


def _between_sides(
    named: tuple[str, str, str],
    accounts: Iterable[Account],
    counts: tuple[int, int],
    belongs: Callable[[Account, Side], bool],
) -> Ledger:
    """From Whop's count to Affihub's: less who is on Whop alone, plus who is on Affihub alone."""
    name, title, verb = named
    ours: dict[Side, list[Account]] = {side: [] for side in Side}
    steps: list[Step] = []
    for one in accounts:
        here = [side for side in Side if belongs(one, side)]
        for side in here:
            ours[side].append(one)
        if len(here) == 1:
            sign = -1 if here[0] is Side.WHOP else 1
            steps.append((f"{here[0].brand} only, {one.status.finding}", sign, one, _why(one)))
    whop, affihub = (
        End(f"{side.brand} {verb}", count, monthly(ours[side]))
        for side, count in zip(Side, counts, strict=True)
    )
    return Ledger(name, title, whop, tuple(_lines(steps)), affihub)


def _why(one: Account) -> Reason | None:
    """What explains that somebody is on one side only; who agrees is gone on Whop, and off."""
    return OFF_ON_BOTH if one.status.finding is Finding.SAME else one.status.reason


def _within_links(
    named: tuple[str, str, str],
    linked: Sequence[Account],
    links: int,
    tie: Callable[[Account], Tie],
) -> Ledger:
    """From everybody who is linked to those on whom both sides and the mapping agree."""
    name, title, agree = named
    same = [one for one in linked if tie(one).finding is Finding.SAME]
    steps = [
        (tie(one).finding.capitalize(), -1, one, tie(one).reason)
        for one in linked
        if tie(one).finding is not Finding.SAME
    ]
    start = End("Linked", links, monthly(linked))
    return Ledger(name, title, start, tuple(_lines(steps)), End(agree, len(same), monthly(same)))


def _lines(steps: Iterable[Step]) -> Iterator[Line]:
    """Steps that are the same for the same reason in one line; the largest first."""
    groups: defaultdict[tuple[str, int, str], list[tuple[Account, Reason | None]]]
    groups = defaultdict(list)
    for title, sign, one, reason in steps:
        groups[title, sign, told(reason)].append((one, reason))
    for (title, sign, _), members in sorted(groups.items(), key=_place):
        reasons = [reason for _, reason in members]
        keys = dict.fromkeys(reason.row.key for reason in reasons if reason and reason.row)
        yield Line(title, sign, tuple(one for one, _ in members), reasons[0], tuple(keys))


def _place(
    group: tuple[tuple[str, int, str], list[tuple[Account, Reason | None]]],
) -> tuple[int, bool, int, str, str]:
    (title, sign, why), members = group
    return sign, members[0][1] is None, -len(members), title, why


def told(reason: Reason | None) -> str:
    """A reason as people group it: what a row does and by which rule, or the sentence itself."""
    if reason is None:
        return ""
    row = reason.row
    return f"{row.kind}, {row.disposition}: {row.rule}" if row else reason.text
