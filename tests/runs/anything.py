"""Any value of a type, built from the type alone: what nobody thought of when writing a test."""

from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

FEW: Final = 2

TEXT: Final = st.text(max_size=6) | st.sampled_from(["", "José 🎉", '"\\', "\udcff", "\0"])
SCALARS: Final[Mapping[object, st.SearchStrategy[object]]] = {
    str: TEXT,
    int: st.integers(),
    bool: st.booleans(),
    NoneType: st.none(),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
    datetime: st.datetimes(timezones=st.just(UTC)),
    date: st.dates(),
}


def anything(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of this type, few of those it holds several of."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind in SCALARS:
        return SCALARS[kind]
    if is_dataclass(origin or kind):
        return _record(origin or kind, inner)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    if origin in (Union, UnionType):
        return st.one_of(*map(anything, inner))
    return _several(origin, inner)


def _record(kind: Any, inner: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    filled = {
        field.name: hint[inner] if getattr(hint, "__parameters__", ()) else hint
        for field in fields(kind)
        for hint in [hints[field.name]]
    }
    return st.builds(kind, **{name: anything(hint) for name, hint in filled.items()})


def _several(origin: Any, inner: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if origin is tuple:
        return _tuple(inner)
    if origin in (frozenset, Collection):
        return st.frozensets(anything(inner[0]), max_size=FEW)
    assert origin is Mapping, origin
    return st.dictionaries(anything(inner[0]), anything(inner[1]), max_size=FEW)


def _tuple(inner: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if inner[1:] == (...,):
        return st.lists(anything(inner[0]), max_size=FEW).map(tuple)
    return st.tuples(*map(anything, inner))
