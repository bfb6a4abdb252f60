"""The log tells whoever changed the record; a head that was copied tells who rewrote the log."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from sync.core.decision import Verb
from sync.core.plan import Row
from sync.core.ports import Fate
from sync.core.report import Report
from sync.state import log, records
from sync.state.engine import engine
from sync.state.store import open_store
from sync.state.tables import DECISIONS, LOG, ROWS, RUNS
from tests.state.chained import HELD, changed, numbers, verified
from tests.state.people import NOON, a_decision, a_report, applied


def shown(number: int, *rows: Row, **changes: object) -> Report:
    at = NOON + timedelta(hours=number)
    return a_report(f"run-{number}", *rows, started_at=at, finished_at=at, **changes)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A state with something of all that the log tells of, closed."""
    path = tmp_path_factory.mktemp("whole") / "state.db"
    with open_store(path, clock=lambda: NOON) as store:
        fence = store.lease("main").fence
        store.finish_run(shown(1, *HELD))
        store.finish_run(shown(2, *HELD))
        store.decide([a_decision(), a_decision(Verb.REJECT, by="bob"), a_decision(number=2)])
        store.finish_run(shown(3, applied(1, decided="Approved by ana.", effect_usd=None), HELD[1]))
        store.end_decisions(fence, [3], Fate.SPENT, NOON)
        store.finish_run(shown(4, pair="other", error="no"))
        store.finish_run(shown(3, applied(1), HELD[1]))
    return path.read_bytes()


@pytest.fixture
def filled(path: Path, whole: bytes) -> Path:
    path.write_bytes(whole)
    return path


def test_what_was_left_alone_is_as_it_was_recorded(filled: Path) -> None:
    found = verified(filled)

    assert found.problems == ()
    assert found.entries == len(numbers(filled, "log")) == 10
    assert (found.knows, found.forgotten) == (None, None)


TABLES = (RUNS, ROWS, DECISIONS, LOG)
COLUMNS = [(table.name, column.name) for table in TABLES for column in table.c]
OTHERWISE = (
    "CASE WHEN {c} IS NULL THEN 'x' WHEN typeof({c}) = 'integer' THEN {c} + 1000"
    " ELSE {c} || 'x' END"
)
TAKEN_AWAY = "NULL"


def spoilings(path: Path, table: str, column: str) -> Iterator[str]:
    """Each value of a column changed, and taken away where the table has it so."""
    with closing(sqlite3.connect(path)) as raw:
        about = raw.execute(f"PRAGMA table_info({table})").fetchall()
        values = raw.execute(f'SELECT number, "{column}" FROM "{table}"').fetchall()
    must = {name: not_null for _, name, _, not_null, *_ in about}
    for number, value in values:
        change = f'UPDATE "{table}" SET "{column}" = %s WHERE number = {number}'
        yield change % OTHERWISE.format(c=f'"{column}"')
        if value is not None and not must[column]:
            yield change % TAKEN_AWAY


@pytest.mark.parametrize("table, column", COLUMNS)
def test_every_single_value_that_is_changed_is_told(
    filled: Path, whole: bytes, table: str, column: str
) -> None:
    for statement in list(spoilings(filled, table, column)):
        changed(filled, statement)
        found = verified(filled)

        assert found.problems, statement
        assert all(problem.endswith(".") for problem in found.problems)
        filled.write_bytes(whole)


@pytest.mark.parametrize(
    "statement, said",
    [
        ("UPDATE runs SET status = 'failed' WHERE id = 'run-1'", "run run-1 was changed"),
        ("UPDATE rows SET after = 'active' WHERE run = 3", "run run-3 was changed"),
        ("UPDATE rows SET after = 'active' WHERE run = 1", "run run-2 was changed"),
        ("UPDATE runs SET finished_at = NULL WHERE id = 'run-1'", "tells of run run-1, but the"),
        ("UPDATE runs SET log = NULL WHERE id = 'run-1'", "that run run-1 shows is not the one"),
        ("UPDATE decisions SET why = 'asked' WHERE number = 2", "decision 2 was changed"),
        ("UPDATE decisions SET fate = NULL, fate_at = NULL", "what became of decision 3, but the"),
        ("UPDATE decisions SET fate = 'spent' WHERE number = 2", "became of decision 2, which the"),
        ("UPDATE decisions SET fate = 'spent' WHERE number = 1", "became of decision 1 was change"),
        ("DELETE FROM runs WHERE id = 'run-4'", "tells of run run-4, but the state does not"),
        ("DELETE FROM rows WHERE number = (SELECT max(number) FROM rows)", "run run-3 was changed"),
        ("DELETE FROM decisions WHERE number = 2", "tells of decision 2, but the state does not"),
        ("UPDATE log SET previous = 'x' WHERE subject = 'run-4'", "does not follow the one before"),
        ("UPDATE log SET previous = hash WHERE kind = 'fate'", "cannot be of something forgotten"),
        ("DELETE FROM log", "The log does not tell of run run-1, which the state has."),
    ],
)
def test_what_is_told_names_what_was_changed(filled: Path, statement: str, said: str) -> None:
    changed(filled, statement)

    assert [problem for problem in verified(filled).problems if said in problem]


@pytest.mark.parametrize(
    "table, key", [("runs", "id"), ("rows", "key"), ("decisions", "key"), ("log", "subject")]
)
def test_what_is_added_by_hand_is_told(filled: Path, table: str, key: str) -> None:
    """The last one again, under the next number."""
    with closing(sqlite3.connect(filled)) as raw:
        (*_, last) = raw.execute(f'SELECT * FROM "{table}" ORDER BY number')
        names = [name for _, name, *_ in raw.execute(f'PRAGMA table_info("{table}")')]
        again = dict(zip(names, last, strict=True))
        again |= {"number": again["number"] + 1, key: "another"}
        places = ", ".join("?" * len(names))
        raw.execute(f'INSERT INTO "{table}" VALUES ({places})', list(again.values()))
        raw.commit()

    assert verified(filled).problems


def test_every_entry_that_is_deleted_is_told(filled: Path, whole: bytes) -> None:
    for number in numbers(filled, "log"):
        changed(filled, f"DELETE FROM log WHERE number = {number}")

        assert verified(filled).problems, number
        filled.write_bytes(whole)


def test_entries_that_changed_places_are_told(filled: Path, whole: bytes) -> None:
    for number in numbers(filled, "log")[:-1]:
        changed(
            filled,
            f"UPDATE log SET number = -1 WHERE number = {number}",
            f"UPDATE log SET number = {number} WHERE number = {number + 1}",
            f"UPDATE log SET number = {number + 1} WHERE number = -1",
        )

        assert verified(filled).problems, number
        filled.write_bytes(whole)


def forged(path: Path) -> None:
    """All that somebody can do who knows how the log is made: every digest and hash anew."""
    made = engine(path)
    with made.execution_options(write=True).begin() as connection:
        now = [
            *records.runs(connection),
            *records.decisions(connection),
            *records.fates(connection),
        ]
        digests = {(record.kind.value, record.subject): record.digest for record in now}
        previous = log.NOTHING
        for entry in connection.execute(LOG.select().order_by(LOG.c.number)).mappings().all():
            digest = digests.get((entry["kind"], entry["subject"]), entry["digest"])
            said = [entry[name] for name in ("number", "at", "pair", "kind", "subject")]
            previous = log.link(previous, *said, digest)
            same = LOG.c.number == entry["number"]
            connection.execute(LOG.update().where(same).values(digest=digest, hash=previous))
            if entry["kind"] == "run":
                mine = RUNS.c.id == entry["subject"]
                connection.execute(RUNS.update().where(mine).values(log=previous))
    made.dispose()


def test_a_log_that_was_written_anew_is_convicted_by_an_earlier_head(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as raw:
        heads = [head for (head,) in raw.execute("SELECT hash FROM log ORDER BY number")]
    assert all(verified(filled, head).knows for head in heads)

    changed(filled, "UPDATE decisions SET by = 'bob' WHERE number = 1")
    assert verified(filled).problems
    forged(filled)

    found = verified(filled, heads[-1])
    assert (found.problems, found.knows) == ((), False)
    tampered = 3  # what was written before the decision is as it was
    known = [verified(filled, head).knows for head in heads]
    assert known == [True] * (tampered - 1) + [False] * (len(heads) - tampered + 1)
