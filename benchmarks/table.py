"""All parts of the benchmark table, written into README.md between its markers.

    .venv/bin/python benchmarks/table.py [--quick] [--part a,f] [--print]

--quick takes small sizes and few turns: it shows that everything works, and writes nothing.
With --part the lines of the other parts stay as they are.
"""

import argparse
import importlib
import platform
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from figures import Figure, table

README: Final = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- table.py: begin -->", "<!-- table.py: end -->"

PARTS: Final[tuple[tuple[str, str], ...]] = (
    ("engine", "af"),
    ("whole", "bceg"),
    ("allowance", "d"),
    ("peers.speed", "b"),
)
"""Every module of the table, with the parts it measures."""


def measured(parts: str, *, quick: bool) -> Iterator[tuple[str, list[Figure]]]:
    """The figures of these parts, script by script; one that is missing is told of."""
    for name, letters in PARTS:
        asked = "".join(letter for letter in letters if letter in parts)
        if not asked:
            continue
        if not _is_there(name):
            print(f"left out: {name} ({', '.join(letters)}) is not there", file=sys.stderr)
            continue
        print(f"measuring {name} ...", file=sys.stderr)
        figures = importlib.import_module(name).figures(quick)
        yield asked, [figure for figure in figures if figure.part in asked]


def _is_there(name: str) -> bool:
    return Path(__file__).parent.joinpath(*name.split(".")).with_suffix(".py").exists()


def lines(text: str) -> Iterator[tuple[str, str]]:
    """The table's lines in a text, each with its part."""
    return ((m[1], m[0]) for m in re.finditer(r"^\| \((\w)\) .*$", text, re.MULTILINE))


def merged(fresh: Iterable[Figure], text: str, parts: str) -> str:
    """The table of fresh figures, with the lines of the parts that were not measured."""
    head, rule, *rows = table(fresh).splitlines()
    kept = [line for part, line in lines(text) if part not in parts]
    return "\n".join([head, rule, *sorted([*rows, *kept], key=lambda line: line[:5])])


def when() -> str:
    """Where and when the figures were taken."""
    now = datetime.now(UTC)
    return f"Last measured {now:%Y-%m-%d %H:%M} UTC, CPython {platform.python_version()}; medians."


def write(text: str) -> None:
    """Put a text between the markers, or at the end where there are none."""
    readme = README.read_text()
    block = f"{BEGIN}\n{text}\n{END}"
    between = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    if between.search(readme):
        README.write_text(between.sub(lambda _: block, readme))
    else:
        README.write_text(f"{readme}\n{block}\n")


def main() -> None:
    """Measure, print, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--part", default="a,b,c,d,e,f,g", help="letters, as in a,f")
    asked = parser.parse_args()
    parts = asked.part.replace(",", "")
    fresh: list[Figure] = []
    done = ""
    for letters, figures in measured(parts, quick=asked.quick):
        fresh, done = [*fresh, *figures], done + letters
        told = merged(fresh, README.read_text(), done)
        if not asked.quick:  # script by script: a later one may break off
            write(f"{when()}\n\n{told}")
    print(told)


if __name__ == "__main__":
    main()
