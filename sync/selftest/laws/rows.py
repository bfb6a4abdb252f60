"""Whether a report is true: each row it calls applied is a write the sandbox saw, and no other."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from connectors.sandbox.world import World, Write
from sync.selftest.ground.program import Told, who
from sync.selftest.laws.sides import folded

Done = tuple[str, str, str]
"""A side, what was done there, and to whom."""

OPERATIONS: Final[Mapping[str, str]] = {
    "create_affiliate": "created",
    "create_partner": "created",
    "archive_affiliate": "switched",
    "unarchive_affiliate": "switched",
    "create_override": "rated",
    "update_override": "rated",
    "delete_override": "rated",
    "update_partner": "edited",
    "delete_partner": "edited",
}
"""What the sandbox's operations come to."""
KINDS: Final[Mapping[str, Mapping[str, str]]] = {
    "create-affiliate": {"whop": "created"},
    "create-partner": {"affihub": "created"},
    "archive-affiliate": {"whop": "switched"},
    "unarchive-affiliate": {"whop": "switched"},
    "activate-partner": {"affihub": "edited"},
    "deactivate-partner": {"affihub": "edited"},
    "fill-name": {"affihub": "edited"},
    "set-commission": {"whop": "rated", "affihub": "edited"},
    "remove-commission": {"whop": "rated", "affihub": "edited"},
}
"""What the kinds of rows come to, by the side they write to; the others write to none."""


def untrue(told: Told, world: World) -> Iterator[str]:
    """A sentence for each row that was not written, and for each write that no row tells."""
    rows = Counter(filter(None, (_claimed(row, world) for row in _applied(told))))
    writes = Counter(_seen(write) for write in world.writes)
    for (side, what, whom), count in sorted((rows - writes).items()):
        yield f"the report says {count} x {what} on {side} for {whom}; nothing like it was written"
    for (side, what, whom), count in sorted((writes - rows).items()):
        yield f"{count} x {what} on {side} for {whom}, of which the report says nothing"


def unplanned(plan: Told, done: Told) -> Iterator[str]:
    """A sentence for each row that was tried without being planned, or planned and lost.

    Not every planned row can be tried: one may be left to wait, by what the server said meanwhile.
    """
    planned = {row["key"]: row for row in plan.rows if row["disposition"] == "apply"}
    told = {row["key"]: row for row in done.rows}
    for key, row in planned.items():
        if key not in told:
            yield f"{row['kind']} for {who(row)} was planned, and the report has lost it"
        elif told[key]["outcome"] is None and told[key]["disposition"] == "apply":
            yield f"{row['kind']} for {who(row)} was planned and not tried"
    for key, row in told.items():
        if row["outcome"] and key not in planned:
            yield f"{row['kind']} for {who(row)} was tried and not planned"


def _applied(told: Told) -> Iterable[Mapping[str, Any]]:
    return (row for row in told.rows if row["outcome"] == "applied")


def _claimed(row: Mapping[str, Any], world: World) -> Done | None:
    """What a row that was applied says was done, None where it wrote to no side."""
    what = KINDS.get(row["kind"], {}).get(row["side"])
    return (row["side"], what, _whom(row, world)) if what else None


def _whom(row: Mapping[str, Any], world: World) -> str:
    """The address of the record a row writes to; what follows a create has only the person's."""
    if row["side"] == "whop" and row["whop_id"]:
        return folded(world.whop.user_of(row["whop_id"]).email or row["whop_id"])
    if row["side"] == "affihub" and row["affihub_id"]:
        return folded(world.affihub.partners[row["affihub_id"]].email)
    return folded(row["person"]["email"] or "")


def _seen(write: Write) -> Done:
    return (write.side.value, OPERATIONS[write.operation], folded(write.email or write.id))
