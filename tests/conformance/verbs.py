"""People to ask about, and every verb of the ports as a run calls it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from connectors.sandbox.world import World
from sync.core.ports import AffihubWrites, NewOverride, NewPartner, WhopWrites
from sync.core.record import Side, Stamp
from tests.conformance.ways import Ground

Shown = Literal["nowhere", "enrollment", "member"]
"""Where Whop shows a user's address."""
STAMP = Stamp("aff_1", "user_1")
NEW = NewPartner("new@example.org", ("new", "new-7f"), "Nora", "Nu", STAMP)
REV_SHARE = NewOverride("rev_share", Decimal(25), revenue_basis="post_fees")


def unwatched(_records: int, _total: int | None) -> None:
    """Nobody watches the pages."""


def enlist(
    world: World, username: str, status: str | None = "active", *, shown: Shown = "nowhere"
) -> str:
    """Somebody becomes an affiliate; answers the affiliate's id."""
    user = world.whop.add_user(f"{username}@example.org", username.title(), username)
    if shown != "nowhere":
        world.whop.show_email(user.id, shown)
    return world.whop.add_affiliate(user.id, status).id


@dataclass(frozen=True, slots=True)
class Cast:
    """Somebody on both sides with a rate: the ids."""

    affiliate: str
    user: str
    override: str
    partner: str


def cast(world: World) -> Cast:
    """Jane is on both sides, somebody else is off; ``new@example.org`` has an account at Whop."""
    enlist(world, "off", "archived")
    world.affihub.add("off@example.org", "off", "deactivated")
    affiliate = enlist(world, "jane", shown="enrollment")
    world.whop.set_rate(affiliate, 20)
    world.whop.add_user("new@example.org", "Nora Nu", "nora")
    partner = world.affihub.add("jane@example.org", "jane", "active", commission_pct=Decimal(20))
    (override,) = world.whop.overrides_of(affiliate)
    return Cast(affiliate, world.whop.affiliates[affiliate].user_id, override.id, partner.id)


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb of a port, called about the cast.

    ``asks`` are the requests it takes where nothing goes wrong, the one that matters first.
    ``once`` marks the two whose request must never be repeated blindly.
    """

    side: Side
    name: str
    call: Callable[[Any, Cast], Awaitable[object]]
    asks: Sequence[str]
    writes: bool = False
    once: bool = False

    def __str__(self) -> str:
        return f"{self.side}.{self.name}"

    async def on(self, ground: Ground, cast: Cast, key: str | None = None) -> dict[str, int]:
        """Call it on a side of its own; answers the requests that took."""
        async with opened(ground, self.side, key) as side:
            await self.call(side, cast)
            return dict(side.requests())


def opened(ground: Ground, side: Side, key: str | None = None) -> Any:
    """A side for one run."""
    return ground.whop(key) if side is Side.WHOP else ground.affihub(key)


def _whop(
    name: str, call: Callable[[WhopWrites, Cast], Awaitable[object]], *asks: str, **more: bool
) -> Verb:
    return Verb(Side.WHOP, name, call, asks, **more)


def _affihub(
    name: str, call: Callable[[AffihubWrites, Cast], Awaitable[object]], *asks: str, **more: bool
) -> Verb:
    return Verb(Side.AFFIHUB, name, call, asks, **more)


PATCHED = ("update_partner", "get_partner")
VERBS = (
    _whop("snapshot", lambda w, c: w.snapshot(unwatched), "list_affiliates"),
    _whop("affiliate", lambda w, c: w.affiliate(c.affiliate), "retrieve_affiliate"),
    _whop("emails", lambda w, c: w.emails([c.user]), "list_product_affiliates"),
    _whop(
        "users_with_email",
        lambda w, c: w.users_with_email("jane@example.org"),
        "list_product_affiliates",
        "list_members",
    ),
    _whop("overrides", lambda w, c: w.overrides(c.affiliate), "list_overrides"),
    _whop("permissions", lambda w, c: w.permissions(), "check_permissions"),
    _whop(
        "create_affiliate",
        lambda w, c: w.create_affiliate("new@example.org"),
        "create_affiliate",
        writes=True,
    ),
    _whop("archive", lambda w, c: w.archive(c.affiliate), "archive_affiliate", writes=True),
    _whop("unarchive", lambda w, c: w.unarchive(c.affiliate), "unarchive_affiliate", writes=True),
    _whop(
        "create_override",
        lambda w, c: w.create_override(c.affiliate, REV_SHARE),
        "create_override",
        writes=True,
        once=True,
    ),
    _whop(
        "update_override",
        lambda w, c: w.update_override(c.affiliate, c.override, Decimal(30)),
        "update_override",
        writes=True,
    ),
    _whop(
        "delete_override",
        lambda w, c: w.delete_override(c.affiliate, c.override),
        "delete_override",
        writes=True,
    ),
    _affihub("snapshot", lambda a, c: a.snapshot(unwatched), "list_partners"),
    _affihub("partner", lambda a, c: a.partner(c.partner), "get_partner"),
    _affihub(
        "partners_with_email",
        lambda a, c: a.partners_with_email("jane@example.org"),
        "list_partners",
    ),
    _affihub(
        "create_partner",
        lambda a, c: a.create_partner(NEW),
        "create_partner",
        "get_partner",
        writes=True,
        once=True,
    ),
    _affihub(
        "set_status", lambda a, c: a.set_status(c.partner, "deactivated"), *PATCHED, writes=True
    ),
    _affihub(
        "set_commission",
        lambda a, c: a.set_commission(c.partner, Decimal("12.5")),
        *PATCHED,
        writes=True,
    ),
    _affihub("set_name", lambda a, c: a.set_name(c.partner, "Jo", "Do"), *PATCHED, writes=True),
    _affihub(
        "write_stamp",
        lambda a, c: a.write_stamp(c.partner, STAMP),
        "update_partner",
        "get_partner",
        "get_partner",
        writes=True,
    ),
)
"""Every verb there is; a test compares them with the ports."""
