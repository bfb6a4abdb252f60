"""Whatever was logged, as plain values of bounded size: nothing in a record can break its line."""

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import Enum
from typing import Final, TypeAlias

Leaf: TypeAlias = str | int | float | bool | None
Plain: TypeAlias = "Leaf | list[Plain] | dict[str, Plain]"

LARGEST: Final = 20_000
"""Characters of one record."""
DEEPEST: Final = 8
"""Levels of containers in containers."""
LONGEST_INT: Final = 1000
"""Bits; a number of many digits takes long to write, and the longest cannot be written."""
CUT: Final = "..."
SHORT: Final = 200
"""Characters up to which a text is not counted."""
CONTAINERS: Final = (Mapping, list, tuple, set, frozenset)


def plain(fields: Mapping[str, object]) -> dict[str, Plain]:
    """The fields as JSON can hold them, cut where they are too large, too deep or unprintable."""
    room = _Room(LARGEST)
    return {
        str(name): value if type(value) is str and len(value) < SHORT else room.value(value)
        for name, value in fields.items()
    }


class _Room:
    """So many characters are left for one record."""

    def __init__(self, left: int) -> None:
        self._left = left

    def value(self, value: object, depth: int = 0) -> Plain:
        """One value; an object that cannot even be asked is named by its type."""
        try:
            if isinstance(value, CONTAINERS):
                return self._below(value, depth + 1) if depth < DEEPEST else CUT
            leaf = _leaf(value)
            return self._cut(leaf) if isinstance(leaf, str) else leaf
        except Exception:  # noqa: BLE001 - anything a foreign object does when it is asked
            return f"<unprintable {type(value).__name__}>"

    def _below(self, container: Iterable[object], depth: int) -> Plain:
        if isinstance(container, Mapping):
            return dict(self._items(container, depth))
        return list(self._each(container, depth))

    def _items(self, values: Mapping[object, object], depth: int) -> Iterator[tuple[str, Plain]]:
        for key, value in values.items():
            if self._is_full():
                yield CUT, CUT
                return
            yield str(self.value(key, DEEPEST)), self.value(value, depth)

    def _each(self, values: Iterable[object], depth: int) -> Iterator[Plain]:
        for value in values:
            if self._is_full():
                yield CUT
                return
            yield self.value(value, depth)

    def _is_full(self) -> bool:
        self._left -= 4  # what a container writes around each
        return self._left <= 0

    def _cut(self, text: str) -> str:
        left, self._left = self._left, self._left - len(text)
        if len(text) <= left:
            return text
        # The last word may be the first half of a secret, which nobody knows by its half.
        return text[: max(left, 0)].rpartition(" ")[0] + CUT


def _leaf(value: object) -> Leaf:
    """What stands for a value that holds no others."""
    match value:
        case None | bool():
            return value
        case Enum():
            return _leaf(value.value)
        case int() if value.bit_length() <= LONGEST_INT:
            return int(value)
        case float() if math.isfinite(value):
            return float(value)
        case _:
            return _text(value)


def _text(value: object) -> str:
    match value:
        case bytes() | bytearray():
            return value[: LARGEST + 1].decode("utf-8", "backslashreplace")
        case date():
            return value.isoformat()
        case BaseException():
            return f"{type(value).__name__}: {value}"
        case _:
            return f"{value}"
