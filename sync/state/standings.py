"""How pairs are doing and what their people were told: one row of a pair in each table."""

import json
from datetime import datetime

from sqlalchemy import Connection, select

from sync.core.ports import Told
from sync.core.report import Trouble
from sync.core.standing import Standing
from sync.state import codecs
from sync.state.bulk import keep
from sync.state.tables import STANDINGS, TOLD


def standing(connection: Connection, pair: str) -> Standing:
    """How a pair is doing; a fresh one where nothing is known."""
    mine = select(STANDINGS).where(STANDINGS.c.pair == pair)
    found = connection.execute(mine).mappings().first()
    if found is None:
        return Standing(pair)
    trouble = Trouble(found["trouble"]) if found["trouble"] else None
    return Standing(**{**found, "trouble": trouble})


def keep_standing(connection: Connection, standing: Standing) -> None:
    """Keep how a pair is doing; when it runs next is kept by ``keep_next_run`` alone."""
    known = {
        "last_started": standing.last_started,
        "last_good": standing.last_good,
        "failures": standing.failures,
        "trouble": standing.trouble.value if standing.trouble else None,
        "reason": standing.reason,
        "since": standing.since,
        "not_before": standing.not_before,
    }
    keep(connection, STANDINGS, standing.pair, known)


def keep_next_run(connection: Connection, pair: str, at: datetime | None) -> None:
    """Keep when a pair runs next."""
    keep(connection, STANDINGS, pair, {"next_run": at})


def told(connection: Connection, pair: str) -> Told:
    """What a pair's people were told last."""
    columns = (TOLD.c.needs, TOLD.c.failing, TOLD.c.failing_since, TOLD.c.at, TOLD.c.digest_at)
    found = connection.execute(select(*columns).where(TOLD.c.pair == pair)).first()
    if found is None:
        return Told()
    needs, *rest = found
    return Told(frozenset(json.loads(needs)), *rest)


def keep_told(connection: Connection, pair: str, told: Told) -> None:
    """Keep what a pair's people were told."""
    known = {
        "needs": codecs.document(sorted(told.needs)),
        "failing": told.failing,
        "failing_since": told.failing_since,
        "at": told.at,
        "digest_at": told.digest_at,
    }
    keep(connection, TOLD, pair, known)
