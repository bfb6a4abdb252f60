"""Records by id, found quickly by other keys as well, and sorted once per change."""

from collections.abc import Callable, Hashable, Iterator, MutableMapping, ValuesView
from typing import Any, Generic, TypeVar

R = TypeVar("R")


class Table(MutableMapping[str, R], Generic[R]):
    """A mapping of frozen records by id; replace a record to change it.

    Keys named at construction are kept up to date: ``Table(email=lambda user: user.email)`` makes
    ``where("email", address)`` as quick as a look-up by id. ``version`` moves with every change.
    """

    def __init__(self, **keys: Callable[[R], Hashable]) -> None:
        self.version = 0
        self._records: dict[str, R] = {}
        self._keys = keys
        self._ids: dict[str, dict[Hashable, dict[str, None]]] = {name: {} for name in keys}
        self._sorted: dict[Callable[[R], Any], tuple[int, list[R]]] = {}

    def __getitem__(self, record_id: str) -> R:
        return self._records[record_id]

    def __setitem__(self, record_id: str, record: R) -> None:
        old = self._records.get(record_id)
        self._records[record_id] = record
        self.version += 1
        for name, key in self._keys.items():
            if old is None or key(old) != key(record):
                self._forget(name, record_id, old)
                self._ids[name].setdefault(key(record), {})[record_id] = None

    def __delitem__(self, record_id: str) -> None:
        old = self._records.pop(record_id)
        self.version += 1
        for name in self._keys:
            self._forget(name, record_id, old)

    def __iter__(self) -> Iterator[str]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)

    def values(self) -> ValuesView[R]:
        """All records, the oldest entry first."""
        return self._records.values()

    def where(self, name: str, key: Hashable) -> list[R]:
        """The records whose key of that name is this one, the oldest entry first."""
        return [self._records[found] for found in self._ids[name].get(key, ())]

    def count(self, name: str, key: Hashable) -> int:
        """How many records ``where`` would answer."""
        return len(self._ids[name].get(key, ()))

    def ordered(self, key: Callable[[R], Any]) -> list[R]:
        """All records by that key, sorted once and remembered until a record changes."""
        version, records = self._sorted.get(key, (-1, []))
        if version != self.version:
            records = sorted(self._records.values(), key=key)
            self._sorted[key] = (self.version, records)
        return records

    def _forget(self, name: str, record_id: str, old: R | None) -> None:
        if old is not None:
            ids = self._ids[name][self._keys[name](old)]
            del ids[record_id]
            if not ids:
                del self._ids[name][self._keys[name](old)]
