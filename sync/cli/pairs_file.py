"""The CSV file that says who is who: read as spreadsheets write it, every bad line told at once.

Columns: ``whop_id``, ``affihub_id``; any other, such as ``note``, is for the file's own readers.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sync.errors import UsageError

NEEDED: Final = ("whop_id", "affihub_id")
MOST_BYTES: Final = 20_000_000
SAMPLE: Final = 65_536
"""Bytes that show whether a file is text at all."""
MOST_TOLD: Final = 100
"""Bad lines told; who has more has the wrong file."""

_QUOTED_FORMULA: Final = re.compile(r"'(?=[=+\-@])")
"""What ``sync.render.sheet.inert`` puts before a cell that looks like a formula."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file: two ids that belong to one person."""

    number: int
    whop_id: str
    affihub_id: str

    @property
    def ids(self) -> tuple[str, str]:
        """Both ids."""
        return self.whop_id, self.affihub_id


@dataclass(frozen=True, slots=True)
class PairsFile:
    """The good lines of a file, and a sentence for every other one."""

    lines: tuple[Line, ...]
    problems: tuple[str, ...]


def refuse(problems: Iterable[str]) -> None:
    """End with every problem there is, as far as anybody would read them; none is no end."""
    told = list(problems)
    if len(told) > MOST_TOLD:
        told[MOST_TOLD:] = [f"and {len(told) - MOST_TOLD} more."]
    if told:
        raise UsageError("\n".join([*told, "Nobody was linked."]))


def read_pairs(path: Path) -> PairsFile:
    """The file's lines; ``UsageError`` where it is no CSV file with both columns at all.

    Two lines that say the same are one: `affisync unmatched` tells of a pair from either side.
    """
    rows = _rows(_text(path), path)
    lines: list[Line] = []
    problems: list[str] = []
    seen: dict[str, int] = {}
    said: set[tuple[str, str]] = set()
    for number, row in rows:
        line = Line(number, *(_cell(row.get(name)) for name in NEEDED))
        if line.ids in said:
            continue
        if fault := _fault(line, seen):
            problems.append(f"line {number}: {fault}")
        else:
            said.add(line.ids)
            lines.append(line)
            seen |= {line.whop_id: number, line.affihub_id: number}
    return PairsFile(tuple(lines), tuple(problems))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:  # read and not asked for its size: a device has none
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError(f"Cannot read {path}: {reason}.") from error
    if b"\0" in raw[:SAMPLE]:
        raise _no_text(path)
    if len(raw) > MOST_BYTES:
        raise UsageError(f"{path} is larger than 20 MB; split it.")
    try:
        return raw.decode("utf-8-sig")  # spreadsheets put a mark in front
    except UnicodeDecodeError:
        raise _no_text(path) from None


def _no_text(path: Path) -> UsageError:
    return UsageError(f"{path} is not UTF-8 text; save it as CSV UTF-8.")


def _rows(text: str, path: Path) -> Iterator[tuple[int, Mapping[str, str | None]]]:
    """The rows that are not blank, with the number of the line they end on."""
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        reader.fieldnames = [name.strip().casefold() for name in reader.fieldnames or ()]
        if missing := [name for name in NEEDED if name not in reader.fieldnames]:
            raise UsageError(
                f"{path} has no column {' and no column '.join(missing)}; "
                "its first line is to be: whop_id,affihub_id,note"
            )
        for row in reader:
            if any(row.values()):
                yield reader.line_num, row
    except csv.Error as error:
        raise UsageError(f"{path} is no CSV file: {error} (line {reader.line_num}).") from None


def _cell(text: str | None) -> str:
    return _QUOTED_FORMULA.sub("", (text or "").strip(), count=1)


def _fault(line: Line, seen: Mapping[str, int]) -> str | None:
    for name, text in zip(NEEDED, line.ids, strict=True):
        if not text:
            return f"{name} is empty"
        if text in seen:
            return f"{text} stands in line {seen[text]} already"
    return None
