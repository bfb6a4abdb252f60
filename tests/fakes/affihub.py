"""Affihub without HTTP."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from decimal import Decimal
from functools import partial
from typing import Any, Final, TypeVar

from connectors.sandbox.affihub_records import Partner as Row
from connectors.sandbox.faults import Faults
from connectors.sandbox.gate import Refusal
from connectors.sandbox.world import World
from sync.core.ports import CreatedPartner, NewPartner, OnPage
from sync.core.record import Partner, Side, Snapshot, Stamp, email_key
from sync.errors import ApiError, NotFound, Rejected, Unavailable, Uncertain
from tests.fakes.affihub_acts import AffihubActs
from tests.fakes.calls import Calls, Why, never
from tests.fakes.told import detail, listed, stamped

T = TypeVar("T")
PAGE: Final = 100
SENDS: Final = 2
DECIMALS: Final = 2
UNPROVEN: Final = "Affihub's list of partners does not say how many there are."


class FakeAffihub:
    """Implements ``sync.core.ports.AffihubWrites``; ``key`` None is the one that is right now."""

    def __init__(
        self, world: World, faults: Faults | None = None, why: Why = never, key: str | None = None
    ) -> None:
        self._world = world
        self._acts = AffihubActs(world)
        self._calls = Calls(Side.AFFIHUB, faults or Faults(), why)
        self._key = key or world.affihub.key

    def requests(self) -> Mapping[str, int]:
        return dict(self._calls.sent)

    async def snapshot(self, on_page: OnPage) -> Snapshot[Partner]:
        counted = self._world.gaps.affihub_list_total == "given"
        told: dict[str, Partner] = {}
        for start in range(0, max(1, len(self._world.affihub.partners)), PAGE):
            for one in await self._ask("list_partners", partial(self._page, start)):
                told[one.id] = one
            on_page(len(told), len(self._world.affihub.partners) if counted else None)
        return Snapshot(Side.AFFIHUB, told, counted, None if counted else UNPROVEN)

    async def partner(self, affihub_id: str) -> Partner:
        return await self._ask("get_partner", lambda: detail(self._acts.partner(affihub_id)))

    async def partners_with_email(self, email: str) -> tuple[Partner, ...]:
        key = email_key(email)
        rows: list[Row] = []
        for _ in dict.fromkeys((email.strip(), key)):
            rows = await self._ask("list_partners", self._rows)
        found = [listed(row) for row in rows if email_key(row.email) == key]
        return tuple(sorted(found, key=lambda one: one.id))

    # Writes

    async def create_partner(self, new: NewPartner) -> CreatedPartner:
        for slug in new.slugs:
            if created := await self._invited(new, slug, SENDS):
                return created
        return self._calls.fail(Rejected, "create_partner", "every slug is taken")

    async def _invited(self, new: NewPartner, slug: str, sends: int) -> CreatedPartner | None:
        """Whoever has the address in the end; None where only the slug is taken."""
        try:
            made = await self._ask(
                "create_partner", lambda: self._acts.invite(new, slug), once=True
            )
        except (Uncertain, Rejected, NotFound) as trouble:
            there = await self._there(new, trouble)
            if there or self._world.affihub.partners.where("slug", slug):
                return there
            if sends == 1 or self._calls.why() or not isinstance(trouble, Uncertain):
                raise
            return await self._invited(new, slug, sends - 1)
        told = detail(made)
        with suppress(Unavailable, NotFound):
            told = await self.partner(made.id)
        return CreatedPartner(told, found=False)

    async def _there(self, new: NewPartner, trouble: ApiError) -> CreatedPartner | None:
        """Whoever has the address; doubt that cannot be looked into stays doubt."""
        in_doubt = isinstance(trouble, Uncertain)
        try:
            held = await self.partners_with_email(new.email)
        except Unavailable:
            if in_doubt:
                raise trouble from None
            raise
        if not held:
            return None
        nearest = min(held, key=lambda one: (one.email != new.email, one.id))
        partner = await self.partner(nearest.id)
        return CreatedPartner(partner, found=not (in_doubt and partner.stamp == new.stamp))

    async def set_status(self, affihub_id: str, status: str) -> Partner:
        return await self._edit(affihub_id, {"status": status})

    async def set_commission(self, affihub_id: str, percent: Decimal | None) -> Partner:
        if percent is not None and percent != round(percent, DECIMALS):
            self._calls.fail(Rejected, "update_partner", f"more than {DECIMALS} decimals")
        return await self._edit(affihub_id, {"commission_pct": percent})

    async def set_name(self, affihub_id: str, first_name: str, last_name: str) -> Partner:
        return await self._edit(affihub_id, {"first_name": first_name, "last_name": last_name})

    async def write_stamp(self, affihub_id: str, stamp: Stamp) -> Partner:
        told = await self.partner(affihub_id)
        if told.stamp == stamp:
            return told
        metadata = self._world.affihub.partners[affihub_id].metadata or {}
        return await self._edit(affihub_id, {"metadata": {**metadata, **stamped(stamp)}})

    async def _edit(self, affihub_id: str, changes: Mapping[str, Any]) -> Partner:
        await self._ask("update_partner", lambda: self._acts.edit(affihub_id, changes))
        return await self.partner(affihub_id)

    async def _ask(self, operation: str, act: Callable[[], T], *, once: bool = False) -> T:
        def guarded() -> T:
            if self._key != self._world.affihub.key:
                raise Refusal(401, "invalid API key")
            return act()

        return await self._calls.make(operation, guarded, once=once)

    def _page(self, start: int) -> list[Partner]:
        return [listed(row) for row in self._rows()[start : start + PAGE]]

    def _rows(self) -> list[Row]:
        return list(self._world.affihub.partners.values())
