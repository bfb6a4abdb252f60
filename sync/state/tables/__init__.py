"""The tables. Keys are the two sides' own ids; rates, money and documents are text, never floats.

Times are aware and in UTC (SQLModel stores them so and refuses others). A *document* is JSON in
ASCII, read and written by ``sync.state.codecs`` only.
"""

from sync.state.tables.base import State
from sync.state.tables.decisions import DECISIONS, LOG
from sync.state.tables.mapping import BASES, KEPT_APART, LINKS
from sync.state.tables.memory import (
    EMAIL_READINGS,
    HELD_ROWS,
    OPEN_ROWS,
    OVERRIDE_READINGS,
    PARKED_ROWS,
)
from sync.state.tables.pairs import LEASES, PAIRS, STANDINGS, TOLD
from sync.state.tables.runs import INTENTS, ROWS, RUNS, SNAPSHOTS

__all__ = [
    "BASES",
    "DECISIONS",
    "EMAIL_READINGS",
    "HELD_ROWS",
    "INTENTS",
    "KEPT_APART",
    "LEASES",
    "LINKS",
    "LOG",
    "OPEN_ROWS",
    "OVERRIDE_READINGS",
    "PAIRS",
    "PARKED_ROWS",
    "ROWS",
    "RUNS",
    "SNAPSHOTS",
    "STANDINGS",
    "TOLD",
    "State",
]
