"""A second program on the same state, run by tests: ``python -m tests.state.other VERB PATH``.

It tells what it has done, a word a line, and goes on at a line from the one who runs it.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from sync.core.ports import EmailReading, Settlement
from sync.core.report import Report, RunStatus
from sync.errors import AffisyncError
from sync.state.store import Store, open_store
from tests.state.people import a_head, a_link, a_row, applied

GROUP = 20
"""Links saved together by ``write``: all of a group are there, or none."""


def hold(store: Store) -> None:
    """Take the pair, then write under its lease each time somebody says so."""
    fence = store.lease("main").fence
    _tell(f"holds {fence.token}")
    for _ in sys.stdin:
        try:
            store.save_links(fence, [a_link()])
            _tell("saved")
        except AffisyncError as error:
            _tell(type(error).__name__)


def write(store: Store) -> None:
    """Do all a run does, again and again, and tell each thing after it was done."""
    fence = store.lease("main").fence
    store.end_stranded_runs(fence, _now())
    for turn in count():
        run_id = f"run-{turn:04}"
        head = a_head(run_id)
        store.begin_run(head)
        for number in range(turn * 3, turn * 3 + 3):
            intent = store.intend(fence, run_id, a_row(number), _now())
            _tell(f"intended {number}")
            store.settle(fence, intent, run_id, Settlement(applied(number), link=a_link(number)))
            _tell(f"settled {number}")
        store.save_links(fence, [a_link(100_000 + turn * GROUP + one) for one in range(GROUP)])
        store.cache_emails("main", {f"user_{turn}": EmailReading((), _now())})
        ended = replace(head, status=RunStatus.APPLIED, finished_at=_now())
        rows = tuple(applied(number) for number in range(turn * 3, turn * 3 + 3))
        store.finish_run(Report(ended, rows=rows))
        _tell(f"finished {run_id}")


VERBS: dict[str, Callable[[Store], None]] = {"hold": hold, "write": write}


def _now() -> datetime:
    return datetime.now(UTC)


def _tell(word: str) -> None:
    print(word, flush=True)  # noqa: T201 - what the test that runs this reads


if __name__ == "__main__":
    with open_store(Path(sys.argv[2]), clock=_now) as opened:
        VERBS[sys.argv[1]](opened)
