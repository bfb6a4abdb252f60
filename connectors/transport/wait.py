"""How long a server asks us to wait, in whichever way it says so."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

_SECONDS: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
_TRY_AGAIN: Final = re.compile(r"try again in (\d{1,9}(?:\.\d{1,6})?) ?s", re.IGNORECASE)
"""Whop's 429 has its wait in the message alone (api/whop.md section 7)."""


def wait_told(headers: Mapping[str, str], words: str, now: datetime) -> float | None:
    """Seconds by ``Retry-After`` or by the server's words, the longer one; None for neither.

    A date is measured against the server's own clock where it shows one, else against ``now``.
    """
    told = [*_by_header(headers, now), *map(float, _TRY_AGAIN.findall(words))]
    return max(told, default=None)


def _by_header(headers: Mapping[str, str], now: datetime) -> Iterator[float]:
    value = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):
        yield float(value)
    elif until := _moment(value):
        since = _moment(headers.get("date", "")) or now
        yield max(0.0, (until - since).total_seconds())


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
