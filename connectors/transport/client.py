"""What may be asked of a side: a ``Reader`` can only read, a ``Writer`` can write as well."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TypeVar

from connectors.transport.access import Access, Surroundings
from connectors.transport.answer import Read
from connectors.transport.line import Body, Call, Line, Params, Path, open_line
from connectors.transport.translate import Sending

T = TypeVar("T")


class Reader:
    """One side's API for reading; it has no write verb."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def get(self, operation: str, path: Path, read: Read[T], params: Params = ()) -> T:
        """GET; tried again as long as the policy allows."""
        return await self._line.call(Call(operation, "GET", path, params), read)

    def requests(self) -> Mapping[str, int]:
        """Requests sent so far, by operation."""
        return self._line.sent()


class Writer(Reader):
    """One side's API for reading and writing."""

    @property
    def stopping(self) -> bool:
        """Whether a stop is wanted: what was sent once is not sent once more."""
        return self._line.stopping

    async def post(
        self,
        operation: str,
        path: Path,
        read: Read[T],
        body: Body | None = None,
        *,
        sending: Sending,
    ) -> T:
        """POST; ``Uncertain`` where it must be sent once only and what came of it is not known."""
        return await self._line.call(Call(operation, "POST", path, (), body, sending), read)

    async def patch(self, operation: str, path: Path, read: Read[T], body: Body) -> T:
        """PATCH, always repeatable: it says how things are to be, not what to add."""
        return await self._line.call(Call(operation, "PATCH", path, (), body), read)

    async def delete(self, operation: str, path: Path, read: Read[T]) -> T:
        """DELETE, always repeatable."""
        return await self._line.call(Call(operation, "DELETE", path), read)


@asynccontextmanager
async def open_reader(access: Access, around: Surroundings) -> AsyncIterator[Reader]:
    """A reader for one run; leaving waits for the requests in flight."""
    async with open_line(access, around) as line:
        yield Reader(line)


@asynccontextmanager
async def open_writer(access: Access, around: Surroundings) -> AsyncIterator[Writer]:
    """A writer for one run; leaving waits for the requests in flight."""
    async with open_line(access, around) as line:
        yield Writer(line)
