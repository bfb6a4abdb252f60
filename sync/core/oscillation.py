"""Two writers who undo each other: a field that went there and back twice within a day is frozen.

Following them on would write for ever, and mail people each time. It is left to a person, who is
told what each side keeps setting.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sync.core.commission import show_rate
from sync.core.deciding import Words
from sync.core.decision import Verb, subject
from sync.core.plan import Disposition, Field, Kind, Row
from sync.core.ports import PastRow
from sync.core.record import Side
from sync.core.status import Meaning

OSCILLATION: Final = "oscillation"
"""The rule of a row that is frozen."""
TURNS: Final = 4
"""A-B-A twice: there, back, there, and back again."""
SWITCHING_ON: Final = (Kind.ACTIVATE_PARTNER, Kind.UNARCHIVE_AFFILIATE)


@dataclass(frozen=True, slots=True)
class Turn:
    """One value a field took: the value before, the new one, and who set it first, as of when.

    Statuses are their meanings, rates their texts; ``at`` is None for what is only planned.
    """

    before: str | None
    after: str | None
    mover: Side
    at: datetime | None = None


def frozen(rows: Iterable[Row], lately: Iterable[PastRow], words: Words) -> tuple[Row, ...]:
    """The rows, with those as breaks that would go back and forth once more."""
    past = defaultdict(list)
    for one in lately:
        past[subject(one.row)].append(one)
    return tuple(_frozen(row, past.get(subject(row), ()), words) for row in rows)


def _frozen(row: Row, past: Sequence[PastRow], words: Words) -> Row:
    if row.disposition is not Disposition.APPLY or len(past) < TURNS - 1:
        return row
    turns = _turns((*((one.row, one.at) for one in past), (row, None)))
    if not swings(turns) or words.insists(row, past[-1].at, Verb.USE, Verb.RETRY):
        return row
    reason = _reason(turns, row.field)
    return replace(row, disposition=Disposition.BREAK, rule=OSCILLATION, reason=reason)


def _turns(rows: Iterable[tuple[Row, datetime | None]]) -> list[Turn]:
    """What a field was set to, one after the other; writing both sides alike is one turn."""
    turns: list[Turn] = []
    for row, at in rows:
        turn = Turn(*_values(row), row.side.other, at)
        if not turns or turns[-1].after != turn.after:
            turns.append(turn)
    return turns


def _values(row: Row) -> tuple[str | None, str | None]:
    """Before and after, in values that compare whatever side they were written to."""
    if row.field is Field.COMMISSION:
        return row.before, row.after
    on = row.kind in SWITCHING_ON
    before = Meaning.OFF if on and row.is_reactivation else Meaning.ON
    return before, Meaning.ON if on else Meaning.OFF


def swings(turns: Sequence[Turn]) -> bool:
    """Whether the last turn, which is planned, is the second one back."""
    if len(turns) < TURNS or turns[-1].at is not None:
        return False
    one, two, three, four = turns[-TURNS:]
    return one.before == two.after == four.after != one.after == three.after


def _reason(turns: Sequence[Turn], field: Field) -> str:
    """What each side keeps setting, how often, and since when."""
    last = turns[-TURNS:]
    times = Counter((turn.mover, turn.after) for turn in last)
    told = ", ".join(
        f"{mover.brand} keeps setting {_show(value, field)} ({count} times)"
        for (mover, value), count in times.items()
    )
    return f"It went back and forth since {last[0].at:%Y-%m-%d %H:%M} UTC: {told}; choose one."


def _show(value: str | None, field: Field) -> str:
    return show_rate(value) if field is Field.COMMISSION else str(value)
