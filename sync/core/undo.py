"""Taking back what a run wrote: which of its rows can be, which moved since, which cannot be."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sync.core.commission import Inexpressible, slot_rate
from sync.core.deciding import Words
from sync.core.decision import subject
from sync.core.effect import with_effect
from sync.core.guard import hold
from sync.core.inverse import (
    difference,
    inverse,
    is_redo,
    is_undo,
    left_behind,
    stays,
    takes_back,
    with_one_base,
    wrote,
)
from sync.core.partial import Basis, left_alone
from sync.core.people import subject_of
from sync.core.plan import Disposition, Expect, Field, Kind, Link, Outcome, Plan, Row
from sync.core.policy import Policy
from sync.core.ports import PastRow
from sync.core.reconcile import guard_facts
from sync.core.record import Gathered, Untold
from sync.core.sequence import in_order, wait_for_others
from sync.core.subject import Subject

NAMED: Final = 5
"""People named in one note."""


@dataclass(frozen=True, slots=True)
class Left:
    """A written row that stays as it is, and why (a part of a sentence)."""

    row: Row
    why: str


@dataclass(frozen=True, slots=True)
class Undoing:
    """What an undo would do: ``rows`` to apply, or stale where something moved since the run."""

    rows: tuple[Row, ...] = ()
    left: tuple[Left, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """A row that a run wrote and, if there is one, the latest row written over it since."""

    row: Row
    since: PastRow | None = None


@dataclass(frozen=True, slots=True)
class Now:
    """What an undo is decided on: both sides and the links as they are now, the settings."""

    gathered: Gathered
    links: Mapping[str, Link]
    by_partner: Mapping[str, Link]
    policy: Policy

    def link_of(self, row: Row) -> Link | None:
        """The link of a row's person; None where its two records are linked no more."""
        link = self.by_partner.get(row.affihub_id or "") or self.links.get(row.whop_id or "")
        whop_id = row.after if row.kind is Kind.MOVE_LINK else row.whop_id
        if link is None or whop_id not in (None, link.whop_id):
            return None
        return link if row.affihub_id in (None, link.affihub_id) else None

    def subject(self, link: Link) -> Subject:
        """A linked person as both sides show them now."""
        gathered = self.gathered
        affiliate = gathered.whop.records.get(link.whop_id)
        partner = gathered.affihub.records.get(link.affihub_id)
        overrides = gathered.overrides.get(link.whop_id)
        return subject_of(self.policy, affiliate, partner, link, overrides)


def now_of(gathered: Gathered, links: Iterable[Link], policy: Policy) -> Now:
    """Both sides and the links, asked by either id."""
    by_affiliate = {link.whop_id: link for link in links}
    by_partner = {link.affihub_id: link for link in by_affiliate.values()}
    return Now(gathered, by_affiliate, by_partner, policy)


def undo(done: Iterable[Done], now: Now, reason: str) -> Undoing:
    """The inverse of what was written; the same for any order it came in."""
    left: list[Left] = []
    people: defaultdict[str, list[Row]] = defaultdict(list)
    for fields in _by_field(done).values():
        able = [one for one in fields if _may_be_undone(one, now, left)]
        link = now.link_of(able[0].row) if able else None
        for row in _of_field(able, link, now, reason):
            people[row.identity].append(row)
    rows = [row for own in people.values() for row in _in_turn(own, now)]
    return Undoing(in_order(rows), tuple(left))


def _by_field(done: Iterable[Done]) -> Mapping[tuple[str, Field], list[Done]]:
    """Rows that wrote one field of one person, in the order they were written."""
    fields: defaultdict[tuple[str, Field], list[Done]] = defaultdict(list)
    for one in done:
        row = one.row
        fields[row.affihub_id or row.identity, row.field].append(one)
    return fields


def _may_be_undone(one: Done, now: Now, left: list[Left]) -> bool:
    why = stays(one.row, now.policy)
    if why is None and one.since and _took_back(one.since.row, one.row):
        why = f"run {one.since.run_id} took it back already"
    if why is not None:
        left.append(Left(one.row, why))
    return why is None


def _took_back(later: Row, row: Row) -> bool:
    values = (later.before, later.after) == (row.after, row.before)
    return values and later.side is row.side and takes_back(later)


def _of_field(done: Sequence[Done], link: Link | None, now: Now, reason: str) -> Iterator[Row]:
    """The inverse rows of one field of one person."""
    person = now.subject(link).person if link else None
    moved = _moved(done, link, now) if done else None
    for row in with_one_base([one.row for one in done]):
        made = inverse(row, now.policy.pair, person or row.person, link or _once(row), reason)
        yield _stale(made, moved) if moved else made


def _once(row: Row) -> Link:
    """Stands for the link two records once had."""
    return Link(row.whop_id or "", row.person.user_id or "", row.affihub_id or "", "")


def _stale(row: Row, moved: str) -> Row:
    return replace(row, disposition=Disposition.WAITING, outcome=Outcome.STALE, error=moved)


def _moved(done: Sequence[Done], link: Link | None, now: Now) -> str | None:
    """What became of a field since the run, as a sentence; None where it is as the run left it."""
    for one in done:
        if one.since and not (is_redo(one.since.row) and one.since.row.after == one.row.after):
            return f"Run {one.since.run_id} wrote it again since."
    if link is None:
        return "The two are not linked any more as they were."
    row, shown = done[0].row, now.subject(link).expect
    then = replace(row, expect=left_behind([one.row for one in done]))
    unseen = _unseen(link, row.field, now) or _nowhere_to_go(row, now)
    return unseen or difference(then, shown) or _off(row, shown)


def _nowhere_to_go(row: Row, now: Now) -> str | None:
    """Why a link cannot move back, where its affiliate is gone or somebody else's by now."""
    if row.kind is not Kind.MOVE_LINK:
        return None
    if row.before not in now.gathered.whop.records:
        return f"Whop does not show affiliate {row.before} now."
    return f"Affiliate {row.before} is linked again." if row.before in now.links else None


def _off(row: Row, now: Expect) -> str | None:
    """Why no rate is given back, where its person is off; one who comes back gets it first."""
    off = now.affihub_status == "deactivated" and now.whop_status != "active"
    if row.field is Field.COMMISSION and off and not is_undo(row):
        return "This person is off by now, and nobody who is off gets a rate."
    return None


def _unseen(link: Link, field: Field, now: Now) -> str | None:
    """Why nobody can tell how things are now, if nobody can."""
    whop, partner = now.gathered.whop, now.gathered.affihub.records.get(link.affihub_id)
    if link.whop_id not in whop.records and link.whop_id not in whop.gone:
        return "Whop does not show this person now."
    if partner is None:
        return "Affihub does not show this person now."
    if field is not Field.COMMISSION:
        return None
    overrides = now.gathered.overrides.get(link.whop_id)
    rate = None if overrides is None else slot_rate(overrides, now.policy.commission.slot)
    untold = overrides is None or isinstance(rate, Inexpressible)
    if untold or isinstance(partner.commission, Untold):
        return "No single rate can be read of this person now."
    return None


def _in_turn(rows: Iterable[Row], now: Now) -> Iterator[Row]:
    """One person's rows as they are written one after the other, each decided on the one before."""
    expect: Expect | None = None
    for row in in_order(rows):
        link = now.links.get(row.whop_id or "")
        if row.outcome or link is None:
            yield row
            continue
        expect = expect or now.subject(link).expect
        yield replace(row, expect=expect)
        expect = wrote(expect, row)


def take_back(done: Iterable[Done], reason: str, basis: Basis, plan: Plan) -> tuple[Plan, Undoing]:
    """The plan that undoes, in the place of the one decided, and what it is made of.

    Its rows go through the same guards; everything else is left alone.
    """
    undoing = undo(done, now_of(basis.gathered, basis.known.links, basis.policy), reason)
    words = Words(basis.known.decisions, basis.known.lately)
    mine = [words.silenced(with_effect(row)) for row in undoing.rows]
    rest = left_alone(_without(plan, mine), (), "An undo only undoes; the next sync sees to this.")
    facts = replace(
        guard_facts(basis.policy, basis.known, plan.links),
        approvals={row.key: words.approvals(row) for row in mine},
        today=basis.today,
    )
    held, verdicts = hold((*rest.rows, *mine), basis.policy.guards, facts, basis.waived)
    keys = {row.key for row in mine}
    rows = [words.told(r) if r.key in keys else r for r in wait_for_others(_off_first(held))]
    part = replace(
        rest,
        rows=in_order(rows),
        verdicts=(*plan.verdicts, *verdicts),
        notes=(*plan.notes, *_notes(undoing.left)),
        carries=words.carries(row for row in rows if row.key in keys),
    )
    return part, undoing


def _without(plan: Plan, undoing: Iterable[Row]) -> Plan:
    """The plan without what it says of the fields that are written back instead."""
    instead = {subject(row) for row in undoing if row.outcome is None}
    return replace(plan, rows=tuple(row for row in plan.rows if subject(row) not in instead))


def _off_first(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Rates that go back once their person is off again wait where that is not applied."""
    rows = tuple(rows)
    stay_on = {row.identity for row in rows if row.kind in _SWITCHING_OFF and _stays(row)}
    return tuple(_waiting(row) if row.identity in stay_on else row for row in rows)


_SWITCHING_OFF = (Kind.DEACTIVATE_PARTNER, Kind.ARCHIVE_AFFILIATE)


def _stays(row: Row) -> bool:
    return takes_back(row) and row.disposition is not Disposition.APPLY


def _waiting(row: Row) -> Row:
    open_ = takes_back(row) and row.disposition is Disposition.APPLY
    if not open_ or row.field is not Field.COMMISSION:
        return row
    reason = "Goes back once this person is off again."
    return replace(row, disposition=Disposition.WAITING, rule="off-first", reason=reason)


def _notes(left: Iterable[Left]) -> Iterator[str]:
    """What stays as it is, and why: told before anything is done."""
    sorts: defaultdict[tuple[Kind, str], list[str]] = defaultdict(list)
    for one in left:
        sorts[one.row.kind, one.why].append(one.row.person.label)
    for (kind, why), names in sorts.items():
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        told = f"{', '.join(names[:NAMED])}{more}"
        yield f"Not undone, {len(names)} x {kind}: {why} ({told})."
