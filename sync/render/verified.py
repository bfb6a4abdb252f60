"""Whether the log and what it is about are as they were: for a terminal, and as JSON."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rich.console import RenderableType
from rich.text import Text

from sync.core.ports import Verified
from sync.render.clean import clean
from sync.render.console import printed
from sync.render.document import dumps
from sync.render.plain import plain
from sync.render.words import SENTENCE_LIMIT, moment, number

SCHEMA: Final = "affisync.verify-log/1"
TOLD: Final = 50
"""Problems told one by one on a terminal."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a check, and the head that was asked about, if any, or its start."""

    verified: Verified
    asked: str | None = None

    @property
    def is_sound(self) -> bool:
        """Whether nothing speaks against the record."""
        return not self.verified.problems and self.verified.knows is not False


NOT_IN_IT: Final = (
    "Links, and what both sides last agreed on, are not in the log; compare them with both sides "
    "by: affisync statement"
)


def document(checked: Checked) -> str:
    """One JSON document."""
    verified = checked.verified
    told: dict[str, object] = {
        "schema": SCHEMA,
        "sound": checked.is_sound,
        "entries": verified.entries,
        "head": verified.head,
        "asked": checked.asked,
        "known": verified.knows,
        "forgotten": plain(verified.forgotten),
        "problems": list(verified.problems),
    }
    return dumps(told)


def text(checked: Checked, *, width: int, color: bool) -> str:
    """What was found, the head to copy elsewhere, and what to think of the head asked about."""
    return printed(_parts(checked), width=width, color=color)


def _parts(checked: Checked) -> Iterator[RenderableType]:
    verified = checked.verified
    found = len(verified.problems)
    entries = number(verified.entries, "entry", "entries")
    if found:
        yield Text(f"The record is not as it was: {number(found, 'problem')}.", "bold red")
    else:
        yield Text(f"The record fits its log of {entries}.", "bold green")
    for problem in verified.problems[:TOLD]:
        yield Text(f"  {clean(problem, SENTENCE_LIMIT)}")
    if found > TOLD:
        yield Text(f"  and {found - TOLD:,} more; see all with --format json", "dim")
    yield from _asked(checked)
    yield Text(f"  head {verified.head}", "dim", no_wrap=True, overflow="ignore")


def _asked(checked: Checked) -> Iterator[RenderableType]:
    verified = checked.verified
    if verified.knows:
        proves = "" if verified.problems else ": up to it, runs and decisions are as they were then"
        yield Text(f"The log knows that head{proves}.", "" if verified.problems else "green")
        yield Text(NOT_IN_IT)
    elif verified.knows is False:
        yield Text(f"The log does not know the head {clean(checked.asked)}.", "bold red")
        yield Text(_doubt(verified))


def _doubt(verified: Verified) -> str:
    """What an unknown head proves: nothing where its run may have been forgotten properly."""
    proof = "was changed, or is that of another pair of systems"
    if verified.forgotten is None:
        return f"If a report showed it, this state {proof}."
    return (
        f"Runs up to {moment(verified.forgotten)} were forgotten as state.keep_days wants it, most"
        f" of their heads with them. If a report from after that showed it, this state {proof}."
    )
