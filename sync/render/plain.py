"""Frozen dataclasses as JSON-ready values, field by field."""

from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum


def plain(value: object) -> object:
    """Text, numbers, lists and dicts; money and rates stay text, moments become ISO 8601."""
    if is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(each) for key, each in value.items()}
    if isinstance(value, Collection) and not isinstance(value, str):
        return [plain(each) for each in value]
    return _one(value)


def _one(value: object) -> object:
    match value:
        case Enum():
            return value.value
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.isoformat()
        case _:
            return value
