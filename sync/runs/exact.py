"""The core's values as JSON-ready lists and back, exactly, by their types alone.

A dataclass is the list of its fields, a mapping the list of its keys and that of its values. Where
values of several types may stand, the name of the type stands before the value. Every text is
told once, in a list of its own, and named by its place in it: ids and names come again and again.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache, partial
from operator import attrgetter, call
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

Turn = Callable[[Any], Any]
"""From a value to what JSON can hold, or back."""


def written(kind: Any, value: object) -> list[Any]:
    """A value of this type, JSON-ready; ``TypeError`` for a type nobody has thought of."""
    forms = _Forms()
    told = forms.of(kind).write(value)
    return [list(forms.places), told]


def read(kind: Any, document: Sequence[Any]) -> Any:
    """The value of this type out of what was written of it."""
    texts, told = document
    return _Forms(texts).of(kind).read(told)


@cache
def shape(kind: Any) -> str:
    """Of what values of this type are made, down to the last field and the words it may hold.

    It changes as soon as what was written cannot be read any more.
    """
    return _Forms().of(kind).shape


def _as_it_is(value: object) -> object:
    return value


@dataclass(frozen=True, slots=True)
class _Form:
    """How values of one type are written and read, and of what they are made."""

    shape: str
    write: Turn = _as_it_is
    read: Turn = _as_it_is


SCALARS: Final[Mapping[object, _Form]] = {
    int: _Form("int"),
    bool: _Form("bool"),
    Decimal: _Form("Decimal", str, Decimal),
    datetime: _Form("datetime", datetime.isoformat, datetime.fromisoformat),
    date: _Form("date", date.isoformat, date.fromisoformat),
}


class _Forms:
    """The forms of all types in one document; ``places`` is where each of its texts stands."""

    def __init__(self, texts: Sequence[str | None] = ()) -> None:
        self.places: defaultdict[str | None, int] = defaultdict()
        self.places.default_factory = self.places.__len__
        self._text = _Form("str", self.places.__getitem__, texts.__getitem__)
        self._known: dict[Any, _Form] = {**SCALARS, str: self._text, str | None: self._text}

    def of(self, kind: Any) -> _Form:
        """The form of one type."""
        if kind not in self._known:
            self._known[kind] = self._made(kind)
        return self._known[kind]

    def _made(self, kind: Any) -> _Form:
        origin, inner = get_origin(kind), get_args(kind)
        if is_dataclass(origin or kind):
            return self._record(origin or kind, inner)
        if isinstance(kind, type) and issubclass(kind, Enum):
            return self._enum(kind)
        if origin in (UnionType, Union):
            return self._choice(inner)
        if origin is tuple:
            return self._tuple(inner)
        if origin in (frozenset, Collection):
            return self._many(frozenset, inner[0])
        if origin is Mapping:
            return self._mapping(*inner)
        raise TypeError(f"There is no exact form of {kind}.")

    def _record(self, kind: Any, inner: tuple[Any, ...]) -> _Form:
        """A dataclass; ``inner`` are the types that its type variable stands for."""
        hints = get_type_hints(kind)
        names = [field.name for field in fields(kind)]
        forms = [self.of(_filled(hints[name], inner)) for name in names]
        writes, reads = [each.write for each in forms], [each.read for each in forms]
        get = attrgetter(*names) if len(names) > 1 else partial(_only, names[0])
        told = ",".join(f"{name}:{f.shape}" for name, f in zip(names, forms, strict=True))
        return _Form(
            f"{kind.__name__}({told})",
            lambda value: list(map(call, writes, get(value))),
            lambda listed: kind(*map(call, reads, listed)),
        )

    def _enum(self, kind: type[Enum]) -> _Form:
        members = {each.value: each for each in kind}
        texts, said = self._text, f"{kind.__name__}{list(members)}"
        return _Form(said, lambda m: texts.write(m.value), lambda at: members[texts.read(at)])

    def _choice(self, kinds: Iterable[Any]) -> _Form:
        """One of several types, told apart by name; or nothing."""
        named = {kind.__name__: self.of(kind) for kind in kinds if kind is not NoneType}
        if len(named) == 1:
            return _or_none(*named.values())

        def write(value: Any) -> list[Any]:
            name = type(value).__name__
            return [name, named[name].write(value)]

        said = "|".join(f"{name}:{each.shape}" for name, each in sorted(named.items()))
        return _or_none(_Form(said, write, lambda told: named[told[0]].read(told[1])))

    def _tuple(self, kinds: tuple[Any, ...]) -> _Form:
        if kinds[1:] == (...,):
            return self._many(tuple, kinds[0])
        forms = [self.of(kind) for kind in kinds]
        writes, reads = [each.write for each in forms], [each.read for each in forms]
        return _Form(
            f"({','.join(each.shape for each in forms)})",
            lambda values: list(map(call, writes, values)),
            lambda listed: tuple(map(call, reads, listed)),
        )

    def _many(self, kind: Callable[[Iterable[Any]], object], inner: Any) -> _Form:
        of = self.of(inner)
        return _Form(
            f"[{of.shape}]",
            lambda values: list(map(of.write, values)),
            lambda listed: kind(map(of.read, listed)),
        )

    def _mapping(self, key: Any, value: Any) -> _Form:
        keys, values = self._many(list, key), self._many(list, value)
        return _Form(
            f"{{{keys.shape}:{values.shape}}}",
            lambda known: [keys.write(known), values.write(known.values())],
            lambda lists: dict(zip(keys.read(lists[0]), values.read(lists[1]), strict=True)),
        )


def _filled(hint: Any, inner: tuple[Any, ...]) -> Any:
    return hint[inner] if getattr(hint, "__parameters__", ()) else hint


def _only(name: str, value: object) -> tuple[Any]:
    return (getattr(value, name),)


def _or_none(of: _Form) -> _Form:
    return _Form(
        f"{of.shape}?",
        lambda value: None if value is None else of.write(value),
        lambda told: None if told is None else of.read(told),
    )
