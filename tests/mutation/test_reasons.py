"""The list of mutants that may live says something about the core as it is now."""

import ast
import inspect
from collections import defaultdict
from functools import cache
from importlib import import_module
from types import ModuleType

from tests.mutation.reasons import read_reasons


@cache
def functions(module: ModuleType) -> dict[str, str]:
    """The source of every function and method of a module, each line without its indentation."""
    source = inspect.getsource(module)
    lines = [line.strip() for line in source.splitlines()]
    found: defaultdict[str, str] = defaultdict(str)
    for top in ast.parse(source).body:
        of_class = f"{top.name}." if isinstance(top, ast.ClassDef) else ""
        for one in ast.walk(top):
            if isinstance(one, ast.FunctionDef):
                found[of_class + one.name] += "\n".join(lines[one.lineno - 1 : one.end_lineno])
    return found


def found(place: str) -> tuple[ModuleType, str]:
    """The module of a place, which may lie in a room of its own, and the function there."""
    module, names = import_module("sync.core"), place.split(".")
    while hasattr(module, "__path__"):
        module = import_module(f"{module.__name__}.{names.pop(0)}")
    return module, ".".join(names)


def test_every_mutant_that_may_live_changes_lines_that_are_still_there() -> None:
    for place, change in read_reasons():
        module, function = found(place)
        here = functions(module)
        assert function in here, f"{place} is gone: take it off the list"
        for line in change.splitlines():
            kept = not line.startswith("-") or line[2:] in here[function]
            assert kept, f"{place} has no line {line[2:]!r} any more: take it off the list"


def test_every_mutant_that_may_live_has_a_reason_in_a_sentence() -> None:
    reasons = set(read_reasons().values())

    assert reasons
    assert all(why[0].isupper() and why.endswith(".") for why in reasons)
