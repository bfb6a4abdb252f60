"""Whop without HTTP."""

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from functools import partial
from typing import Final, TypeVar

from connectors.sandbox.faults import Faults
from connectors.sandbox.gate import Refusal
from connectors.sandbox.world import World
from sync.core.ports import Emails, NewOverride, OnPage
from sync.core.record import Affiliate, Override, Side, Snapshot, email_key
from sync.errors import NotFound, PermissionMissing, Rejected
from tests.fakes.calls import Calls, Why, never
from tests.fakes.told import affiliate, override
from tests.fakes.whop_acts import Shown, WhopActs

T = TypeVar("T")
PAGE: Final = 100
CHUNK: Final = 50
READ: Final = "affiliate:basic:read"
NEEDS: Final[Mapping[str, str | None]] = {
    "create_affiliate": "affiliate:create",
    "create_override": "affiliate:create",
    "archive_affiliate": "affiliate:update",
    "unarchive_affiliate": "affiliate:update",
    "update_override": "affiliate:update",
    "delete_override": "affiliate:update",
    "list_members": "member:basic:read",
    "check_permissions": None,
}
"""The permission an operation asks for, where it is another one than for reading affiliates."""
GRANTS: Final = (READ, "affiliate:create", "affiliate:update", "member:basic:read")
ASKED_ABOUT: Final = (*GRANTS, "member:email:read")
CLOSED: Final = (NotFound, PermissionMissing, Rejected)


class FakeWhop:
    """Implements ``sync.core.ports.WhopWrites``; ``key`` None is the one that is right now."""

    def __init__(
        self, world: World, faults: Faults | None = None, why: Why = never, key: str | None = None
    ) -> None:
        self._world = world
        self._acts = WhopActs(world)
        self._calls = Calls(Side.WHOP, faults or Faults(), why)
        self._key = key or world.whop.key

    def requests(self) -> Mapping[str, int]:
        return dict(self._calls.sent)

    async def snapshot(self, on_page: OnPage) -> Snapshot[Affiliate]:
        told: dict[str, Affiliate] = {}
        for start in range(0, max(1, len(self._world.whop.affiliates)), PAGE):
            for one in await self._ask("list_affiliates", partial(self._page, start)):
                told[one.id] = one
            on_page(len(told), None)
        records = {id_: one for id_, one in told.items() if not one.is_marketplace}
        return Snapshot(Side.WHOP, records)

    async def affiliate(self, whop_id: str) -> Affiliate:
        return await self._ask(
            "retrieve_affiliate", lambda: affiliate(self._world, self._acts.affiliate(whop_id))
        )

    async def overrides(self, whop_id: str) -> tuple[Override, ...]:
        def held() -> list[Override]:
            one = self._acts.affiliate(whop_id)
            return [override(row) for row in self._world.whop.overrides_of(one.id)]

        return tuple(sorted(await self._ask("list_overrides", held), key=lambda one: one.id))

    async def permissions(self) -> Mapping[str, bool] | None:
        held = self._world.whop.permissions
        try:
            return await self._ask(
                "check_permissions", lambda: {name: name in held for name in ASKED_ABOUT}
            )
        except CLOSED:
            return None

    # Addresses

    async def emails(self, user_ids: Collection[str]) -> Emails:
        if not user_ids:
            return Emails({}, readable=True)
        lists = [await self._enrolled(user_ids)]
        unknown = sorted(set(user_ids) - _told(lists).keys())
        chunks = [unknown[start : start + CHUNK] for start in range(0, len(unknown), CHUNK)]
        lists += [await self._members(chunk) for chunk in chunks]
        found, answered = _told(lists), [shown for shown in lists if shown is not None]
        readable = bool(answered) and (bool(found) or not any(answered))
        return Emails({user: tuple(sorted(found.get(user, ()))) for user in user_ids}, readable)

    async def users_with_email(self, email: str) -> tuple[str, ...]:
        everybody = list(self._world.whop.users)
        found = _told([await self._enrolled(everybody), await self._members(everybody)])
        key = email_key(email)
        return tuple(sorted(user for user in found if key in map(email_key, found[user])))

    async def _enrolled(self, user_ids: Collection[str]) -> Shown | None:
        return await self._open("list_product_affiliates", lambda: self._acts.enrolled(user_ids))

    async def _members(self, user_ids: Collection[str]) -> Shown | None:
        return await self._open("list_members", lambda: self._acts.members(user_ids))

    async def _open(self, operation: str, act: Callable[[], Shown]) -> Shown | None:
        """What a list shows; None where it is closed to this key."""
        try:
            return await self._ask(operation, act)
        except CLOSED:
            return None

    # Writes

    async def create_affiliate(self, email: str) -> Affiliate:
        return await self._ask(
            "create_affiliate", lambda: affiliate(self._world, self._acts.enlist(email))
        )

    async def archive(self, whop_id: str) -> None:
        await self._switch("archive_affiliate", whop_id, "archived", self._acts.archive)

    async def unarchive(self, whop_id: str) -> None:
        await self._switch("unarchive_affiliate", whop_id, "active", self._acts.unarchive)

    async def _switch(
        self, operation: str, whop_id: str, status: str, act: Callable[[str], None]
    ) -> None:
        try:
            await self._ask(operation, lambda: act(whop_id))
        except Rejected:
            if (await self.affiliate(whop_id)).status != status:
                raise

    async def create_override(self, whop_id: str, new: NewOverride) -> None:
        await self._ask("create_override", lambda: self._acts.add(whop_id, new), once=True)

    async def update_override(self, whop_id: str, override_id: str, percent: Decimal) -> None:
        await self._ask("update_override", lambda: self._acts.change(whop_id, override_id, percent))

    async def delete_override(self, whop_id: str, override_id: str) -> None:
        try:
            await self._ask("delete_override", lambda: self._acts.remove(whop_id, override_id))
        except NotFound:
            return

    async def _ask(self, operation: str, act: Callable[[], T], *, once: bool = False) -> T:
        def guarded() -> T:
            if self._key != self._world.whop.key:
                raise Refusal(401, "Invalid or missing API key")
            needs = NEEDS.get(operation, READ)
            if needs and needs not in self._world.whop.permissions:
                raise Refusal(403, "You do not have permission to access this resource")
            return act()

        return await self._calls.make(operation, guarded, once=once)

    def _page(self, start: int) -> list[Affiliate]:
        rows = self._acts.ordered()[start : start + PAGE]
        return [affiliate(self._world, row) for row in rows]


def _told(lists: Collection[Shown | None]) -> dict[str, set[str]]:
    """The addresses the open lists show, without other spellings of the same one."""
    told: dict[str, dict[str, str]] = {}
    for shown in lists:
        for user_id, emails in (shown or {}).items():
            for email in filter(None, emails):
                told.setdefault(user_id, {}).setdefault(email_key(email), email.strip())
    return {user_id: set(emails.values()) for user_id, emails in told.items()}
