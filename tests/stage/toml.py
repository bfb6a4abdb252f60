"""Scenario files: TOML out of a story, and a story out of TOML; unknown keys name the right one.

A step is a table with ``do``; which keys it has are the fields of its class in ``steps``.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from dataclasses import Field as Attribute
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from sync.config.sentences import nearest
from tests.stage.steps import (
    Decide,
    Edit,
    Expected,
    Gap,
    Hit,
    Join,
    Meanwhile,
    Scenario,
    Scene,
    Set,
    Step,
    Sync,
    Terms,
    Tie,
    Undo,
    Vanish,
    Wait,
)
from tests.stage.writing import key_text, value_text

Tables = Mapping[str, Any]


class Misread(ValueError):
    """A scenario file that cannot be played, and what is wrong with it."""


DECIDED: Final = ("approve", "reject", "use", "retry", "ignore-field", "snooze", "assign")
TIED: Final = ("link", "unlink", "keep-apart")
VERBS: Final[Mapping[str, tuple[type, Tables]]] = {
    "apply": (Sync, {}),
    "dry-run": (Sync, {"dry": True}),
    "undo": (Undo, {}),
    "edit": (Edit, {}),
    "join": (Join, {}),
    "vanish": (Vanish, {}),
    "set": (Set, {}),
    "sandbox": (Gap, {}),
    "wait": (Wait, {}),
    **{word: (Decide, {"verdict": word}) for word in DECIDED},
    **{word: (Tie, {"word": word}) for word in TIED},
}
"""What a step can do, and what that word says by itself."""
RUNS: Final = (Sync, Undo)
TOP: Final = ("title", "why", "settings", "sandbox", "people", "steps", "then")
LONG: Final = 90
"""A list that is longer stands on several lines."""
INNER: Final[Mapping[str, type]] = {"terms": Terms, "hits": Hit}
"""Keys with tables of their own, and what those are."""


def load(path: Path) -> Scenario:
    """The story of a file; ``Misread`` names the file and the place."""
    try:
        return read(path.read_text(encoding="utf-8"))
    except Misread as fault:
        raise Misread(f"{path.name}: {fault}") from None


def read(text: str) -> Scenario:
    """The story of a text; ``Misread`` where it is none."""
    try:
        told = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as fault:
        raise Misread(f"not valid TOML: {fault}") from None
    _known(told, TOP, "the file")
    people = told.get("people", [])
    steps = told.get("steps", [])
    return Scenario(
        title=str(told.get("title", "")),
        why=str(told.get("why", "")),
        settings=_flat(told.get("settings", {})),
        sandbox=told.get("sandbox", {}),
        people=tuple(_made(Join, one, f"people {n}") for n, one in enumerate(people, 1)),
        scenes=tuple(_scene(one, f"step {n}") for n, one in enumerate(steps, 1)),
        then={who: str(how) for who, how in told.get("then", {}).items()},
    )


def _scene(told: Tables, where: str) -> Scene:
    cls, _ = _verb(told, where)
    expecting = _names(Expected) if cls in RUNS else ()
    expected = {key: told[key] for key in told if key in expecting}
    rest = {key: told[key] for key in told if key not in expecting}
    return Scene(_step(rest, where, expecting), _made(Expected, expected, where))


def _step(told: Tables, where: str, also: tuple[str, ...] = ()) -> Step:
    cls, fixed = _verb(told, where)
    rest = {key: value for key, value in told.items() if key != "do"}
    if "meanwhile" in rest:
        rest["meanwhile"] = [_meanwhile(one, where) for one in rest["meanwhile"]]
    step: Step = _made(cls, rest, where, fixed, also)
    return step


def _verb(told: Tables, where: str) -> tuple[type, Tables]:
    word = str(told.get("do", ""))
    if word not in VERBS:
        there = nearest(word, VERBS) or f"; there are {', '.join(VERBS)}"
        raise Misread(f"{where}: there is nothing to do called {word!r}{there}")
    return VERBS[word]


def _meanwhile(told: Tables, where: str) -> Meanwhile:
    own = {key: told[key] for key in ("before", "nth") if key in told}
    rest = {key: told[key] for key in told if key not in own}
    made: Meanwhile = _made(Meanwhile, own, where, {"step": _step(rest, f"{where}, meanwhile")})
    return made


def _made(
    cls: type, told: Tables, where: str, fixed: Tables | None = None, also: tuple[str, ...] = ()
) -> Any:
    """An instance out of a table; every key is known and every value of its type."""
    fixed = fixed or {}
    _known(told, (*(name for name in _names(cls) if name not in fixed), *also), where)
    for key, inner in INNER.items():
        for table in told.get(key, ()):
            _known(table, _names(inner), f"{where}, {key}")
    try:
        return _adapter(cls).validate_python({**told, **fixed})
    except ValidationError as fault:
        problems = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in fault.errors()]
        raise Misread(f"{where}: {'; '.join(problems)}") from None


@cache
def _adapter(cls: type) -> TypeAdapter[Any]:
    return TypeAdapter(cls)


def _known(told: Tables, names: tuple[str, ...], where: str) -> None:
    for key in told:
        if key not in names:
            there = nearest(key, names) or f"; there are {', '.join(names)}"
            raise Misread(f"{where}: unknown key {key}{there}")


def _names(cls: type) -> tuple[str, ...]:
    return tuple(one.name for one in fields(cls))


def _flat(tables: Tables, keys: tuple[str, ...] = ()) -> dict[str, Any]:
    """Dotted keys out of tables in tables; a limit with budgets is a value."""
    flat: dict[str, Any] = {}
    for key, value in tables.items():
        if isinstance(value, dict) and "limit" not in value:
            flat |= _flat(value, (*keys, key))
        else:
            flat[".".join((*keys, key))] = value
    return flat


# A story as text


def text(scenario: Scenario) -> str:
    """The file of a story; reading it gives the same story."""
    return "\n".join(_lines(scenario)) + "\n"


def _lines(scenario: Scenario) -> Iterator[str]:
    yield f"title = {value_text(scenario.title)}"
    if scenario.why:
        yield f"why = {value_text(scenario.why)}"
    for name, table in (("settings", scenario.settings), ("sandbox", scenario.sandbox)):
        if table:
            yield from ("", f"[{name}]")
            yield from (f"{key} = {value_text(value)}" for key, value in table.items())
    for person in scenario.people:
        yield from ("", "[[people]]", *_pairs(_told(person)))
    for scene in scenario.scenes:
        yield from (
            "",
            "[[steps]]",
            *_pairs(_told_step(scene.step)),
            *_pairs(_told(scene.expected)),
        )
    if scenario.then:
        yield from ("", "[then]", *_pairs(scenario.then))


def step_line(step: Step) -> str:
    """One step on one line, for people who read along."""
    return value_text(_told_step(step))


def _pairs(table: Tables) -> Iterator[str]:
    for key, value in table.items():
        if isinstance(value, list) and len(value_text(value)) > LONG:
            inner = "".join(f"    {value_text(one)},\n" for one in value)
            yield f"{key_text(key)} = [\n{inner}]"
        else:
            yield f"{key_text(key)} = {value_text(value)}"


def _told_step(step: Step) -> dict[str, Any]:
    word, fixed = max(_words(step), key=lambda found: len(found[1]))
    rest = {key: value for key, value in _told(step).items() if key not in fixed}
    return {"do": word, **rest}


def _words(step: Step) -> Iterator[tuple[str, Tables]]:
    """The words that say this step; the one that says most by itself is meant."""
    for word, (cls, fixed) in VERBS.items():
        if type(step) is cls and all(getattr(step, key) == fixed[key] for key in fixed):
            yield word, fixed


def _told(record: Any) -> dict[str, Any]:
    """The fields that differ from their defaults, as TOML has them."""
    told = {one.name: getattr(record, one.name) for one in fields(record) if _differs(record, one)}
    return {key: _plain(value) for key, value in told.items()}


def _differs(record: Any, one: "Attribute[Any]") -> bool:
    default = one.default_factory() if one.default_factory is not MISSING else one.default
    return bool(getattr(record, one.name) != default)


def _plain(value: object) -> object:
    match value:
        case StrEnum():
            return value.value
        case Meanwhile():
            told = _told(value)
            del told["step"]
            return {**_told_step(value.step), **told}
        case Terms() | Hit():
            return _told(value)
        case tuple():
            return [_plain(one) for one in value]
        case Mapping():
            return {str(_plain(key)): _plain(one) for key, one in value.items()}
        case _:
            return value
