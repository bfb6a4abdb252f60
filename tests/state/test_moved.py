"""A state file that is moved, deleted or replaced under a running program takes no more writes."""

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from sync.core.ports import EmailReading
from sync.errors import StateError
from sync.state import file
from sync.state.backup import backup
from sync.state.check import check
from sync.state.database import Database
from sync.state.leases import LASTS
from sync.state.store import Store, open_store
from tests.state.people import NOON, StandingClock, a_head, a_link, a_row

Changed = Callable[[Path], None]


def moved(path: Path) -> None:
    path.rename(path.with_name("aside.db"))


def deleted(path: Path) -> None:
    path.unlink()


def deleted_with_all_beside(path: Path) -> None:
    for one in path.parent.glob(f"{path.name}*"):
        one.unlink()


def replaced(path: Path) -> None:
    """As a backup is put in its place: by a rename, which nobody sees happen."""
    copy = path.with_name("copy.db")
    backup(path, copy)
    copy.rename(path)


CHANGES = pytest.mark.parametrize("change", [moved, deleted, deleted_with_all_beside, replaced])


@CHANGES
def test_no_write_is_announced_and_nothing_read_once_the_file_is_gone(
    store: Store, path: Path, change: Changed
) -> None:
    fence = store.lease("main").fence
    store.begin_run(a_head())

    change(path)

    with pytest.raises(StateError, match=r"was moved or deleted while .* Stop every run"):
        store.intend(fence, "run-1", a_row(), NOON)
    with pytest.raises(StateError, match="was moved or deleted while"):
        store.known("main", NOON)
    with pytest.raises(StateError, match="was moved or deleted while"):
        store.lease("other")


@CHANGES
def test_a_lease_is_lost_when_it_runs_out_without_its_file(
    store: Store, path: Path, clock: StandingClock, change: Changed
) -> None:
    lease = store.lease("main")

    change(path)
    clock.advance(LASTS.total_seconds() - 1)
    lease.renew()
    clock.advance(1)

    assert lease.lost


def test_what_is_being_written_when_the_file_goes_is_not_said_to_be_kept(
    store: Store, path: Path
) -> None:
    def written() -> None:
        with store._database.write() as connection:
            connection.exec_driver_sql("DELETE FROM alembic_version")
            moved(path)

    with pytest.raises(StateError, match="was moved"):
        written()

    path.with_name("aside.db").rename(path)
    assert file.revision(path)


def test_a_file_that_was_put_back_is_used_again(store: Store, path: Path) -> None:
    fence = store.lease("main").fence
    moved(path)
    with suppress(StateError):
        store.save_links(fence, [a_link(1)])

    path.with_name("aside.db").rename(path)
    store.save_links(fence, [a_link(2)])

    assert store.known("main", NOON).links == (a_link(2),)


def test_another_file_is_never_written_even_where_the_first_one_comes_back(
    store: Store, path: Path, clock: StandingClock
) -> None:
    """Connections are opened as threads need them: one opened in between is of the other file."""
    fence = store.lease("main").fence
    moved(path)
    for one in path.parent.glob("state.db-*"):
        one.rename(one.with_name(one.name.replace("state", "aside")))
    with open_store(path, clock=clock):
        pass
    # With the one there is in use, another one would be opened.
    with store._database._engine.connect(), pytest.raises(StateError, match="was moved"):
        store._database._engine.connect()

    path.with_name("aside.db").replace(path)
    store.save_links(fence, [a_link()])

    assert store.known("main", NOON).links == (a_link(),)


def test_whoever_used_the_old_file_leaves_the_new_one_alone_when_it_ends(
    path: Path, clock: StandingClock
) -> None:
    with open_store(path, clock=clock) as old:
        old.lease("main")
        deleted_with_all_beside(path)
        with open_store(path, clock=clock) as new:
            new.cache_emails("main", {"user_1": EmailReading((), NOON)})
            old.close()
            new.cache_emails("main", {"user_2": EmailReading((), NOON)})
            assert path.with_name("state.db-wal").exists()

    assert check(path) == ()
    with open_store(path, clock=clock) as again:
        assert again.known("main", NOON).emails.keys() == {"user_1", "user_2"}


def test_threads_that_all_connect_first_agree_on_the_file(path: Path, clock: StandingClock) -> None:
    with open_store(path, clock=clock):
        pass
    database = Database(path)
    gate, seen = threading.Barrier(8), list[int]()

    def look() -> None:
        with database.read() as connection:
            gate.wait(10)
            seen.append(connection.exec_driver_sql("SELECT 1").scalar_one())

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.close()

    assert seen == [1] * 8


# What another state left beside it


def _left(path: Path, clock: StandingClock) -> tuple[Path, Path]:
    """A backup, and in the place of the state nothing but its log: a program used it meanwhile."""
    copy = path.with_name("copy.db")
    with open_store(path, clock=clock) as store:
        store.save_links(store.lease("main").fence, [a_link(n) for n in range(50)])
        backup(path, copy)
        store.save_links(store.lease("other").fence, [a_link(n) for n in range(500)])
        path.unlink()
    return copy, path.with_name("state.db-wal")


def test_no_new_state_is_made_beside_what_an_earlier_one_left(
    path: Path, clock: StandingClock
) -> None:
    _, log = _left(path, clock)
    before = log.read_bytes()

    with (
        pytest.raises(StateError, match=rf"{log} .* Stop every run"),
        open_store(path, clock=clock),
    ):
        pass

    assert not path.exists()
    assert log.read_bytes() == before


@pytest.mark.parametrize("is_empty", [True, False])
def test_the_log_of_an_earlier_state_is_not_played_into_another_one(
    path: Path, clock: StandingClock, is_empty: bool
) -> None:
    """SQLite would, and destroy what was put there."""
    copy, log = _left(path, clock)
    if is_empty:
        path.touch()
    else:
        copy.rename(path)
    before, beside = path.read_bytes(), log.read_bytes()

    with pytest.raises(StateError, match=rf"{log} "), open_store(path, clock=clock):
        pass
    with pytest.raises(StateError, match=rf"{log} "):
        backup(path, path.with_name("again.db"))
    assert str(log) in check(path)[0]

    assert (path.read_bytes(), log.read_bytes()) == (before, beside)
    for one in path.parent.glob("state.db-*"):
        one.unlink()
    with open_store(path, clock=clock) as store:
        assert len(store.known("main", NOON).links) == (0 if is_empty else 50)


def test_the_log_of_a_state_whose_program_died_is_its_own(path: Path, clock: StandingClock) -> None:
    with open_store(path, clock=clock) as store:
        store.save_links(store.lease("main").fence, [a_link()])
        for one in path.parent.glob("state.db*"):
            one.with_name(one.name.replace("state", "died")).write_bytes(one.read_bytes())

    with open_store(path.with_name("died.db"), clock=clock) as again:
        assert again.known("main", NOON).links == (a_link(),)
