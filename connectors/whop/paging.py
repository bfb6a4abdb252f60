"""Whop's pages: asked for by cursor until the last one says so (api/whop.md section 2)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from connectors.transport import Answer, Params, Path, Reader
from connectors.whop.wire import PAGE, WirePage
from sync.core.record import Side
from sync.errors import Malformed, Rejected

T = TypeVar("T")

PAGE_SIZE: Final = 100
SAFE_PAGE_SIZE: Final = 50
"""What is known to be served: the most is not published, and 100 may be refused."""
BAD_REQUEST: Final = frozenset({400, 422})


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing to ask for: its operation, path and filters; ``size`` rows a page, None = most."""

    operation: str
    path: Path
    params: Params = ()
    size: int | None = None


@dataclass(slots=True)
class Walk:
    """Where following the cursors stands. Pure: pages in, the next cursor out.

    ``flaw`` says why the listing cannot be taken for whole, once it cannot.
    """

    cursor: str | None = None
    ended: bool = False
    flaw: str | None = None
    _seen: set[str] = field(default_factory=set)

    def step(self, page: WirePage, *, fresh: bool) -> None:
        """Go past a page; ``fresh``: it had something not seen before.

        A listing that repeats itself would never end, so that ends it too.
        """
        following = page.page_info.end_cursor
        if not page.page_info.has_next_page:
            self.ended = True
        elif not following:
            self._give_up("said there was more without saying where")
        elif following in self._seen:
            self._give_up("sent the same page twice")
        elif not fresh:
            self._give_up("went on with nothing new in it")
        else:
            self._seen.add(following)
            self.cursor = following

    def _give_up(self, flaw: str) -> None:
        self.ended = True
        self.flaw = flaw


class Pages:
    """Asks for pages; learns for each listing whether Whop takes the large size."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._sizes: dict[str, int] = {}

    async def page(self, listing: Listing, cursor: str | None = None) -> WirePage:
        """The page after the cursor, or the first one."""
        size = listing.size or self._sizes.get(listing.operation, PAGE_SIZE)
        try:
            return await self._ask(listing, cursor, size)
        except Rejected as error:
            if cursor or size <= SAFE_PAGE_SIZE or error.status not in BAD_REQUEST:
                raise
        self._sizes[listing.operation] = SAFE_PAGE_SIZE
        return await self._ask(listing, cursor, SAFE_PAGE_SIZE)

    async def rows(self, listing: Listing) -> Sequence[object]:
        """Every row of a listing; ``Malformed`` where it does not come to an end."""
        rows: list[object] = []
        walk = Walk()
        while not walk.ended:
            page = await self.page(listing, walk.cursor)
            walk.step(page, fresh=bool(page.data))
            rows += page.data
        if walk.flaw:
            text = f"Whop's listing for {listing.operation} {walk.flaw}. Run again later."
            raise Malformed(text, side=Side.WHOP, operation=listing.operation)
        return rows

    async def _ask(self, listing: Listing, cursor: str | None, size: int) -> WirePage:
        params = [*listing.params, ("first", str(size))]
        if cursor:
            params.append(("after", cursor))
        return await self._reader.get(listing.operation, listing.path, _page_of, params)


def _page_of(answer: Answer) -> WirePage:
    return answer.shaped(PAGE)
