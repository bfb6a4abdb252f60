"""Plays scenarios, and accepts new reports.

    python -m tests.scenarios [NAME ...]             what comes of them, as lines for the file
    python -m tests.scenarios --accept [NAME ...]    take their reports as right, show what changed

A NAME is a folder, or a folder and a file: status, status/active-none. Without one it is all.
"""

import argparse
import asyncio
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.scenarios.playing import (
    Ending,
    accepted,
    differences,
    files,
    golden_of,
    name_of,
    play,
    report_diff,
)
from tests.stage.steps import Scenario
from tests.stage.toml import Misread, load
from tests.stage.writing import key_text, value_text


def chosen(names: Iterable[str]) -> list[Path]:
    """The files of these names; ``SystemExit`` for a name that is none."""
    found = []
    for name in names:
        wanted = name.removesuffix(".toml").rstrip("/")
        of_name = [p for p in files() if wanted in (name_of(p), p.parent.name)]
        if not of_name:
            raise SystemExit(f"There is no scenario {name}; see tests/scenarios/README.md.")
        found += of_name
    return found or files()


def shown(ending: Ending) -> Iterator[str]:
    """What came of a scenario, in the lines a file would hold."""
    for came in ending.came:
        yield f"# step {came.number}"
        for key in ("rows", "links", "writes"):
            yield f"{key} = {_list(getattr(came.told, key))}"
        yield f"exit = {came.told.exit}"
        if came.told.error:
            yield f"error = {value_text(came.told.error)}"
    yield "[then]"
    yield from (f"{key_text(who)} = {value_text(how)}" for who, how in ending.then.items())


def _list(texts: tuple[str, ...]) -> str:
    if not texts:
        return "[]"
    return "\n".join(("[", *(f"    {value_text(text)}," for text in texts), "]"))


def say(*lines: str) -> None:
    """Print lines."""
    sys.stdout.write("\n".join(lines) + "\n")


def accept(path: Path, ending: Ending) -> None:
    """Take the report as right, and show what changed in it."""
    before = accepted(path)
    if before != ending.report:
        golden_of(path).write_text(ending.report, encoding="utf-8")
        say(f"{name_of(path)}: accepted", report_diff(before, ending.report), "")


def show(path: Path, scenario: Scenario, ending: Ending) -> bool:
    """Print what came of a scenario; whether all is as its file says."""
    wrong = list(differences(scenario, ending, accepted(path)))
    say(f"{name_of(path)}: {scenario.title}", *shown(ending), *(f"\n! {one}" for one in wrong))
    return not wrong


def main() -> int:
    """Play what was asked for; 1 where something is not as its file says."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.scenarios",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--accept", action="store_true", help="take the reports as right")
    asked = parser.parse_args()
    right = True
    for path in chosen(asked.names):
        try:
            scenario = load(path)
            ending = asyncio.run(play(scenario))
        except (Misread, AssertionError) as fault:
            say(f"{name_of(path)}: {fault}")
            right = False
            continue
        if asked.accept:
            accept(path, ending)
        else:
            right = show(path, scenario, ending) and right
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
