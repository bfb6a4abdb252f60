"""A check tells what is wrong with a state, whatever it is, and changes nothing."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import UTCDateTime

from sync.core.ports import EmailReading, Fence, Told
from sync.state.check import DOCUMENTS, DOCUMENTS_AT_HEAD, WORDS, WORDS_AT_HEAD, check
from sync.state.store import Store, open_store
from sync.state.tables import State
from tests.state.people import (
    NOON,
    StandingClock,
    a_decision,
    a_head,
    a_link,
    a_report,
    a_row,
    applied,
)

FIRST = Path(__file__).with_name("revision_0001.sql")


@pytest.fixture
def filled(path: Path, clock: StandingClock) -> Path:
    """A state that holds some of everything, closed."""
    with open_store(path, clock=clock) as store:
        fence = store.lease("main").fence
        store.save_links(fence, [a_link(n) for n in range(1, 4)])
        store.cache_emails("main", {"user_1": EmailReading(("a@example.com",), NOON)})
        store.finish_run(a_report("run-1", a_row(1)))
        store.finish_run(a_report("run-2", a_row(1)))
        store.decide([a_decision()])
        store.remember_open(fence, [a_row(3)], NOON, all_seen=True)
        store.keep_told("main", Told(frozenset({"key-3"})))
        store.begin_run(a_head("run-3"))
        store.intend(fence, "run-3", a_row(2), NOON)
        store.lease("other")
    return path


def spoilt(path: Path, *statements: str) -> tuple[str, ...]:
    """What a check says after somebody wrote into the file by hand."""
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA writable_schema = ON")
        for statement in statements:
            raw.execute(statement)
    return check(path)


def test_a_state_in_use_is_sound(store: Store, fence: Fence, path: Path) -> None:
    store.save_links(fence, [a_link()])
    store.finish_run(a_report("run-1", applied()))

    with store._database.write():
        assert check(path) == ()


def test_a_closed_state_is_sound_and_left_as_it_was(filled: Path) -> None:
    before = filled.read_bytes()

    assert check(filled) == ()

    assert filled.read_bytes() == before
    assert [one.name for one in filled.parent.iterdir()] == [filled.name]


def test_a_state_of_an_earlier_revision_is_sound_and_not_upgraded(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript(FIRST.read_text(encoding="utf-8"))
    before = path.read_bytes()

    assert check(path) == ()

    assert path.read_bytes() == before


def test_a_file_that_is_not_there_is_told_and_not_made(path: Path) -> None:
    assert check(path) == (f"There is no file {path}.",)
    assert check(path / "in" / "it") == (f"There is no file {path / 'in' / 'it'}.",)
    assert not path.exists()


def test_what_is_no_plain_file_is_told_and_not_waited_for(path: Path) -> None:
    os.mkfifo(path)

    assert check(path) == (f"{path} is a pipe, no file that holds a state.",)
    assert check(path.parent) == (f"{path.parent} is a directory, no file that holds a state.",)


def test_a_name_that_is_too_long_is_told(path: Path) -> None:
    (problem,) = check(path.with_name("x" * 300))

    assert problem.endswith("cannot be looked at (File name too long).")


@pytest.fixture
def only_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user who may write nothing. Made up, as tests may run as root, who can write everywhere."""
    allowed = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode, **how: not mode & os.W_OK and allowed(path, mode, **how)
    )


@pytest.mark.usefixtures("only_reader")
def test_whoever_may_only_read_a_file_can_check_it_and_makes_nothing_beside_it(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, made = sqlite3.connect, list[list[str]]()

    def watched(*how: Any, **more: Any) -> sqlite3.Connection:
        opened: sqlite3.Connection = connect(*how, **more)
        opened.execute("SELECT count(*) FROM sqlite_master").fetchone()
        made.append([one.name for one in filled.parent.iterdir()])
        return opened

    monkeypatch.setattr(sqlite3, "connect", watched)

    assert check(filled) == ()
    assert made == [[filled.name]] * 2


@pytest.mark.usefixtures("only_reader")
def test_a_state_in_use_is_checked_by_whoever_may_write_it(store: Store, path: Path) -> None:
    store.cache_emails("main", {"user_1": EmailReading((), NOON)})

    (problem,) = check(path)

    assert f"{path}-wal" in problem
    assert "Check it as a user who may write it" in problem


def test_a_file_nobody_may_read_is_told(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_, **__: False)

    assert check(filled) == (f"This user may not read {filled}.",)


@pytest.mark.parametrize(
    "content, said",
    [
        (b"", "is empty"),
        (b"not a database\n" * 100, "not a state file of affisync"),
        (b"SQLite format 3\0" + b"x" * 900, "not a state file of affisync"),
    ],
)
def test_what_is_no_state_is_told(path: Path, content: bytes, said: str) -> None:
    path.write_bytes(content)

    (problem,) = check(path)

    assert said in problem
    assert path.read_bytes() == content


def test_a_file_of_another_program_is_told(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE links (theirs TEXT)")

    (problem,) = check(path)

    assert "of another program" in problem


@pytest.mark.parametrize("offset", [100, 4096, 12_288, 40_960])
def test_damage_anywhere_is_told_and_ends_nothing(filled: Path, offset: int) -> None:
    with filled.open("r+b") as raw:
        raw.seek(offset)
        raw.write(b"\xff" * 4000)

    assert check(filled)


def test_a_file_cut_short_is_told(filled: Path) -> None:
    with filled.open("r+b") as raw:
        raw.truncate(filled.stat().st_size // 2)

    assert check(filled)


def test_an_index_that_lost_an_entry_is_told(filled: Path) -> None:
    problems = spoilt(
        filled,
        "CREATE TABLE aside AS SELECT sql FROM sqlite_master WHERE name = 'ix_rows_run_key'",
        "UPDATE sqlite_master SET sql = sql || ' WHERE run < 0' WHERE name = 'ix_rows_run_key'",
        "DROP TABLE aside",
    )
    with closing(sqlite3.connect(filled)) as raw:
        raw.execute("REINDEX ix_rows_run_key")
        raw.execute("PRAGMA writable_schema = ON")
        raw.execute("UPDATE sqlite_master SET sql = replace(sql, ' WHERE run < 0', '')")
        raw.commit()

    problems = check(filled)

    assert any("row 1 missing from index ix_rows_run_key" in problem for problem in problems)


@pytest.mark.parametrize(
    "statement, said",
    [
        ("DELETE FROM alembic_version", "is damaged"),
        ("UPDATE alembic_version SET version_num = '9999'", "made by a newer affisync"),
        ("PRAGMA application_id = 1", "of another program"),
        ("DELETE FROM runs WHERE id = 'run-3'", "In the table intents 1 refer to runs"),
        ("DELETE FROM links WHERE whop_id = 'aff_1'", "In the table bases 1 refer to links"),
        ("UPDATE links SET acceptance = 'perhaps'", "In the table links 3 have a acceptance"),
        ("UPDATE runs SET told = '{' WHERE id = 'run-1'", "In the table runs 1 have a told"),
        ("UPDATE leases SET token = 0 WHERE pair = 'main'", "The lease of main makes no sense"),
        ("UPDATE leases SET holder = 'ann' WHERE pair = 'main'", "The lease of main makes no"),
        ("UPDATE leases SET until = '2020' WHERE pair = 'main'", "The lease of main makes no"),
        ("UPDATE leases SET until = 'soon' WHERE pair = 'main'", "In the table leases 1 have a u"),
        ("UPDATE runs SET links = 'many' WHERE id = 'run-1'", "In the table runs 1 have a links"),
        ("UPDATE runs SET trouble = 'some'", "In the table runs 3 have a trouble that cannot"),
        ("DROP TABLE standings", "The table standings is missing."),
        ("ALTER TABLE told DROP COLUMN at", "The table told has no column at."),
        ("DROP TABLE links", "no such table: "),
        ("UPDATE runs SET rows_of = 1 WHERE id = 'run-3'", None),
        ("UPDATE runs SET rows_of = 2 WHERE id = 'run-3'", "1 runs show the rows of a run that"),
        ("UPDATE decisions SET verb = 'perhaps'", "In the table decisions 1 have a verb that"),
        ("UPDATE decisions SET fate = 'sealed'", "In the table decisions 1 have a fate that"),
        ("UPDATE decisions SET row = '{'", "In the table decisions 1 have a row that cannot"),
        ("UPDATE log SET kind = 'tale'", "In the table log 3 have a kind that cannot"),
        ("UPDATE open_rows SET row = '{'", "In the table open_rows 1 have a row that cannot"),
        ("DROP TABLE log", "The table log is missing."),
        ("UPDATE rows SET after = 'active'", "What the state has of run run-1 was changed after"),
        ("DELETE FROM log WHERE number = 2", "The log has no entry between 1 and 3"),
    ],
)
def test_what_makes_no_sense_is_told(filled: Path, statement: str, said: str | None) -> None:
    problems = spoilt(filled, statement)

    if said is None:
        assert problems == ()
    else:
        assert any(said in problem for problem in problems)
        assert all(problem.endswith(".") for problem in problems)


def test_a_time_that_cannot_be_understood_is_told_wherever_it_is(filled: Path) -> None:
    times = [
        (table.name, column.name)
        for table in State.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, UTCDateTime)
    ]
    with closing(sqlite3.connect(filled)) as raw:
        counted = {t: raw.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t, _ in times}

    problems = spoilt(filled, *(f"UPDATE {table} SET {column} = 'soon'" for table, column in times))

    expected = {
        f"In the table {table} {counted[table]} have a {column} that cannot be understood."
        for table, column in times
        if counted[table]
    }
    assert len(expected) > 10
    assert expected <= set(problems)


def test_of_an_earlier_revision_the_times_are_looked_at_that_it_has(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript(FIRST.read_text(encoding="utf-8"))

    (problem,) = spoilt(path, "UPDATE leases SET taken_at = 'soon', until = 'sooner'")[:1]

    assert problem.startswith("The lease of") or "taken_at" in problem


def test_a_partner_linked_twice_is_told_though_the_index_does_not_know(filled: Path) -> None:
    with closing(sqlite3.connect(filled, isolation_level=None)) as raw:
        (sql,) = raw.execute("SELECT sql FROM sqlite_master WHERE name = 'links'").fetchone()
        raw.execute(
            sql.replace("CREATE TABLE links", "CREATE TABLE free")
            .split("CONSTRAINT")[0]
            .rstrip()
            .rstrip(",")
            + ")"
        )
        raw.execute("INSERT INTO free SELECT * FROM links")
        raw.execute("UPDATE free SET affihub_id = 'par_1' WHERE whop_id = 'aff_2'")
        raw.execute("DROP TABLE links")
        raw.execute("ALTER TABLE free RENAME TO links")

    assert "Partner par_1 of pair main is linked 2 times." in check(filled)


def test_of_a_record_that_was_changed_all_over_a_few_problems_are_told(
    store: Store, path: Path
) -> None:
    for number in range(20):
        store.finish_run(a_report(f"run-{number:02}"))

    problems = spoilt(path, "UPDATE runs SET config = 'another'")

    assert len(problems) == 11
    assert "run run-00 was changed" in problems[0]
    assert problems[-1] == "The log finds 10 more that are not as they were recorded."


def test_no_problem_tells_what_a_row_holds(filled: Path) -> None:
    canary = "canary@example.com"
    columns = {*WORDS, *WORDS_AT_HEAD, *DOCUMENTS, *DOCUMENTS_AT_HEAD}
    spoiling = [f'UPDATE "{table}" SET "{column}" = \'{canary}\'' for table, column in columns]

    problems = spoilt(filled, *spoiling, f"UPDATE leases SET holder = '{canary}'")

    assert len(problems) >= len(columns) - 2  # of overrides and parked rows there are none
    assert canary not in " ".join(problems)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_whatever_a_file_became_a_check_ends_with_sentences(
    filled: Path, tmp_path: Path, data: st.DataObject
) -> None:
    content = bytearray(filled.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        offset = data.draw(st.integers(0, len(content) - 1))
        noise = data.draw(st.binary(min_size=1, max_size=64))
        content[offset : offset + len(noise)] = noise
    spoilt_file = tmp_path / "spoilt.db"
    for one in tmp_path.glob("spoilt.db*"):
        one.unlink()
    spoilt_file.write_bytes(content)

    assert all(problem.endswith(".") for problem in check(spoilt_file))
