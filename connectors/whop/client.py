"""Whop's verbs: what each asks for, and what it makes of the answer (api/whop.md section 9)."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from connectors.transport import (
    REAL_WORLD,
    Access,
    Allowance,
    Answer,
    Counting,
    Reader,
    Sending,
    Surroundings,
    Writer,
    open_reader,
    open_writer,
    whole,
)
from connectors.whop.emails import Addresses
from connectors.whop.listing import Affiliates
from connectors.whop.paging import Listing, Pages
from connectors.whop.pins import company_field
from connectors.whop.wire import AFFILIATE, GRANTS, OVERRIDE, OVERRIDES
from sync.core.ports import Emails, NewOverride, OnPage
from sync.core.record import Affiliate, Override, Side, Snapshot
from sync.errors import Malformed, NotFound, PermissionMissing, Rejected

CONCURRENCY: Final = 8
"""Requests under way at once."""
READ: Final = "affiliate:basic:read"
CREATE: Final = "affiliate:create"
UPDATE: Final = "affiliate:update"
NEEDS: Final[Mapping[str, str]] = {
    "list_affiliates": READ,
    "retrieve_affiliate": READ,
    "list_overrides": READ,
    "list_product_affiliates": READ,
    "create_affiliate": CREATE,
    "create_override": CREATE,
    "archive_affiliate": UPDATE,
    "unarchive_affiliate": UPDATE,
    "update_override": UPDATE,
    "delete_override": UPDATE,
    "list_members": "member:basic:read",
}
"""The permission each operation asks for (api/whop.md section 9)."""
ASKED_ABOUT: Final = (READ, CREATE, UPDATE, "member:basic:read", "member:email:read")
"""What a start-up check asks about (api/whop.md section 5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhopAccess:
    """One company at Whop and how to reach it; ``requests_per_minute`` is per operation."""

    company_id: str
    api_key: str = field(repr=False)
    base_url: str = "https://api.whop.com/api/v1"
    api_version: str = "2025-01-01"
    requests_per_minute: int = 600
    key_source: str = "the configuration"

    @property
    def access(self) -> Access:
        """The same for the transport."""
        return Access(
            side=Side.WHOP,
            base_url=self.base_url,
            api_key=self.api_key,
            allowance=Allowance(self.requests_per_minute, Counting.PER_OPERATION),
            concurrency=CONCURRENCY,
            key_source=self.key_source,
            headers={"Api-Version-Date": self.api_version},
            needs=NEEDS,
            hints={"list_affiliates": "Look at company_id and base_url as well."},
        )


class WhopReader:
    """Implements ``sync.core.ports.WhopReads``."""

    def __init__(self, reader: Reader, access: WhopAccess) -> None:
        self._reader = reader
        self._pages = Pages(reader)
        self._company_id = access.company_id
        self._company = (company_field(access.api_version), access.company_id)
        self._addresses = Addresses(self._pages, access.company_id, access.api_version)

    async def snapshot(self, on_page: OnPage) -> Snapshot[Affiliate]:
        """Every affiliate of the company but the marketplace one; order never matters."""
        return await Affiliates(self._pages, self._company, on_page).snapshot()

    async def affiliate(self, whop_id: str) -> Affiliate:
        """One affiliate; ``NotFound`` where Whop has none."""

        def read(answer: Answer) -> Affiliate:
            told = _affiliate_of(answer)
            if told.id != whop_id:
                raise answer.malformed("is about somebody else")
            return told

        return await self._reader.get("retrieve_affiliate", ("affiliates", whop_id), read)

    async def emails(self, user_ids: Collection[str]) -> Emails:
        """The addresses of these users, in bulk (api/whop.md section 4)."""
        return await self._addresses.of_users(user_ids)

    async def users_with_email(self, email: str) -> tuple[str, ...]:
        """The ids of users Whop shows with exactly this address; () where none can be seen."""
        return await self._addresses.holders(email)

    async def overrides(self, whop_id: str) -> tuple[Override, ...]:
        """Every override of one affiliate, by id; ``Malformed`` where one cannot be read."""
        listing = Listing("list_overrides", ("affiliates", whop_id, "overrides"))
        rows = OVERRIDES.read(await self._pages.rows(listing))
        for incident in rows.incidents:
            text = f"Whop lists an override of {whop_id} in an unknown shape: {incident.reason}."
            raise Malformed(text, side=Side.WHOP, operation=listing.operation)
        told = {row.id: row.record() for row in rows.read}
        return tuple(told[id_] for id_ in sorted(told))

    async def permissions(self) -> Mapping[str, bool] | None:
        """What this key may do, by permission name; None where Whop does not answer that."""
        params = [("resource_id", self._company_id), ("actions", ",".join(ASKED_ABOUT))]
        try:
            return await self._reader.get("check_permissions", ("permissions",), _grants, params)
        except (NotFound, PermissionMissing, Rejected):
            return None

    def requests(self) -> Mapping[str, int]:
        """Requests sent so far in this run, by operation."""
        return self._reader.requests()


class WhopWriter(WhopReader):
    """Implements ``sync.core.ports.WhopWrites``."""

    def __init__(self, writer: Writer, access: WhopAccess) -> None:
        super().__init__(writer, access)
        self._writer = writer

    async def create_affiliate(self, email: str) -> Affiliate:
        """Create or find the affiliate of the user with this address; may bring back one.

        ``Rejected`` or ``NotFound`` where Whop knows no such user. Repeatable: the second time it
        finds what the first one made (api/whop.md section 2, Create).
        """
        body = dict([self._company, ("user_identifier", email)])
        return await self._writer.post(
            "create_affiliate", ("affiliates",), _affiliate_of, body, sending=Sending.REPEATABLE
        )

    async def archive(self, whop_id: str) -> None:
        """Archive; archiving the archived is no error."""
        await self._switch("archive_affiliate", whop_id, "archive", "archived")

    async def unarchive(self, whop_id: str) -> None:
        """Unarchive; unarchiving the active is no error."""
        await self._switch("unarchive_affiliate", whop_id, "unarchive", "active")

    async def create_override(self, whop_id: str, new: NewOverride) -> None:
        """Add an override; ``Uncertain`` where it may or may not have been added."""
        await self._writer.post(
            "create_override",
            ("affiliates", whop_id, "overrides"),
            _override_of,
            terms_of(whop_id, new),
            sending=Sending.ONCE,
        )

    async def update_override(self, whop_id: str, override_id: str, percent: Decimal) -> None:
        """Set the percentage of one override."""
        path = ("affiliates", whop_id, "overrides", override_id)
        body = {"commission_value": whole(percent)}
        await self._writer.patch("update_override", path, _override_of, body)

    async def delete_override(self, whop_id: str, override_id: str) -> None:
        """Delete one override; deleting the deleted is no error."""
        path = ("affiliates", whop_id, "overrides", override_id)
        with suppress(NotFound):
            await self._writer.delete("delete_override", path, Answer.json)

    async def _switch(self, operation: str, whop_id: str, verb: str, status: str) -> None:
        """Ask for a status; whatever else than ``true`` comes back, a look at the affiliate tells.

        What is answered where the status is already as asked is not known (api/whop.md section 2).
        """
        path, sending = ("affiliates", whop_id, verb), Sending.REPEATABLE
        try:
            done = await self._writer.post(operation, path, Answer.json, sending=sending)
        except Rejected:
            if (await self.affiliate(whop_id)).status != status:
                raise
            return
        if done is not True and (await self.affiliate(whop_id)).status != status:
            text = f"Whop answered {operation} with a success, but {whop_id} is not {status}."
            raise Rejected(text, side=Side.WHOP, operation=operation)


TERMS: Final[Mapping[str, Sequence[str]]] = {
    "standard": ("plan_id", "applies_to_payments"),
    "rev_share": ("product_id", "revenue_basis"),
}
"""The fields only one type of override has (api/whop.md section 3, Create)."""


def terms_of(whop_id: str, new: NewOverride) -> Mapping[str, object]:
    """The body of a new override: with the affiliate's id again, and without any null."""
    common = {
        "id": whop_id,
        "override_type": new.override_type,
        "commission_type": "percentage",
        "commission_value": whole(new.commission_value),
    }
    own = {name: getattr(new, name) for name in TERMS.get(new.override_type, ())}
    return common | {name: value for name, value in own.items() if value is not None}


def _affiliate_of(answer: Answer) -> Affiliate:
    return answer.shaped(AFFILIATE).record()


def _override_of(answer: Answer) -> Override:
    return answer.shaped(OVERRIDE).record()


def _grants(answer: Answer) -> Mapping[str, bool] | None:
    try:
        return {grant.action: grant.granted for grant in answer.shaped(GRANTS).data}
    except Malformed:
        return None


@asynccontextmanager
async def open_whop_reader(
    access: WhopAccess, around: Surroundings = REAL_WORLD
) -> AsyncIterator[WhopReader]:
    """Whop for one run that only reads; leaving waits for the requests in flight."""
    async with open_reader(access.access, around) as reader:
        yield WhopReader(reader, access)


@asynccontextmanager
async def open_whop_writer(
    access: WhopAccess, around: Surroundings = REAL_WORLD
) -> AsyncIterator[WhopWriter]:
    """Whop for one run that may write; leaving waits for the requests in flight."""
    async with open_writer(access.access, around) as writer:
        yield WhopWriter(writer, access)
