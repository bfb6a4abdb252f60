"""A lint of metrics in the text format, by the rules of promtool."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

SAMPLE: Final = re.compile(r"(\w+)(\{.*\})? \S+")
OF_HISTOGRAMS: Final = ("_bucket", "_count", "_sum")
NO_BASE_UNIT: Final = re.compile(r"_(ms|milliseconds|minutes|hours|days|kilobytes|percent)(_|$)")
SNAKE: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


@dataclass
class Family:
    """What the text says under one name."""

    name: str
    told: str = ""
    kind: str = ""
    series: list[str] = field(default_factory=list)

    @property
    def labels(self) -> set[str]:
        return set(re.findall(r'(\w+)="', " ".join(self.series)))


RULES: Final[Mapping[str, Callable[[Family], object]]] = {
    "no help": lambda it: not it.told.strip(),
    "no type": lambda it: it.kind not in ("counter", "gauge", "histogram"),
    "no snake_case": lambda it: not SNAKE.fullmatch(it.name),
    "no base unit": lambda it: NO_BASE_UNIT.search(it.name),
    "its type is in its name": lambda it: it.kind in it.name.split("_"),
    "a counter without _total": lambda it: it.kind == "counter" and not it.name.endswith("_total"),
    "a suffix of counters": lambda it: it.kind != "counter" and it.name.endswith("_total"),
    "a suffix of histograms": lambda it: it.name.endswith(OF_HISTOGRAMS),
    "a label that is no snake_case": lambda it: not all(map(SNAKE.fullmatch, it.labels)),
    "a series that comes twice": lambda it: len(set(it.series)) < len(it.series),
}


def lint(text: str) -> list[str]:
    """What is against the conventions, one sentence for each."""
    found = list(_families(text))
    twice = [name for name, count in Counter(it.name for it in found).items() if count > 1]
    faults = [f"{it.name}: {fault}" for it in found for fault, is_so in RULES.items() if is_so(it)]
    return [*faults, *(f"{name}: comes twice" for name in twice)]


def _families(text: str) -> Iterator[Family]:
    """In the order of the text; a sample belongs to the name above it."""
    it: Family | None = None
    for line in text.splitlines():
        words = line.split(" ", 3)
        if words[0] == "#":
            if it is None or it.name != words[2] or it.series:
                yield from [it] if it else ()
                it = Family(words[2])
            setattr(it, "told" if words[1] == "HELP" else "kind", words[3])
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample, f"no sample: {line}"
        assert it, f"before any name: {line}"
        assert sample[1].removeprefix(it.name) in ("", *OF_HISTOGRAMS), line
        it.series.append(line.rsplit(" ", 1)[0])
    yield from [it] if it else ()
