"""Affihub's verbs: what each asks for, and what it makes of the answer (api/affihub.md)."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from connectors.affihub.create import Creation
from connectors.affihub.listing import LIST, Partners
from connectors.affihub.wire import PARTNER, WirePartner, stamped
from connectors.transport import (
    REAL_WORLD,
    Access,
    Allowance,
    Answer,
    Counting,
    Reader,
    Sleep,
    Surroundings,
    Writer,
    open_reader,
    open_writer,
    whole,
)
from sync.core.ports import CreatedPartner, NewPartner, OnPage
from sync.core.record import Partner, Side, Snapshot, Stamp, email_key
from sync.errors import Malformed, Rejected

CONCURRENCY: Final = 4
"""Requests under way at once; no limit is documented, so few (api/affihub.md section 5, 8)."""
DECIMALS: Final = 2
UPDATE: Final = "update_partner"


@dataclass(frozen=True, slots=True, kw_only=True)
class AffihubAccess:
    """One program at Affihub and how to reach it; its key is the only name of the program."""

    api_key: str = field(repr=False)
    base_url: str = "https://api.affihub.com/api/v1"
    requests_per_minute: int = 300
    key_source: str = "the configuration"

    @property
    def access(self) -> Access:
        """The same for the transport."""
        return Access(
            side=Side.AFFIHUB,
            base_url=self.base_url,
            api_key=self.api_key,
            allowance=Allowance(self.requests_per_minute, Counting.PER_KEY),
            concurrency=CONCURRENCY,
            key_source=self.key_source,
            hints={LIST: "Look at base_url as well."},
        )


class AffihubReader:
    """Implements ``sync.core.ports.AffihubReads``."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._partners = Partners(reader)

    async def snapshot(self, on_page: OnPage) -> Snapshot[Partner]:
        """Every partner of the program; order never matters."""
        return (await self._partners.every(on_page)).snapshot()

    async def partner(self, affihub_id: str) -> Partner:
        """One partner with its stamp; ``NotFound`` where Affihub has none."""
        return (await self._wire_partner(affihub_id)).record()

    async def partners_with_email(self, email: str) -> tuple[Partner, ...]:
        """Every partner whose address equals this one (``email_key``), searched on all pages.

        ``Malformed`` where none was found and the search could not be read to its end: absence
        would be a guess.
        """
        key = email_key(email)
        found: dict[str, Partner] = {}
        # Whether the search heeds letter case is not known, so the folded form is asked for too.
        for text in dict.fromkeys((email.strip(), key)):
            told = await self._search(text)
            found |= {one.id: one for one in told if email_key(one.email) == key}
        return tuple(found[id_] for id_ in sorted(found))

    async def partners_with_slug(self, slug: str) -> tuple[Partner, ...]:
        """Every partner with this slug, whatever its letter case."""
        told = await self._search(slug)
        return tuple(one for one in told if one.slug.casefold() == slug.casefold())

    def requests(self) -> Mapping[str, int]:
        """Requests sent so far in this run, by operation."""
        return self._reader.requests()

    async def _search(self, text: str) -> list[Partner]:
        """Whatever the search finds for a text, on all pages; loose, so the caller filters."""
        listed = await self._partners.matching([("search", text)], _unwatched)
        if listed.flaw:
            told = f"Affihub's search for a partner cannot be taken for whole: it {listed.flaw}."
            raise Malformed(told, side=Side.AFFIHUB, operation=LIST)
        return list(listed.records.values())

    async def _wire_partner(self, affihub_id: str) -> WirePartner:
        def read(answer: Answer) -> WirePartner:
            told = answer.shaped(PARTNER)
            if told.id != affihub_id:
                raise answer.malformed("is about somebody else")
            return told

        return await self._reader.get("get_partner", ("partners", affihub_id), read)


class AffihubWriter(AffihubReader):
    """Implements ``sync.core.ports.AffihubWrites``.

    What a write is answered with is not documented, so any success counts and the partner is read
    again (api/affihub.md section 5, 5).
    """

    def __init__(self, writer: Writer, sleep: Sleep) -> None:
        super().__init__(writer)
        self._writer = writer
        self._sleep = sleep

    async def create_partner(self, new: NewPartner) -> CreatedPartner:
        """Create, or find the partner whose address made the server refuse.

        Never sent twice blindly: a lost answer is looked up by address, twice with a pause.
        """
        return await Creation(new, self._writer, self, self._sleep).made()

    async def set_status(self, affihub_id: str, status: str) -> Partner:
        """Set the status: active or deactivated."""
        return await self._patch(affihub_id, {"status": status})

    async def set_commission(self, affihub_id: str, percent: Decimal | None) -> Partner:
        """Set the custom rate; None asks for the program default again.

        ``Rejected`` for more than two decimals, which Affihub is not known to keep (section 5, 17).
        """
        if percent is not None and percent != round(percent, DECIMALS):
            text = f"A rate with more than {DECIMALS} decimals is not sent to Affihub."
            raise Rejected(text, side=Side.AFFIHUB, operation=UPDATE)
        rate = None if percent is None else whole(percent)
        return await self._patch(affihub_id, {"commission_pct": rate})

    async def set_name(self, affihub_id: str, first_name: str, last_name: str) -> Partner:
        """Set both names."""
        return await self._patch(affihub_id, {"first_name": first_name, "last_name": last_name})

    async def write_stamp(self, affihub_id: str, stamp: Stamp) -> Partner:
        """Put our one key into the metadata, leaving every other key as it is.

        ``Rejected`` where the metadata is not shown: it cannot be sent back whole then, and
        whether the server merges is not known (section 5, 19).
        """
        told = await self._wire_partner(affihub_id)
        if told.record().stamp == stamp:
            return told.record()
        metadata = {} if told.metadata is None else told.metadata
        if "metadata" not in told.model_fields_set or not isinstance(metadata, dict):
            text = f"Affihub does not show the metadata of {affihub_id}, so no stamp was written."
            raise Rejected(text, side=Side.AFFIHUB, operation=UPDATE)
        return await self._patch(affihub_id, {"metadata": stamped(metadata, stamp)})

    async def _patch(self, affihub_id: str, body: Mapping[str, object]) -> Partner:
        await self._writer.patch(UPDATE, ("partners", affihub_id), Answer.acknowledged, body)
        return await self.partner(affihub_id)


def _unwatched(_records: int, _total: int | None) -> None:
    """Nobody watches a search."""


@asynccontextmanager
async def open_affihub_reader(
    access: AffihubAccess, around: Surroundings = REAL_WORLD
) -> AsyncIterator[AffihubReader]:
    """Affihub for one run that only reads; leaving waits for the requests in flight."""
    async with open_reader(access.access, around) as reader:
        yield AffihubReader(reader)


@asynccontextmanager
async def open_affihub_writer(
    access: AffihubAccess, around: Surroundings = REAL_WORLD
) -> AsyncIterator[AffihubWriter]:
    """Affihub for one run that may write; leaving waits for the requests in flight."""
    async with open_writer(access.access, around) as writer:
        yield AffihubWriter(writer, around.sleep)
