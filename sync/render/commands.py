"""The commands a report tells people to type: whole, so that they work where they are pasted."""

import re
import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sync.core.report import Report
from sync.render.clean import clean

LIMIT: Final = 400
"""Characters of a command: one that was cut short does something else."""

_IN_A_SENTENCE: Final = re.compile(r"affisync [a-z-]+(?: --[a-z-]+ [\w-]+)+")


@dataclass(frozen=True, slots=True)
class Commands:
    """Commands about one pair; ``config`` is the configuration file unless it is the default."""

    pair: str
    config: Path | None = None

    @property
    def explain(self) -> str:
        """Everything about one person."""
        return self.typed(f"affisync explain EMAIL --pair {self.pair}")

    @property
    def inbox(self) -> str:
        """What waits for a person."""
        return self.typed(f"affisync inbox --pair {self.pair}")

    def page(self, run: str) -> str:
        """Every row of a run."""
        return self.typed(f"affisync report {run} --format html --output report.html")

    def typed(self, command: str) -> str:
        """A command with the configuration file it needs."""
        file = f" --config {shlex.quote(str(self.config))}" if self.config else ""
        ours = command.startswith("affisync ")
        return clean(f"{command}{file}" if ours else command, LIMIT)

    def told(self, sentence: str) -> str:
        """A sentence with the commands in it as they are to be typed."""
        return _IN_A_SENTENCE.sub(lambda found: self.typed(found[0]), sentence)


def with_commands(report: Report, commands: Commands) -> Report:
    """The report with the commands of its guards as they are to be typed."""
    guards = (
        replace(
            verdict, command=commands.typed(verdict.command), message=commands.told(verdict.message)
        )
        for verdict in report.guards
    )
    return replace(report, guards=tuple(guards)) if commands.config else report
