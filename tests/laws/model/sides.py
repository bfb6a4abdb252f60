"""What both sides show of one person, and what the settings say: all that is decided on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, Literal

from sync.core.record import Side
from tests.stage.asking import stem
from tests.stage.people import People
from tests.stage.steps import Join

ABSENT: Final = "absent"
NULL: Final = "null"
Meaning = Literal["on", "off"]
MEANS: Final[Mapping[str, Meaning]] = {
    "active": "on",
    "invited": "on",
    "archived": "off",
    "deleted": "off",
    "deactivated": "off",
}
"""No other word means anything."""


@dataclass(frozen=True, slots=True)
class Sides:
    """One person as both sides have them now; rates are exact, None = none of their own.

    ``shown``: Whop lets the address be read. ``account``: Whop knows the address. ``listed`` are
    the sides that list the person's record.
    """

    whop: str = ABSENT
    affihub: str = ABSENT
    whop_rate: Decimal | None = None
    affihub_rate: Decimal | None = None
    whop_name: str = ""
    partner_name: str = ""
    shown: bool = True
    account: bool = True
    listed: frozenset[Side] = frozenset(Side)

    def word(self, side: Side) -> str:
        """A side's status word."""
        return self.whop if side is Side.WHOP else self.affihub

    def with_word(self, side: Side, word: str) -> "Sides":
        """The same with another status word on one side."""
        if side is Side.WHOP:
            return replace(self, whop=word)
        return replace(self, affihub=word)

    def has(self, side: Side) -> bool:
        """Whether a side has a record of the person."""
        return self.word(side) != ABSENT


def sides_of(people: People, join: Join) -> Sides:
    """Both sides of somebody who has one record on each at most."""
    who, world = join.name, people.world
    whop = _only(people, who, Side.WHOP)
    affihub = _only(people, who, Side.AFFIHUB)
    told: dict[str, Any] = {}
    if whop is not None:
        user = world.whop.users[whop.user_id]
        told |= {
            "whop": whop.status or NULL,
            "whop_rate": world.whop.rate(whop.id),
            "shown": world.whop.shows_email(user.id),
        }
    if affihub is not None:
        told |= {
            "affihub": affihub.status,
            "affihub_rate": affihub.commission_pct,
            "partner_name": " ".join(filter(None, (affihub.first_name, affihub.last_name))),
        }
    users = world.whop.users.where("email", join_address(join))
    unlisted = {side for side in Side if _ids(people, who, side) & people.unlisted}
    return Sides(
        **told,
        whop_name=(users[0].name or "").strip() if users else "",
        account=bool(users),
        listed=frozenset(set(Side) - unlisted),
    )


def join_address(join: Join) -> str:
    """The address somebody joined with, folded."""
    return join.email or f"{stem(join.name)}@example.com"


def _ids(people: People, who: str, side: Side) -> set[str]:
    table = people.world.whop.affiliates if side is Side.WHOP else people.world.affihub.partners
    return {i for i in table if people.ids.who(i) == who}


def _only(people: People, who: str, side: Side) -> Any:
    ids = _ids(people, who, side)
    assert len(ids) <= 1, f"{who} has {len(ids)} records on {side}: created twice"
    table: Any = (
        people.world.whop.affiliates if side is Side.WHOP else people.world.affihub.partners
    )
    return table[ids.pop()] if ids else None


@dataclass(frozen=True, slots=True)
class Terms:
    """What the settings decide; ``limits`` are rows per run by guard."""

    create_partners: bool = True
    create_affiliates: bool = True
    activate: bool = False
    first_link: str = "ask"
    reactivate: bool = False
    rates: str = "off"
    rates_first_link: str = "ask"
    limits: Mapping[str, int] | None = None

    def limit(self, guard: str) -> int:
        """How many rows of a guard's class may go in one run."""
        if guard == "reactivate" and not self.reactivate:
            return 0
        return (self.limits or {}).get(guard, DEFAULTS[guard])


DEFAULTS: Final[Mapping[str, int]] = {
    "create-partner": 3,
    "create-affiliate": 3,
    "deactivate": 3,
    "reactivate": 3,
    "commission": 3,
    "remove-commission": 0,
    "missing": 0,
}
"""Shares of a handful of people come to the floor, which is 3."""


def terms_of(settings: Mapping[str, Any]) -> Terms:
    """The settings of a stage, as far as they decide; limits there are whole numbers."""
    limits = {
        key.removeprefix("guards.").replace("_", "-"): int(value)
        for key, value in settings.items()
        if key.startswith("guards.")
    }
    return Terms(
        create_partners=settings.get("create.partners", True),
        create_affiliates=settings.get("create.affiliates", True),
        activate=settings.get("create.activate", False),
        first_link=settings.get("status.on_first_link", "ask"),
        reactivate=settings.get("status.reactivate", False),
        rates=settings.get("commission.sync", "off"),
        rates_first_link=settings.get("commission.on_first_link", "ask"),
        limits=limits,
    )
