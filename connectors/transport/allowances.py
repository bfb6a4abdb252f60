"""The rate limits of all keys in use: pairs with the same key draw from the same buckets."""

from collections.abc import Mapping

from connectors.transport.access import Access
from connectors.transport.bucket import Monotonic
from connectors.transport.buckets import Buckets


class Allowances:
    """Buckets by side, address and key, kept from run to run and over a change of settings."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str, str], Buckets] = {}

    def buckets(self, access: Access, clock: Monotonic) -> Buckets:
        """What this key draws from, by the allowance it has now."""
        known = self._buckets.setdefault(_of(access), Buckets(access.allowance, clock))
        known.allow(access.allowance)
        return known

    def used(self, access: Access) -> Mapping[str, float]:
        """The share of the allowance used in the last 60 seconds; nothing for an unused key."""
        known = self._buckets.get(_of(access))
        return known.used() if known else {}


def _of(access: Access) -> tuple[str, str, str]:
    return access.side.value, access.base_url.rstrip("/"), access.api_key
