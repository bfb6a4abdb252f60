"""What is remembered of a pair beside its links: facts, parked rows, held rows."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from sync.core.plan import Disposition
from sync.core.ports import Parked
from sync.state.bulk import put
from sync.state.tables import HELD_ROWS, PAIRS, PARKED_ROWS


def facts(connection: Connection, pair: str) -> tuple[str | None, bool]:
    """The pair's company id, and whether its first run is done."""
    columns = (PAIRS.c.company_id, PAIRS.c.first_run_at)
    found = connection.execute(select(*columns).where(PAIRS.c.pair == pair)).first()
    return (found.company_id, found.first_run_at is not None) if found else (None, False)


def remember_company(connection: Connection, pair: str, company_id: str) -> None:
    """Keep the company id, unless there is one: the pair's first run decides."""
    _fill(connection, pair, {"company_id": company_id})


def lift_first_run(connection: Connection, pair: str, who: str, now: datetime) -> None:
    """Keep who allowed the first run and when, unless somebody did before."""
    _fill(connection, pair, {"first_run_by": who, "first_run_at": now})


def _fill(connection: Connection, pair: str, fact: Mapping[str, object]) -> None:
    if connection.execute(select(PAIRS.c.pair).where(PAIRS.c.pair == pair)).first() is None:
        connection.execute(insert(PAIRS).values(pair=pair))
    empty = [PAIRS.c[name].is_(None) for name in fact]
    connection.execute(update(PAIRS).where(PAIRS.c.pair == pair, *empty).values(**fact))


def parked(connection: Connection, pair: str) -> dict[str, Parked]:
    """Rows that are not sent again as they are, by key."""
    kept = PARKED_ROWS.c
    found = connection.execute(
        select(
            kept.key, kept.disposition, kept.rule, kept.reason, kept.at, kept.tries, kept.until
        ).where(kept.pair == pair)
    )
    return {key: Parked(Disposition(disposition), *lesson) for key, disposition, *lesson in found}


def park(connection: Connection, pair: str, key: str, why: Parked) -> None:
    """Do not send this row again while its key is the same."""
    row = {
        "pair": pair,
        "key": key,
        "disposition": why.disposition.value,
        "rule": why.rule,
        "reason": why.reason,
        "at": why.at,
        "tries": why.tries,
        "until": why.until,
    }
    put(connection, PARKED_ROWS, [row])


def unpark(connection: Connection, pair: str, keys: Collection[str]) -> None:
    """Forget what earlier tries taught about rows."""
    connection.execute(
        delete(PARKED_ROWS).where(PARKED_ROWS.c.pair == pair, PARKED_ROWS.c.key.in_(keys))
    )


def held(connection: Connection, pair: str) -> dict[str, str]:
    """Keys of the rows a guard's limit held, with the guard."""
    columns = (HELD_ROWS.c.key, HELD_ROWS.c.guard)
    found = connection.execute(select(*columns).where(HELD_ROWS.c.pair == pair))
    return {key: guard for key, guard in found}  # noqa: C416 - dict() of rows has no types


def remember_held(
    connection: Connection, pair: str, rows: Mapping[str, str], now: datetime
) -> None:
    """Replace the pair's held rows by these; one that stays keeps the time it was first held."""
    mine = HELD_ROWS.c.pair == pair
    since = {
        (key, guard): at
        for key, guard, at in connection.execute(
            select(HELD_ROWS.c.key, HELD_ROWS.c.guard, HELD_ROWS.c.since).where(mine)
        )
    }
    connection.execute(delete(HELD_ROWS).where(mine))
    put(
        connection,
        HELD_ROWS,
        [
            {"pair": pair, "key": key, "guard": guard, "since": since.get((key, guard), now)}
            for key, guard in rows.items()
        ],
    )
