"""Where a pair ends: both sides, and the mapping between them, by address."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from connectors.sandbox.world import Write
from sync.core.plan import Base, Link
from sync.core.ports import Known
from sync.selftest.ground.ground import Ground
from sync.selftest.ground.program import PAIR
from sync.selftest.laws.sides import Standing, differences, folded, standing
from sync.state.store import open_store

CREATES: Final = frozenset({"create_affiliate", "create_partner"})


@dataclass(frozen=True, slots=True)
class End:
    """Where both sides stand, what the state links, and how many writes it has not settled."""

    sides: Standing
    links: frozenset[str]
    unsettled: int


def end_of(here: Ground) -> End:
    """Where this pair stands now."""
    with open_store(here.state, clock=here.clock) as store:
        known = store.known(PAIR, here.clock())
        unsettled = len(store.open_intents(PAIR))
    return End(standing(here.world), frozenset(_links(here, known)), unsettled)


def other_end(expected: End, seen: End) -> Iterator[str]:
    """A sentence for each thing in which one end is not the other."""
    yield from differences(expected.sides, seen.sides)
    for link in sorted(expected.links - seen.links):
        yield f"expected the link {link}"
    for link in sorted(seen.links - expected.links):
        yield f"saw the link {link}"
    if seen.unsettled:
        yield f"{seen.unsettled} writes of which the state does not know what came of them"


def made_twice(writes: Iterable[Write]) -> Iterator[str]:
    """A sentence for each person who was created more than once on a side."""
    created = Counter(
        (write.side, folded(write.email or write.id))
        for write in writes
        if write.operation in CREATES
    )
    for (side, email), count in sorted(created.items()):
        if count > 1:
            yield f"{email} was created {count} times on {side.brand}"


def _links(here: Ground, known: Known) -> Iterator[str]:
    whop, affihub = here.world.whop, here.world.affihub
    for link in known.links:
        user, partner = whop.users.get(link.user_id), affihub.partners.get(link.affihub_id)
        names = (user.email if user else None, partner.email if partner else None)
        yield f"of {names[0]} and {names[1]} ({_agreed(link)})"


def _agreed(link: Link) -> str:
    return f"status {_base(link.status)}, rate {_base(link.commission)}, name {_base(link.name)}"


def _base(base: Base | None) -> str:
    return "not agreed" if base is None else f"{base.value} as {base.whop} and {base.affihub}"
