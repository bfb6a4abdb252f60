"""A person's history, out of what the state keeps; both sides are asked only who somebody is."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from sync.core.history import History, events
from sync.core.match import Evidence
from sync.core.plan import Field, Kind, Link, Person
from sync.core.ports import Clock, PastRow, Store
from sync.runs.explain import Someone
from sync.runs.linking import has_address, links_by_id
from sync.runs.undo import EVERY_ROW

IDS: Final = ("aff_", "par_")


@dataclass(frozen=True, slots=True)
class Whom:
    """A person by ids; either may be unknown."""

    whop_id: str | None
    affihub_id: str | None


def whom(store: Store, pair: str, clock: Clock, wanted: str) -> Whom | None:
    """Whom an id or the address of a linked person means; None where only the sides can tell."""
    known, wanted = store.known(pair, clock()), wanted.strip()
    links = links_by_id(known, wanted)
    if "@" in wanted:
        links = tuple(link for link in known.links if has_address(known, link, wanted))
    if len(links) == 1:
        return Whom(links[0].whop_id, links[0].affihub_id)
    for place, start in enumerate(IDS):
        ids = (wanted, None) if place == 0 else (None, wanted)
        if wanted.startswith(start) and store.history(pair, ids, 1):
            return Whom(*ids)
    return None


def of_someone(someone: Someone) -> Whom:
    """One of those whom ``sync.runs.explain.find`` found."""
    return Whom(someone.whop_id, someone.affihub_id)


def history(
    store: Store, pair: str, clock: Clock, who: Whom, field: Field | None = None
) -> History:
    """All that became of a person, or of one field."""
    past = _past(store, pair, who)
    ids = {who.whop_id, who.affihub_id, *_affiliates(past)} - {None}
    decisions = [
        one
        for one in store.decisions(pair)
        if ids & {one.decision.row.whop_id, one.decision.row.affihub_id}
    ]

    @cache
    def by(run_id: str) -> str:
        report = store.report(run_id, pair)
        return report.run.by if report else ""

    links = [one for one in store.known(pair, clock()).links if ids & {one.whop_id, one.affihub_id}]
    found = events(past, decisions, by)
    return History(
        pair=pair,
        person=_person(past, [one.decision.row.person for one in decisions]),
        whop_id=who.whop_id,
        affihub_id=who.affihub_id,
        events=tuple(one for one in found if field in (None, one.field)),
        notes=tuple(_notes(links, len(past))),
    )


def _past(store: Store, pair: str, who: Whom) -> list[PastRow]:
    """Every row about a person, also under the affiliates the link moved away from."""
    found = store.history(pair, (who.whop_id, who.affihub_id), EVERY_ROW)
    rows = {(one.run_id, one.row.key): one for one in found}
    for whop_id in _affiliates(found) - {who.whop_id}:
        for one in store.history(pair, (whop_id, None), EVERY_ROW):
            rows.setdefault((one.run_id, one.row.key), one)
    return list(rows.values())


def _affiliates(past: Iterable[PastRow]) -> set[str]:
    return {one.row.whop_id for one in past if one.row.whop_id} | {
        str(one.row.after) for one in past if one.row.kind is Kind.MOVE_LINK and one.row.after
    }


def _person(past: Iterable[PastRow], others: Iterable[Person]) -> Person:
    """Who this is, in the latest words there are."""
    latest = sorted(past, key=lambda one: one.at, reverse=True)
    return next((p for p in (*(one.row.person for one in latest), *others)), Person())


def _notes(links: Iterable[Link], rows: int) -> Iterable[str]:
    for link in links:
        if link.evidence == Evidence.BY_HAND:
            yield f"{link.whop_id} and {link.affihub_id} are linked by hand; when is not kept."
    if rows >= EVERY_ROW:
        yield f"Only the latest {EVERY_ROW:,} rows are told."
