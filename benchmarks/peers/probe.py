"""The probes every tool gets, and the table of what happened."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

Answer = Callable[[Path], str]
"""Plays one probe in a folder of its own and tells in a sentence what happened."""

PROBES: Final[Mapping[str, str]] = {
    "most": "990 of 1,000 vanish on one side",
    "last": "the last ten vanish",
    "nine": "nine of nine are removed",
    "half": "49 of 100 vanish",
    "crash": "killed after the sixth of ten creates, then run again",
    "lock": "kill -9 in the middle of a run; the next run",
    "keeps": "the other side stores another value than was sent",
    "moves": "one of ten records moves between plan and write",
    "markup": "markup in a name or a value",
}
"""Every probe by its key, in the table's order."""

NOT_PROBED: Final = "-"


@dataclass(frozen=True, slots=True)
class Peer:
    """One tool: which version was found here ("" = none), and how it answers each probe."""

    name: str
    version: str
    answers: Mapping[str, Answer] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Column:
    """What one tool did: a sentence for each probe it was given."""

    peer: Peer
    told: Mapping[str, str]


def probed(peer: Peer, folder: Path, only: Iterable[str] = PROBES) -> Column:
    """Give a tool its probes, each in an empty folder."""
    return Column(peer, dict(_told(peer, folder, only)))


def _told(peer: Peer, folder: Path, only: Iterable[str]) -> Iterator[tuple[str, str]]:
    for key in only:
        answer = peer.answers.get(key)
        if answer is None:
            continue
        place = folder / peer.name.split()[0] / key
        place.mkdir(parents=True)
        yield key, answer(place)


def table(columns: Iterable[Column]) -> str:
    """Probe by tool, as a Markdown table."""
    shown = list(columns)
    head = ["what happens", *(f"{one.peer.name} {one.peer.version}".strip() for one in shown)]
    lines = [head, ["---"] * len(head)]
    for key, what in PROBES.items():
        lines.append([what, *(one.told.get(key, NOT_PROBED) for one in shown)])
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")
