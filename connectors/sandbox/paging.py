"""Pages with opaque cursors that point between rows, so that they hold while rows come and go."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from connectors.sandbox.wire import opaque, place_of

R = TypeVar("R")
Key = Callable[[R], tuple[Any, str]]
"""What rows are sorted by: a column and, so that no two are equal, the id."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Which part of a list is asked for (api/whop.md section 2, List); ``size`` rows."""

    size: int
    after: str | None = None
    before: str | None = None
    from_end: bool = False
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """One page and whether there are rows on either side of it."""

    rows: Sequence[R]
    more_before: bool
    more_after: bool


def page(rows: Sequence[R], key: Key[R], cut: Cut) -> Page[R]:
    """The page of ascending ``rows``; ValueError for a cursor that is not ours."""
    low, high = _bounds(rows, key, cut)
    shown_from, shown_to = low, high
    if cut.from_end == cut.descending:
        shown_to = min(high, low + cut.size)
    else:
        shown_from = max(low, high - cut.size)
    shown = rows[shown_from:shown_to]
    sides = (shown_from > 0, shown_to < len(rows))
    if cut.descending:
        return Page(shown[::-1], sides[1], sides[0])
    return Page(shown, *sides)


def page_info(page: Page[R], key: Key[R], *, last_cursor: bool) -> dict[str, Any]:
    """The ``page_info`` of the answer; ``last_cursor`` tells whether the last page has one."""
    first, last = (opaque(key(page.rows[i])) if page.rows else None for i in (0, -1))
    return {
        "end_cursor": last if page.more_after or last_cursor else None,
        "start_cursor": first,
        "has_next_page": page.more_after,
        "has_previous_page": page.more_before,
    }


def _bounds(rows: Sequence[R], key: Key[R], cut: Cut) -> tuple[int, int]:
    """From where to where the cursors leave rows over, counted in ascending order."""
    above, below = (cut.before, cut.after) if cut.descending else (cut.after, cut.before)
    try:
        low = bisect_right(rows, place_of(above), key=key) if above else 0
        high = bisect_left(rows, place_of(below), key=key) if below else len(rows)
    except TypeError as fault:
        msg = "a cursor of another order"
        raise ValueError(msg) from fault
    return low, max(low, high)
