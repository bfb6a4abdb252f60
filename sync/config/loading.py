"""From a file and the environment to one ``Config``, or to every fault at once."""

import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any, Final, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from sync.config.keys import put_keys
from sync.config.limits import LimitConfig
from sync.config.notify_urls import put_urls
from sync.config.secret import Tables
from sync.config.sentences import dotted, nearest
from sync.config.tables import (
    DELIMITER,
    PREFIX,
    Config,
    PairConfig,
    StateConfig,
    variable,
)
from sync.config.values import NO_FILES, SQLITE
from sync.errors import ConfigError

DEFAULT_FILE: Final = Path("affisync.toml")
"""Looked for in the working directory."""

Keys = tuple[str, ...]
"""A dotted path, part by part."""

SENTENCES: Final[Mapping[str, str]] = {
    "missing": "missing",
    "string_type": "must be text, in quotes",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "enum": "must be one of {expected}",
    "literal_error": "must be one of {expected}",
    "tuple_type": "must be a list, in square brackets",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "too_short": "there must be at least one, such as [pairs.main]",
    "value_error": "{error}",
}
"""pydantic's kinds of fault, in words for the person who edits the file."""


def load(path: Path, environ: Mapping[str, str], *, keys: bool = True) -> Config:
    """The configuration in ``path`` under the variables of ``environ``, which win.

    Paths in it count from the folder of the file. Without ``keys`` a secret that cannot be read is
    no fault until somebody uses it: reports are read where no key is.
    """
    tables = _read(path)
    known = set(settings(_names(tables)))
    given, problems = _given(environ, known)
    tables = _over(tables, given)
    _anchor_state(tables, path.parent)
    amiss = [put(tables, environ, path.parent) for put in (put_keys, put_urls)]
    problems += chain(*amiss) if keys else ()
    try:
        config = Config.model_validate(tables)
    except ValidationError as fault:
        told = [_sentence(error, known) for error in fault.errors(include_input=False)]
        raise ConfigError([*problems, *told]) from None
    if problems:
        raise ConfigError(problems)
    return config


def settings(pairs: Iterable[str], table: object = Config, keys: Keys = ()) -> Iterator[Keys]:
    """Every setting of a configuration with these ``pairs``."""
    if get_origin(table) is dict:
        for pair in pairs:
            yield from settings(pairs, PairConfig, (*keys, pair))
        return
    if isinstance(table, type) and issubclass(table, BaseModel):
        for name, field in table.model_fields.items():
            yield from settings(pairs, field.annotation, (*keys, name))
        if table is not LimitConfig:  # the one table a bare value can stand for
            return
    yield keys


def _read(path: Path) -> Tables:
    try:
        # Amounts are exact: 2.3 in the file is no binary fraction here.
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except FileNotFoundError:
        way_out = "write one with `affisync init`, or name another one with --config"
        raise ConfigError([f"{path}: there is no such file; {way_out}"]) from None
    except OSError as fault:
        raise ConfigError([f"{path}: cannot be read ({fault.strerror})"]) from None
    except UnicodeDecodeError:
        raise ConfigError([f"{path}: is not UTF-8 text"]) from None
    except tomllib.TOMLDecodeError as fault:
        raise ConfigError([f"{path}: is not valid TOML: {fault}"]) from None


def _names(tables: Tables) -> Collection[str]:
    pairs = tables.get("pairs")
    return pairs.keys() if isinstance(pairs, dict) else ()


class _Settings(Config, BaseSettings):
    """The configuration as variables spell it; only their reader asks."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter=DELIMITER, case_sensitive=True
    )


class _Variables(EnvSettingsSource):
    """Reads the variables it is given, none behind our back; a text that is no JSON is a text."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        super().__init__(_Settings)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return self._variables

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value


def _given(environ: Mapping[str, str], known: Iterable[Keys]) -> tuple[Tables, list[str]]:
    """The tables our variables give, and a sentence about each variable nobody knows."""
    names = {variable(*keys): PREFIX + DELIMITER.join(keys) for keys in known}
    ours = {name: text for name, text in environ.items() if name.upper().startswith(PREFIX)}
    tables = _Variables({names[name]: text for name, text in ours.items() if name in names})()
    return tables, [_stray(name, names) for name in sorted(ours.keys() - names.keys())]


def _stray(name: str, names: Iterable[str]) -> str:
    meant = nearest(name.upper(), names, PREFIX) or "; config.example.toml tells what there is"
    return f"{name}: unknown variable{meant}"


def _over(below: Tables, above: Tables) -> Tables:
    """``above`` laid over ``below``, table by table."""
    merged = below | above
    for name in below.keys() & above.keys():
        if isinstance(below[name], dict) and isinstance(above[name], dict):
            merged[name] = _over(below[name], above[name])
    return merged


def _anchor_state(tables: Tables, folder: Path) -> None:
    """Find the same state wherever the command is called: an empty one would link anew."""
    state = tables.setdefault("state", {})
    url = state.setdefault("url", StateConfig().url) if isinstance(state, dict) else None
    if isinstance(url, str) and url.startswith(SQLITE) and url not in NO_FILES:
        state["url"] = f"{SQLITE}{(folder / url.removeprefix(SQLITE)).absolute()}"


def _sentence(error: ErrorDetails, known: Iterable[Keys]) -> str:
    path = dotted(*error["loc"])
    if error["type"] == "extra_forbidden":
        return f"{path}: unknown key{_right_key(error['loc'], known)}"
    sentence = SENTENCES.get(error["type"])
    return f"{path}: {sentence.format_map(error.get('ctx', {})) if sentence else error['msg']}"


def _right_key(wrong: tuple[str | int, ...], known: Iterable[Keys]) -> str:
    depth = len(wrong) - 1
    right = {keys[depth] for keys in known if keys[:depth] == wrong[:depth] and len(keys) > depth}
    return nearest(str(wrong[-1]), right) or f"; there are {', '.join(sorted(right))}"
