"""Guards in money: how far one rate may move, and what all of them may change in a month."""

from collections.abc import Collection
from decimal import Decimal

from sync.core.holding import Beyond, Facts, approve_command, counts, is_open
from sync.core.plan import Field, GuardVerdict, Row
from sync.core.policy import Guards, Hold
from sync.core.totals import effects


def rate_jump(rows: Collection[Row], guards: Guards, facts: Facts) -> Beyond | None:
    """Rates that move too far; from or to a default nobody knows is too far as well."""
    most = guards.max_rate_jump
    if most is None:
        return None
    rates = [row for row in rows if is_open(row) and row.field is Field.COMMISSION]
    counted = [row for row in rates if _is_jump(row, most)]
    over = frozenset(row.key for row in counted if not facts.is_approved(row))
    if not over:
        return None
    message = (
        f"{len(counted)} rates would move by more than {_plain(most)} points, or by nobody knows "
        f"how many: {len(over)} held."
    )
    command = approve_command(facts, Hold.RATE_JUMP)
    return Beyond(over, GuardVerdict(Hold.RATE_JUMP, len(counted), 0, len(over), message, command))


def monthly_effect(rows: Collection[Row], guards: Guards, facts: Facts) -> Beyond | None:
    """All rates, where together they change too much, or nobody knows how much.

    What was held for it stays held when the rest shrinks: leftovers never slip under the limit.
    """
    most = guards.max_monthly_effect_usd
    if most is None:
        return None
    counted = [row for row in rows if row.field is Field.COMMISSION and counts(row, facts)]
    moved = sum(map(abs, effects(counted)), Decimal())
    unknown = sum(row.effect_usd is None for row in counted)
    too_much = moved > most or unknown > 0
    over = frozenset(
        row.key
        for row in counted
        if is_open(row)
        and not facts.is_approved(row)
        and (too_much or facts.held.get(row.key) == Hold.MONTHLY_EFFECT)
    )
    if not over:
        return None
    message = _message(moved, unknown, len(over), most) if too_much else _leftovers(len(over))
    command = approve_command(facts, Hold.MONTHLY_EFFECT)
    verdict = GuardVerdict(Hold.MONTHLY_EFFECT, len(counted), 0, len(over), message, command)
    return Beyond(over, verdict)


def _message(moved: Decimal, unknown: int, held: int, most: Decimal) -> str:
    beside = f", and {unknown} by nobody knows how much" if unknown else ""
    return (
        f"Rates would change what is paid a month by {_usd(moved)}{beside}; up to {_usd(most)} "
        f"may go: {held} held."
    )


def _leftovers(held: int) -> str:
    return f"{held} rates were held for their monthly effect before and still wait for a person."


def _is_jump(row: Row, most: Decimal) -> bool:
    if row.before is None or row.after is None:
        return True
    return abs(Decimal(row.after) - Decimal(row.before)) > most


def _usd(amount: Decimal) -> str:
    return f"${amount.quantize(Decimal('0.01')):,}"


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")
