"""A backup is one whole moment of the state, private, and never half there."""

import errno
import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync.core.ports import EmailReading
from sync.errors import StateError, UsageError
from sync.state import backup as backing
from sync.state import file
from sync.state.backup import backup
from sync.state.check import check
from sync.state.store import Store, open_store
from tests.state.other import GROUP
from tests.state.people import NOON, StandingClock, a_link

ROOT = Path(__file__).parents[2]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder / "copy.db"


def beside(target: Path) -> list[str]:
    return sorted(one.name for one in target.parent.iterdir())


def test_a_backup_holds_what_the_state_holds_and_can_take_its_place(
    store: Store, path: Path, target: Path, clock: StandingClock
) -> None:
    lease = store.lease("main")
    store.save_links(lease.fence, [a_link(1)])

    backup(path, target)

    store.save_links(lease.fence, [a_link(2)])
    assert check(target) == ()
    with open_store(target, clock=clock) as copied:
        assert copied.known("main", NOON).links == (a_link(1),)


def test_a_backup_is_one_file_for_its_owner_alone(store: Store, path: Path, target: Path) -> None:
    before = os.umask(0)
    try:
        backup(path, target)
    finally:
        os.umask(before)

    assert beside(target) == ["copy.db"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with closing(sqlite3.connect(target)) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_what_was_deleted_from_the_state_is_in_no_backup(
    store: Store, path: Path, target: Path
) -> None:
    lease = store.lease("main")
    people = [a_link(number, evidence=f"canary-{number}") for number in range(500)]
    store.save_links(lease.fence, people)
    for link in people:
        store.unlink(lease.fence, link, apart=False)

    backup(path, target)

    assert b"canary" not in target.read_bytes()


@pytest.mark.parametrize("moment", [5, 40])
def test_a_backup_taken_while_another_program_writes_is_whole(
    path: Path, target: Path, moment: int
) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.state.other", "write", str(path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout
    told = [program.stdout.readline() for _ in range(moment)]

    backup(path, target)

    after = [program.stdout.readline() for _ in range(20)]
    program.kill()
    program.communicate()
    assert all(after)
    assert check(target) == ()
    with open_store(target, clock=lambda: datetime.now(UTC)) as copied:
        links = copied.known("main", NOON).links
    grouped = [link for link in links if int(link.whop_id[4:]) >= 100_000]
    assert len(grouped) % GROUP == 0
    for line in told:
        if line.startswith("settled"):
            assert a_link(int(line.split()[1])) in links


def test_a_writer_does_not_wait_for_a_backup_to_end(store: Store, path: Path, target: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM links").fetchone()  # all that a copy holds on to

        store.cache_emails("main", {"user_1": EmailReading((), NOON)})
        backup(path, target)

    with closing(sqlite3.connect(target)) as raw:
        assert raw.execute("SELECT count(*) FROM email_readings").fetchone() == (1,)


def test_a_file_that_is_there_is_only_written_over_when_asked(
    store: Store, path: Path, target: Path
) -> None:
    target.write_text("mine", encoding="utf-8")

    with pytest.raises(UsageError, match="is there already"):
        backup(path, target)
    assert target.read_text(encoding="utf-8") == "mine"
    assert beside(target) == ["copy.db"]

    backup(path, target, overwrite=True)
    assert check(target) == ()


def test_a_file_that_came_there_meanwhile_is_left_alone(
    store: Store, path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = backing._copy

    def slowly(source: Path, part: Path) -> None:
        copy(source, part)
        target.write_text("theirs", encoding="utf-8")

    monkeypatch.setattr(backing, "_copy", slowly)

    with pytest.raises(UsageError, match="is there already"):
        backup(path, target)

    assert target.read_text(encoding="utf-8") == "theirs"
    assert beside(target) == ["copy.db"]


@pytest.mark.parametrize("name", ["state.db", "state.db-wal", "link.db"])
def test_the_state_itself_is_never_written_over(store: Store, path: Path, name: str) -> None:
    store.cache_emails("main", {"user_1": EmailReading((), NOON)})
    (path.parent / "link.db").symlink_to(path)

    with pytest.raises(UsageError, match="is the state itself"):
        backup(path, path.parent / name, overwrite=True)

    assert store.known("main", NOON).emails.keys() == {"user_1"}


def test_a_backup_that_is_open_in_another_program_is_not_written_over(
    store: Store, path: Path, target: Path, clock: StandingClock
) -> None:
    backup(path, target)
    with open_store(target, clock=clock) as other:
        other.cache_emails("main", {})

        with pytest.raises(UsageError, match=r"has .* open"):
            backup(path, target, overwrite=True)


def test_a_directory_or_a_missing_folder_is_no_target(
    store: Store, path: Path, target: Path
) -> None:
    with pytest.raises(UsageError, match="is a directory"):
        backup(path, target.parent, overwrite=True)
    with pytest.raises(UsageError, match="cannot be written"):
        backup(path, target.parent / "nowhere" / "copy.db")


@pytest.mark.parametrize(
    "kind", ["a pipe", "a symbolic link", "a symbolic link that leads nowhere"]
)
def test_what_is_no_plain_file_is_never_written_over(
    store: Store, path: Path, target: Path, kind: str
) -> None:
    other = target.with_name("other.db")
    if kind == "a pipe":
        os.mkfifo(target)
    else:
        target.symlink_to(other)
    if kind == "a symbolic link":
        other.touch()
    before = target.lstat()

    with pytest.raises(UsageError, match=kind[:15]):
        backup(path, target, overwrite=True)
    with pytest.raises(UsageError, match=kind[:15]):
        backup(path, target)

    assert target.lstat().st_mode == before.st_mode
    assert not list(target.parent.glob(".*"))


@pytest.mark.parametrize("length", [245, 246, 252, 255])
def test_a_name_may_be_as_long_as_the_file_system_lets_it(
    store: Store, path: Path, target: Path, length: int
) -> None:
    long = target.with_name("x" * length)

    backup(path, long)

    assert check(long) == ()


@pytest.mark.parametrize("name", ["x" * 256, "x" * 300])
def test_a_name_that_is_too_long_is_told(store: Store, path: Path, target: Path, name: str) -> None:
    for overwrite in (True, False):
        with pytest.raises(UsageError, match="File name too long"):
            backup(path, target.with_name(name), overwrite=overwrite)
    with pytest.raises(StateError, match="There is no state"):
        backup(path.with_name(name), target)


def test_a_full_disk_is_told_of_the_copy_and_leaves_nothing_behind(
    store: Store, path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = file.connect

    def full(path: Path) -> sqlite3.Connection:
        """A state that cannot grow by a page, which SQLite tells like a full disk."""
        state = connect(path)
        state.execute("PRAGMA max_page_count = 1")
        return state

    monkeypatch.setattr(file, "connect", full)
    monkeypatch.setattr(backing, "COPY", "CREATE TABLE copy AS SELECT zeroblob(99999), ?")

    with pytest.raises(UsageError) as refused:
        backup(path, target)

    assert str(target) in str(refused.value)
    assert os.strerror(errno.ENOSPC) in str(refused.value)
    assert beside(target) == []


def test_where_there_is_no_state_there_is_nothing_to_copy(path: Path, target: Path) -> None:
    with pytest.raises(StateError, match="There is no state"):
        backup(path, target)
    path.touch()
    with pytest.raises(StateError, match="There is no state"):
        backup(path, target)

    assert beside(target) == []


def test_what_is_not_a_state_is_not_copied(path: Path, target: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE links (theirs TEXT)")

    with pytest.raises(StateError, match="of another program"):
        backup(path, target)

    assert beside(target) == []


def test_a_damaged_state_is_told_and_leaves_no_copy(
    path: Path, target: Path, clock: StandingClock
) -> None:
    with open_store(path, clock=clock) as store:
        store.save_links(store.lease("main").fence, [a_link(n) for n in range(2_000)])
    with path.open("r+b") as raw:
        raw.seek(path.stat().st_size // 2)
        raw.write(b"\xff" * 40_000)

    with pytest.raises(StateError, match="damaged"):
        backup(path, target)

    assert beside(target) == []
