"""What the configuration wants people's yes for: kinds that need two of them, days of freeze."""

from calendar import monthrange
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Final

from sync.core.holding import Beyond, Facts, approve_command, is_open
from sync.core.plan import Field, GuardVerdict, Row
from sync.core.policy import Guards, Hold

A_DAY: Final = timedelta(days=1)
MOST_DAYS: Final = 366
"""Nobody is told the end of a freeze that lasts longer."""


def two_people(rows: Collection[Row], _guards: Guards, facts: Facts) -> Beyond | None:
    """Rows of a kind that needs two people, until two of them said yes."""
    counted = [row for row in rows if is_open(row) and row.kind in facts.two_people]
    over = [row for row in counted if not facts.is_approved(row)]
    if not over:
        return None
    once = sum(facts.names(row) == 1 for row in over)
    message = f"{len(over)} rows need the yes of two people; {once} of them have one."
    command = approve_command(facts, Hold.TWO_PEOPLE)
    verdict = GuardVerdict(Hold.TWO_PEOPLE, len(over), 0, len(over), message, command)
    return Beyond(frozenset(row.key for row in over), verdict)


def freeze(rows: Collection[Row], _guards: Guards, facts: Facts) -> Beyond | None:
    """Status and rate rows on a frozen day; who freed one knew that it is."""
    if facts.today is None or not is_frozen(facts.freeze, facts.today):
        return None
    counted = [r for r in rows if is_open(r) and r.field in (Field.STATUS, Field.COMMISSION)]
    over = [row for row in counted if not facts.is_freed(row)]
    if not over:
        return None
    until = thaw(facts.freeze, facts.today)
    ends = f"until {until}" if until else "as long as the setting is so"
    message = (
        f"{facts.today} is frozen: {len(over)} rows of status and rate wait {ends}, or for a "
        "person who approves them all the same."
    )
    command = approve_command(facts, Hold.FREEZE)
    verdict = GuardVerdict(Hold.FREEZE, len(over), 0, len(over), message, command)
    return Beyond(frozenset(row.key for row in over), verdict)


def is_frozen(days: Iterable[date | int], today: date) -> bool:
    """Whether a day is one of these; a day its month does not have is the month's last one."""
    last = monthrange(today.year, today.month)[1]
    return any(
        min(day, last) == today.day if isinstance(day, int) else day == today for day in days
    )


def thaw(days: Collection[date | int], today: date) -> date | None:
    """The first day that is not frozen any more; None where none is near."""
    coming = (today + A_DAY * n for n in range(1, MOST_DAYS + 1))
    return next((day for day in coming if not is_frozen(days, day)), None)
