"""Where a side's key comes from: a variable, a file of its own, or the configuration file."""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from sync.config.secret import SecretSetting, Tables
from sync.config.sentences import dotted
from sync.config.tables import variable
from sync.core.record import Side

DEFAULT_VARIABLES: Final[Mapping[Side, str]] = {
    Side.WHOP: "WHOP_API_KEY",
    Side.AFFIHUB: "AFFIHUB_API_KEY",
}
"""Where the keys are looked for while there is one pair and it names nothing."""

KEY: Final = SecretSetting("api_key", "the key", DEFAULT_VARIABLES.values())


def put_keys(tables: Tables, environ: Mapping[str, str], folder: Path) -> list[str]:
    """Put the key itself into the table of every side; the answer tells which keys are amiss."""
    problems = []
    for name, side, table in _sides(tables.get("pairs")):
        default = DEFAULT_VARIABLES[side] if len(tables["pairs"]) == 1 else None
        own = variable("pairs", name, side, KEY.name)
        source, text = (KEY.env, own) if own in environ else _named(table, default)
        where = dotted("pairs", name, side, source)
        read = partial(_read, source, text, environ, folder)
        problems += KEY.put(table, source, text, where, read)
    return problems


def _sides(pairs: object) -> Iterator[tuple[str, Side, Tables]]:
    """The tables that hold keys; a side left out gets one, so that all it lacks is told."""
    for name, pair in pairs.items() if isinstance(pairs, dict) else ():
        for side in Side if isinstance(pair, dict) else ():
            table = pair.setdefault(side.value, {})
            if isinstance(table, dict):
                yield name, side, table


def _named(table: Tables, default: str | None) -> tuple[str, object]:
    """The one setting that names the key, and its text; ("api_key", None) unless it is one."""
    named = KEY.named(table)
    if not named and default:
        return KEY.env, default
    return named[0] if len(named) == 1 else (KEY.name, None)


def _read(source: str, text: object, environ: Mapping[str, str], folder: Path) -> str:
    if text is None:
        raise ValueError("name the key by exactly one of api_key_env, api_key_file and api_key")
    key = KEY.read(source, text, environ, folder)
    if not isinstance(key, str):
        raise ValueError("must be text, in quotes")  # noqa: TRY004 - told like every other fault
    if not key.strip():
        raise ValueError("the key is empty; put the one you were given there")
    if not re.fullmatch(r"[!-~]+", key.strip()):
        raise ValueError("the key has spaces or letters no key has; copy it again")
    return key.strip()
