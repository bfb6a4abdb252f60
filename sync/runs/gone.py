"""What became of a row that somebody names and that waits for nobody any more."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from sync.core.cases import Case
from sync.core.decision import subject
from sync.core.plan import Disposition, Outcome, Row
from sync.core.ports import Fate, Store
from sync.core.saying import sentence

REMEMBERED: Final = 20
"""Runs of a pair looked through for a row."""


def what_became(store: Store, pairs: Iterable[str], cases: Sequence[Case], wanted: str) -> str:
    """One sentence on the row with this id, or with an id that starts so."""
    for pair in pairs if wanted else ():
        for told in chain(_carried_out(store, pair, wanted), _seen(store, pair, cases, wanted)):
            return told
    return f"No row waits under {wanted or 'an empty id'}; see: affisync held, affisync inbox."


def _carried_out(store: Store, pair: str, wanted: str) -> Iterator[str]:
    for past in store.decisions(pair):
        row = past.decision.row
        if past.fate is Fate.SPENT and row.key.startswith(wanted):
            yield f"{_name(row)} is done: {sentence(past.decision)}."


def _seen(store: Store, pair: str, cases: Sequence[Case], wanted: str) -> Iterator[str]:
    for run_id, row in _latest_first(store, pair, wanted):
        yield f"{_name(row)} {_became(row, run_id, cases)}"


def _latest_first(store: Store, pair: str, wanted: str) -> Iterator[tuple[str, Row]]:
    for entry in store.runs(pair, REMEMBERED):
        report = store.report(entry.head.id, pair)
        for row in report.rows if report else ():
            if row.key.startswith(wanted):
                yield entry.head.id, row


def _name(row: Row) -> str:
    return f"Row {row.key} ({row.kind} of {row.person.label})"


def _became(row: Row, run_id: str, cases: Sequence[Case]) -> str:
    if row.outcome is Outcome.APPLIED:
        return f"was applied by run {run_id}."
    now = next((case.row for case in cases if subject(case.row) == subject(row)), None)
    if now:
        values = f"from {now.before or 'nothing'} to {now.after or 'what you say'}"
        return f"has changed; what waits now is {now.key} ({now.kind}, {values})."
    if row.disposition in (Disposition.APPLY, Disposition.WAITING):
        return f"needs nobody's word: in run {run_id} it was to {_fate(row)}."
    return f"went away by itself after run {run_id}; nothing waits for that person."


def _fate(row: Row) -> str:
    return "be applied" if row.disposition is Disposition.APPLY else "wait for something else"
