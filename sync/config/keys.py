"""Where a side's key comes from: a variable, a file of its own, or the configuration file."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from stat import S_IMODE, S_IRWXG, S_IRWXO
from typing import Any, Final

from sync.config.sentences import dotted
from sync.config.tables import KEY_SOURCES, variable
from sync.core.record import Side

Tables = dict[str, Any]
"""Nested tables as the file and the environment give them, not checked yet."""

DEFAULT_VARIABLES: Final[Mapping[Side, str]] = {
    Side.WHOP: "WHOP_API_KEY",
    Side.AFFIHUB: "AFFIHUB_API_KEY",
}
"""Where the keys are looked for while there is one pair and it names nothing."""


def put_keys(tables: Tables, environ: Mapping[str, str], folder: Path) -> list[str]:
    """Put the key itself into the table of every side; the answer tells which keys are amiss."""
    problems = []
    for name, side, table in _sides(tables.get("pairs")):
        default = DEFAULT_VARIABLES[side] if len(tables["pairs"]) == 1 else None
        own = variable("pairs", name, side, "api_key")
        source, text = ("api_key_env", own) if own in environ else _named(table, default)
        for each in KEY_SOURCES:
            table.pop(each, None)
        try:
            table |= {source: text, "api_key": _read(source, text, environ, folder)}
        except ValueError as fault:
            problems.append(f"{dotted('pairs', name, side, source)}: {fault}")
            table["api_key"] = ""  # told already: the model need not miss it again
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
    named = [(source, table[source]) for source in KEY_SOURCES if source in table]
    if not named and default:
        return "api_key_env", default
    return named[0] if len(named) == 1 else ("api_key", None)


def _read(source: str, text: object, environ: Mapping[str, str], folder: Path) -> str:
    if text is None:
        raise ValueError("name the key by exactly one of api_key_env, api_key_file and api_key")
    if not isinstance(text, str):
        raise ValueError("must be text, in quotes")  # noqa: TRY004 - told like every other fault
    match source:
        case "api_key_env":
            return _checked(_from_variable(text, environ))
        case "api_key_file":
            return _checked(_from_file(folder / Path(text).expanduser()))
        case _:
            return _checked(text)


def _checked(key: str) -> str:
    if not key.strip():
        raise ValueError("the key is empty; put the one you were given there")
    if not re.fullmatch(r"[!-~]+", key.strip()):
        raise ValueError("the key has spaces or letters no key has; copy it again")
    return key.strip()


def _from_variable(name: str, environ: Mapping[str, str]) -> str:
    if name in environ:
        return environ[name]
    # Somebody may have put the key where its variable's name belongs: say only names we know.
    known = name if name in DEFAULT_VARIABLES.values() else "it names"
    raise ValueError(f"the variable {known} is not set; export it, or name a file by api_key_file")


def _from_file(path: Path) -> str:
    if not path.is_file():
        raise ValueError("there is no such file; write the key into it, readable by you alone")
    if S_IMODE(path.stat().st_mode) & (S_IRWXG | S_IRWXO):
        raise ValueError(f"others may read this file; run: chmod 600 {path}")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ValueError("this file cannot be read as text; see who owns it") from None
