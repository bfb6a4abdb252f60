"""Pieces of the sentences that tell a fault."""

import json
import re
from collections.abc import Iterable
from difflib import get_close_matches


def dotted(*keys: str | int) -> str:
    """The path of a setting, written as TOML writes it."""
    return ".".join(map(_written, keys))


def _written(key: str | int) -> str:
    return str(key) if re.fullmatch(r"[\w-]+", str(key), re.ASCII) else json.dumps(key)


def nearest(name: str, names: Iterable[str], prefix: str = "") -> str:
    """The half sentence that names what was meant; empty where nothing comes near.

    A ``prefix`` that all names share makes none of them nearer.
    """
    bare = [each.removeprefix(prefix) for each in names]
    close = get_close_matches(name.removeprefix(prefix), bare, n=1)
    return f"; did you mean {prefix}{close[0]}?" if close else ""
