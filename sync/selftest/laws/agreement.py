"""Whether people who differ are told about, and whether those a person must decide on are left."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from connectors.sandbox.world import World
from sync.core.record import Side
from sync.selftest.ground.program import Told
from sync.selftest.laws.sides import Standing, differences, differing, folded

FOR_A_PERSON: Final = ("conflict", "break")
"""Dispositions of rows in which a person must choose."""


def unlisted(world: World, told: Told) -> Iterator[str]:
    """A sentence for each linked person who differs on the two sides and is not in the report."""
    listed = _ids(told.rows) | _ids(_alone(told))
    for one in differing(world):
        ids = {one.who.affiliate.id, one.who.partner.id}
        if not ids & listed:
            yield f"{one.email} differs ({one.what}) and the report says nothing of it"


def touched(emails: Iterable[str], before: Standing, after: Standing) -> Iterator[str]:
    """A sentence for each of these people who does not stand where they stood."""
    theirs = {(side, folded(email)) for email in emails for side in Side}
    yield from differences(_of(before, theirs), _of(after, theirs))


def unasked(emails: Iterable[str], world: World, told: Told) -> Iterator[str]:
    """A sentence for each of these people about whom the report asks nobody."""
    asked = _ids(row for row in told.rows if row["disposition"] in FOR_A_PERSON)
    for email in sorted(map(folded, emails)):
        if not asked & _ids_of(world, email):
            yield f"the report asks nobody to decide about {email}"


def undecided(world: World) -> tuple[str, ...]:
    """Whose statuses differ at first sight: nobody knows who moved, so a person must say."""
    return tuple(one.email for one in differing(world) if not one.is_about_rates)


def _ids_of(world: World, email: str) -> set[str]:
    affiliates = {affiliate.id for affiliate in world.whop.affiliates_of(email)}
    return affiliates | {partner.id for partner in world.affihub.partners_of(email)}


def _of(standing: Standing, people: set[tuple[Side, str]]) -> Standing:
    return {who: records for who, records in standing.items() if who in people}


def _alone(told: Told) -> Iterator[Mapping[str, Any]]:
    for alone in told.document["unmatched"].values():
        yield from alone


def _ids(rows: Iterable[Mapping[str, Any]]) -> set[str]:
    """Every record that rows, or people who are alone, name."""
    return {str(row.get(name)) for row in rows for name in ("whop_id", "affihub_id", "id")} - {
        "None"
    }
