"""What was read from the sides at some cost, kept with its age."""

import json
from collections.abc import Mapping

from sqlalchemy import Connection, select

from sync.core.ports import EmailReading, OverrideReading
from sync.state import codecs
from sync.state.bulk import put
from sync.state.tables import EMAIL_READINGS, OVERRIDE_READINGS


def emails(connection: Connection, pair: str) -> dict[str, EmailReading]:
    """Addresses as last read, by Whop user id."""
    kept = EMAIL_READINGS.c
    found = connection.execute(
        select(kept.user_id, kept.emails, kept.read_at).where(kept.pair == pair)
    )
    return {user: EmailReading(tuple(json.loads(told)), read_at) for user, told, read_at in found}


def keep_emails(connection: Connection, pair: str, read: Mapping[str, EmailReading]) -> None:
    """Keep addresses in the place of earlier ones."""
    put(
        connection,
        EMAIL_READINGS,
        [
            {
                "pair": pair,
                "user_id": user_id,
                "emails": codecs.document(reading.emails),
                "read_at": reading.read_at,
            }
            for user_id, reading in read.items()
        ],
    )


def overrides(connection: Connection, pair: str) -> dict[str, OverrideReading]:
    """Overrides as last read, by affiliate id."""
    kept = OVERRIDE_READINGS.c
    found = connection.execute(
        select(kept.whop_id, kept.overrides, kept.count, kept.updated_at, kept.read_at).where(
            kept.pair == pair
        )
    )
    return {
        whop_id: OverrideReading(codecs.overrides_from(told), *marks)
        for whop_id, told, *marks in found
    }


def keep_overrides(connection: Connection, pair: str, read: Mapping[str, OverrideReading]) -> None:
    """Keep overrides in the place of earlier ones."""
    put(
        connection,
        OVERRIDE_READINGS,
        [
            {
                "pair": pair,
                "whop_id": whop_id,
                "overrides": codecs.overrides_document(reading.overrides),
                "count": reading.count,
                "updated_at": reading.updated_at,
                "read_at": reading.read_at,
            }
            for whop_id, reading in read.items()
        ],
    )
