"""The first configuration: wishes become a file, proven valid before it takes its place."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sync.config import load
from sync.config.keys import DEFAULT_VARIABLES
from sync.config.sentences import dotted
from sync.config.tables import variable
from sync.core.record import Side
from sync.errors import ConfigError, UsageError

PLACEHOLDER: Final = "not-set-yet"
"""Stands in for a key that is not exported yet, so that all the rest can be proven."""


@dataclass(frozen=True, slots=True)
class KeyFrom:
    """Where a side's key comes from: a variable, a file, or typed in (``text``, kept in a file)."""

    env: str | None = None
    file: Path | None = None
    text: str | None = None

    @property
    def is_in_file(self) -> bool:
        """Whether it is, or will be, in a file of its own."""
        return bool(self.file or self.text)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person wants in their first configuration; None is the default."""

    company_id: str | None
    whop: KeyFrom
    affihub: KeyFrom
    whop_url: str | None = None
    affihub_url: str | None = None
    schedule: str | None = None
    pair: str = "main"

    def key(self, side: Side) -> KeyFrom:
        """Where the key of a side comes from."""
        return self.whop if side is Side.WHOP else self.affihub


def write_first(path: Path, wishes: Wishes, environ: Mapping[str, str]) -> None:
    """Write key files and configuration; ``ConfigError`` tells every fault, nothing written."""
    for side in Side:
        if wishes.key(side).env and wishes.key(side).file:
            raise UsageError(f"Name {side.brand}'s key by a variable or by a file, not by both.")
    with _in_place_of(path, config_text(path, wishes)) as trial, ExitStack() as keys:
        _prove(trial, wishes, environ)
        for side in Side:
            if text := wishes.key(side).text:
                kept = key_file(path, wishes.pair, side)
                keys.enter_context(_in_place_of(kept, f"{text}\n"))


def key_file(path: Path, pair: str, side: Side) -> Path:
    """Where a key that was typed in is kept: beside the configuration."""
    return path.with_name(f"{path.stem}.{pair}.{side}.key")


@contextmanager
def _in_place_of(path: Path, text: str) -> Iterator[Path]:
    """A file for its owner alone; it takes the place of ``path`` when the block ends well."""
    trial = path.with_name(f".{path.name}.new")
    try:
        trial.unlink(missing_ok=True)
        descriptor = os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        yield trial
        trial.replace(path)
    except OSError as error:
        raise UsageError(f"Cannot write {path}: {error.strerror}; name another file.") from error
    finally:
        with suppress(OSError):
            trial.unlink(missing_ok=True)


def _prove(path: Path, wishes: Wishes, environ: Mapping[str, str]) -> None:
    """Load it as the next command will; keys that are not exported yet are all it may lack."""
    stand_ins = dict.fromkeys(DEFAULT_VARIABLES.values(), PLACEHOLDER)
    for side in Side:
        key = wishes.key(side)
        if key.env:
            stand_ins[key.env] = PLACEHOLDER
        if key.text:  # in its file only once everything is proven
            stand_ins[variable("pairs", wishes.pair, side, "api_key")] = key.text
    try:
        load(path, stand_ins | dict(environ))
    except ConfigError as error:
        raise ConfigError([*error.problems, "Nothing was written."]) from None


def unset(wishes: Wishes, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The variables that are to hold a key and do not yet."""
    named = (_variable(wishes, side) for side in Side if not wishes.key(side).is_in_file)
    return tuple(name for name in named if not environ.get(name))


def _variable(wishes: Wishes, side: Side) -> str:
    return wishes.key(side).env or DEFAULT_VARIABLES[side]


def config_text(path: Path, wishes: Wishes) -> str:
    """The configuration as TOML; what is left out has its default."""
    return "\n".join(_lines(path, wishes)) + "\n"


def _lines(path: Path, wishes: Wishes) -> Iterator[str]:
    pair = dotted("pairs", wishes.pair)
    yield "# Made by `affisync init`. Paths count from the folder of this file;"
    yield "# config.example.toml tells everything that can be set."
    yield ""
    yield "[state]"
    yield 'url = "sqlite:///state.db"'
    yield ""
    yield f"[{pair}]"
    if wishes.schedule:
        yield f"schedule = {_quoted(wishes.schedule)}"
    yield ""
    yield f"[{pair}.whop]"
    yield f"company_id = {_quoted(wishes.company_id or '')}"
    yield from _side(path, wishes, Side.WHOP, wishes.whop_url)
    yield ""
    yield f"[{pair}.affihub]"
    yield from _side(path, wishes, Side.AFFIHUB, wishes.affihub_url)


def _side(path: Path, wishes: Wishes, side: Side, url: str | None) -> Iterator[str]:
    key = wishes.key(side)
    if key.text:
        yield f"api_key_file = {_quoted(key_file(path, wishes.pair, side).name)}"
    elif key.file:
        yield f"api_key_file = {_quoted(str(key.file.absolute()))}"
    else:
        yield f"api_key_env = {_quoted(_variable(wishes, side))}"
    if url:
        yield f"base_url = {_quoted(url)}"


def _quoted(text: str) -> str:
    """A TOML string; JSON's escapes are among TOML's."""
    return json.dumps(text, ensure_ascii=False)
