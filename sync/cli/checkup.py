"""What the doctor found, on a terminal and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sync.render.clean import clean
from sync.render.console import printed
from sync.render.document import dumps
from sync.render.words import SENTENCE_LIMIT, number
from sync.runs.doctor import Finding, Health

SCHEMA: Final = "affisync.doctor/1"

SIGNS: Final[Mapping[Health, tuple[str, str]]] = MappingProxyType(
    {
        Health.OK: ("✓", "green"),
        Health.WARNING: ("▲ warning", "bold yellow"),
        Health.FAILED: ("✕ failed", "bold red"),
    }
)


@dataclass(frozen=True, slots=True)
class Told:
    """The findings about one part of the whole."""

    part: str
    findings: tuple[Finding, ...]


def text(parts: Sequence[Told], *, width: int, color: bool) -> str:
    """One line for each finding, with what to do below it; then the sum."""
    return printed(_shown(parts), width=width, color=color)


def _shown(parts: Sequence[Told]) -> Iterator[RenderableType]:
    for told in parts:
        yield Text(clean(told.part), "bold")
        yield Padding(_table(told.findings), (0, 0, 1, 2))
    healths = [finding.health for told in parts for finding in told.findings]
    failed, warned = healths.count(Health.FAILED), healths.count(Health.WARNING)
    yield Text(
        f"{number(len(healths), 'check')}: {failed} failed, {number(warned, 'warning')}.", "bold"
    )


def _table(findings: Sequence[Finding]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for _ in range(3):
        table.add_column(overflow="fold")
    for finding in findings:
        sign, style = SIGNS[finding.health]
        seen = Text(clean(finding.seen, SENTENCE_LIMIT))
        if finding.advice:
            seen.append(f"\n{clean(finding.advice, SENTENCE_LIMIT)}", "cyan")
        table.add_row(Text(sign, style), Text(clean(finding.check)), seen)
    return table


def document(parts: Sequence[Told]) -> str:
    """One JSON document."""
    return dumps(
        {
            "schema": SCHEMA,
            "findings": [
                {
                    "part": told.part,
                    "check": finding.check,
                    "health": finding.health.value,
                    "seen": finding.seen,
                    "advice": finding.advice,
                }
                for told in parts
                for finding in told.findings
            ],
        }
    )
