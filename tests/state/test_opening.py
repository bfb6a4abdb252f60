"""Opening: what is made, what is refused, and that refusing changes nothing."""

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from sync.errors import StateError
from sync.state import file, upgrade
from sync.state.faults import OTHERWISE, SENTENCES, sentence
from sync.state.store import Store, open_store
from tests.state.people import StandingClock, a_link


def _modes(path: Path) -> set[int]:
    return {stat.S_IMODE(one.stat().st_mode) for one in path.parent.glob(path.name + "*")}


def _refusal(path: Path, clock: StandingClock) -> str:
    with pytest.raises(StateError) as refused, open_store(path, clock=clock):
        pass
    said = str(refused.value)
    assert str(path) in said
    assert said.endswith(".")
    return said


def test_a_new_state_is_private_with_everything_beside_it(store: Store, path: Path) -> None:
    store.cache_emails("main", {})

    assert len(list(path.parent.glob("state.db*"))) == 3
    assert _modes(path) == {0o600}


def test_an_existing_state_others_could_read_is_made_private(
    path: Path, clock: StandingClock
) -> None:
    with open_store(path, clock=clock):
        for one in path.parent.glob("state.db*"):
            one.chmod(0o644)

        with open_store(path, clock=clock):
            assert _modes(path) == {0o600}


def test_what_was_saved_is_there_when_opened_again(path: Path, clock: StandingClock) -> None:
    with open_store(path, clock=clock) as store:
        store.save_links(store.lease("main").fence, [a_link()])

    with open_store(path, clock=clock) as store:
        assert store.known("main", clock()).links == (a_link(),)


def test_opening_a_current_state_needs_no_alembic(path: Path, clock: StandingClock) -> None:
    with open_store(path, clock=clock):
        pass
    script = (
        "import sys; from pathlib import Path; from datetime import UTC, datetime\n"
        "from sync.state.store import open_store\n"
        "with open_store(Path(sys.argv[1]), clock=lambda: datetime.now(UTC)) as store:\n"
        "    store.runs(None, 1)\n"
        "print('alembic' in sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )

    assert done.stdout == "False\n"


def test_naming_the_package_imports_nothing() -> None:
    script = "import sys, sync.state; print('sqlalchemy' in sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout == "False\n"


def test_a_directory_is_refused(tmp_path: Path, clock: StandingClock) -> None:
    assert "is a directory" in _refusal(tmp_path, clock)


def test_a_missing_folder_is_refused(tmp_path: Path, clock: StandingClock) -> None:
    assert "There is no folder" in _refusal(tmp_path / "nowhere" / "state.db", clock)


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path, clock: StandingClock) -> None:
    (tmp_path / "plain").touch()

    assert "There is no folder" in _refusal(tmp_path / "plain" / "state.db", clock)


@pytest.mark.parametrize("content", [b"not a database\n" * 100, b"SQLite format 3\0" + b"x" * 900])
def test_a_file_that_is_not_sqlite_is_refused_and_left_alone(
    path: Path, clock: StandingClock, content: bytes
) -> None:
    path.write_bytes(content)
    path.chmod(0o644)

    assert "not a state file of affisync" in _refusal(path, clock)
    assert path.read_bytes() == content
    assert _modes(path) == {0o644}


def test_a_sqlite_file_of_another_program_is_refused_and_left_alone(
    path: Path, clock: StandingClock
) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE links (theirs TEXT)")
    content = path.read_bytes()

    assert "of another program" in _refusal(path, clock)
    assert path.read_bytes() == content


def test_a_state_of_a_newer_affisync_is_refused_and_left_alone(
    path: Path, clock: StandingClock
) -> None:
    with open_store(path, clock=clock):
        pass
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
        newer.commit()
    content = path.read_bytes()

    said = _refusal(path, clock)

    assert "made by a newer affisync" in said
    assert "9999" in said
    assert path.read_bytes() == content


def test_a_state_damaged_at_its_root_is_refused(path: Path, clock: StandingClock) -> None:
    with open_store(path, clock=clock):
        pass
    with path.open("r+b") as raw:
        raw.seek(100)
        raw.write(b"\xff" * 3996)

    assert "is damaged" in _refusal(path, clock)


def test_a_state_that_tells_no_revision_is_refused(path: Path, clock: StandingClock) -> None:
    with open_store(path, clock=clock):
        pass
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("DELETE FROM alembic_version")
        raw.commit()

    assert "is damaged" in _refusal(path, clock)


@pytest.mark.parametrize(
    "statement, said",
    [
        ("DROP TABLE runs", "The table runs is missing"),
        ("ALTER TABLE standings DROP COLUMN reason", "The table standings has no column reason"),
    ],
)
def test_a_state_that_lacks_something_is_refused_before_anything_is_done(
    path: Path, clock: StandingClock, statement: str, said: str
) -> None:
    with open_store(path, clock=clock):
        pass
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(statement)

    refusal = _refusal(path, clock)

    assert said in refusal
    assert "`affisync state check`" in refusal


@pytest.mark.parametrize("until", ["soon", "2020", ""])
def test_a_time_that_cannot_be_understood_is_told_by_whoever_meets_it(
    path: Path, clock: StandingClock, until: str
) -> None:
    with open_store(path, clock=clock) as store:
        store.lease("main")
        with closing(sqlite3.connect(path)) as raw:
            raw.execute("UPDATE leases SET until = ?", [until])
            raw.commit()

        for verb in (store.holder, store.lease):
            with pytest.raises(StateError, match=r"cannot be understood .*`affisync state check`"):
                verb("main")


def test_damage_further_in_is_told_when_it_is_met(path: Path, clock: StandingClock) -> None:
    with open_store(path, clock=clock):
        pass
    with path.open("r+b") as raw:
        raw.seek(4096)
        raw.write(b"\xff" * (path.stat().st_size - 4096))

    with pytest.raises(StateError, match="damaged"), open_store(path, clock=clock) as store:
        store.known("main", clock())


def test_a_state_deleted_meanwhile_is_an_error_and_not_a_new_empty_one(
    path: Path, clock: StandingClock
) -> None:
    with open_store(path, clock=clock) as store:
        for one in list(path.parent.glob("state.db*")):
            one.unlink()
        with pytest.raises(StateError, match="was moved or deleted"):
            store.runs(None, 1)

    assert not path.exists()


def test_a_path_is_meant_from_where_the_program_was_when_it_opened_it(
    tmp_path: Path, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with open_store(Path("state.db"), clock=clock) as store:
        monkeypatch.chdir("/")

        store.runs(None, 1)

    assert (tmp_path / "state.db").exists()


def test_an_upgrade_that_fails_leaves_nothing_behind(
    path: Path, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(upgrade, "APPLICATION_ID", "not a number")
        _refusal(path, clock)

    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


def test_a_backup_put_back_without_wal_is_turned_to_it_again(
    path: Path, clock: StandingClock
) -> None:
    with open_store(path, clock=clock):
        pass
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")

    with open_store(path, clock=clock), closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_programs_that_open_a_new_state_at_once_make_it_once(path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from datetime import UTC, datetime\n"
        "import sync.state.upgrade; from sync.state.store import open_store\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "with open_store(Path(sys.argv[1]), clock=lambda: datetime.now(UTC)) as store:\n"
        "    store.cache_emails('main', {})"
    )
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for program in programs:
        assert program.stdout
        program.stdout.readline()

    ended = [program.communicate("go\n") for program in programs]

    assert [error for _, error in ended] == [""] * 4


def _permission_denied(*_: object, **__: object) -> int:
    raise PermissionError(13, "Permission denied")


def test_an_unwritable_folder_is_refused(
    path: Path, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made up, as tests may run as root, who can write everywhere."""
    monkeypatch.setattr(os, "open", _permission_denied)

    assert "cannot be made (Permission denied)" in _refusal(path, clock)


def test_an_unwritable_file_is_refused(
    path: Path, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.touch()
    monkeypatch.setattr(os, "access", lambda *_, **__: False)

    assert "cannot be written" in _refusal(path, clock)


def test_a_state_of_another_user_that_others_can_read_is_refused(
    path: Path, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.touch(0o644)
    monkeypatch.setattr(os, "chmod", _permission_denied)

    assert "Other users can read" in _refusal(path, clock)


@pytest.mark.parametrize("code", SENTENCES)
def test_every_complaint_of_sqlite_is_told_with_the_path_and_what_to_do(code: int) -> None:
    error = sqlite3.OperationalError("its own words")
    error.sqlite_errorcode = code | 3 << 8  # as SQLite tells a kind of a primary code

    said = sentence(Path("/somewhere/state.db"), error)

    assert "/somewhere/state.db" in said
    assert said.count(".") >= 2
    assert said != OTHERWISE.format(path="/somewhere/state.db", words="its own words")


@pytest.mark.parametrize(
    "mode, kind",
    [
        (stat.S_IFDIR, "a directory"),
        (stat.S_IFIFO, "a pipe"),
        (stat.S_IFCHR, "a device"),
        (stat.S_IFBLK, "a device"),
        (stat.S_IFSOCK, "a socket"),
        (stat.S_IFLNK, "a symbolic link"),
        (stat.S_IFREG, None),
    ],
)
def test_what_is_no_plain_file_has_a_name(mode: int, kind: str | None) -> None:
    assert file.kind(mode | 0o644) == kind
