"""From Whop's users to their addresses, with as few requests as can be (api/whop.md section 4).

An affiliate tells no email. Product affiliates tell them by the page, newest first; members can be
asked for by user id, 50 at a time. For K users this takes about K/50 requests and one.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Final

from connectors.transport import Params, together
from connectors.whop.paging import Listing, Pages, Walk
from connectors.whop.pins import CURRENT_ONLY, members_fields
from connectors.whop.wire import ADDRESSES, WirePage
from sync.core.ports import Emails
from sync.core.record import email_key
from sync.errors import NotFound, PermissionMissing, Rejected

CHUNK: Final = 50
"""User ids in one request for members; the most is not published, 50 keeps one page."""
CLOSED: Final = (NotFound, PermissionMissing, Rejected)
"""Refusals that mean: addresses cannot be read from this endpoint, with this key and pin."""


@dataclass(slots=True)
class Search:
    """Who is wanted and what was found so far. Pure: pages in, addresses out.

    ``people`` counts the users told of, wanted or not, ``shown`` those told with an address.
    """

    wanted: frozenset[str]
    found: dict[str, dict[str, str]] = field(default_factory=dict)
    answers: int = 0
    people: int = 0
    shown: int = 0

    @property
    def unknown(self) -> Sequence[str]:
        """Who is wanted and not found yet."""
        return sorted(self.wanted - self.found.keys())

    @property
    def over(self) -> bool:
        """Whether everybody who is wanted was found; asked after each of many pages."""
        return len(self.found) == len(self.wanted)

    def take(self, page: WirePage) -> int:
        """Note a page's addresses; answers how many wanted users it was the first to tell of."""
        before = len(self.found)
        self.answers += 1
        for user_id, address in _told(page):
            self.people += 1
            if address:
                self.shown += 1
                self._note(user_id, address)
        return len(self.found) - before

    def result(self) -> Emails:
        """What was found.

        Users without a single address among them are what a key without ``member:email:read`` is
        shown: that counts as not readable, like no endpoint that answers.
        """
        found = {id_: tuple(sorted(self.found.get(id_, {}).values())) for id_ in self.wanted}
        return Emails(found, readable=self.answers > 0 and (self.shown > 0 or not self.people))

    def _note(self, user_id: str, address: str) -> None:
        if user_id in self.wanted:
            self.found.setdefault(user_id, {}).setdefault(email_key(address), address)


class Addresses:
    """Asks both endpoints that tell addresses."""

    def __init__(self, pages: Pages, company_id: str, api_version: str) -> None:
        self._pages = pages
        company, self._ids_field = members_fields(api_version)
        self._members = (company, company_id)
        self._enrolled = (CURRENT_ONLY, company_id)

    async def of_users(self, user_ids: Collection[str]) -> Emails:
        """The addresses of these users; nobody asked for is no request."""
        search = Search(frozenset(user_ids))
        if not search.wanted:
            return Emails({}, readable=True)
        await self._sweep(search)
        await self._ask_members(search)
        return search.result()

    async def holders(self, email: str) -> tuple[str, ...]:
        """The users shown with exactly this address, whatever the search takes for a match."""
        query = ("query", email.strip())
        listings = (self._enrollments(query), self._memberships([query]))
        told = await together(self._people(listing) for listing in listings)
        key = email_key(email)
        matching = {id_ for people in told for id_, one in people if one and email_key(one) == key}
        return tuple(sorted(matching))

    async def _sweep(self, search: Search) -> None:
        """Product affiliates by the page, as long as that is cheaper than asking for members."""
        allowed = ceil(len(search.wanted) / CHUNK)
        walk = Walk()
        try:
            while not walk.ended and not search.over:
                page = await self._pages.page(self._enrollments(), walk.cursor)
                gained = search.take(page)
                walk.step(page, fresh=bool(page.data))
                if gained < CHUNK and _pages_of(page) > allowed:
                    return
        except CLOSED:
            return

    async def _ask_members(self, search: Search) -> None:
        unknown = search.unknown
        chunks = [unknown[start : start + CHUNK] for start in range(0, len(unknown), CHUNK)]
        # The first one alone: where the endpoint is closed, one request finds out.
        if chunks and await self._ask_chunk(search, chunks[0]):
            await together(self._ask_chunk(search, chunk) for chunk in chunks[1:])

    async def _ask_chunk(self, search: Search, user_ids: Sequence[str]) -> bool:
        listing = self._memberships([(self._ids_field, id_) for id_ in user_ids], CHUNK)
        return await self._follow(listing, search.take)

    async def _people(self, listing: Listing) -> Sequence[tuple[str, str | None]]:
        told: list[tuple[str, str | None]] = []
        await self._follow(listing, lambda page: told.extend(_told(page)))
        return told

    async def _follow(self, listing: Listing, take: Callable[[WirePage], object]) -> bool:
        """Every page of a listing; False where the endpoint is closed to us."""
        walk = Walk()
        try:
            while not walk.ended:
                page = await self._pages.page(listing, walk.cursor)
                take(page)
                walk.step(page, fresh=bool(page.data))
        except CLOSED:
            return False
        return True

    def _enrollments(self, *more: tuple[str, str]) -> Listing:
        params = [self._enrolled, *more]
        return Listing("list_product_affiliates", ("product_affiliates",), params)

    def _memberships(self, more: Params, size: int | None = None) -> Listing:
        return Listing("list_members", ("members",), [self._members, *more], size)


def _told(page: WirePage) -> Sequence[tuple[str, str | None]]:
    """Users and their addresses; rows about no user, or in no known shape, tell of nobody."""
    return [(row.user.id, row.address) for row in ADDRESSES.read(page.data).read if row.user]


def _pages_of(page: WirePage) -> float:
    """How many pages like this one there are; without end where nobody counts them."""
    if page.total_count is None:
        return float("inf")
    return ceil(page.total_count / max(1, len(page.data)))
