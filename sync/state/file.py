"""The state file before SQLAlchemy sees it: private, ours, of a version we know."""

import os
import sqlite3
import stat
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from sync.errors import StateError
from sync.state.companions import COMPANIONS, LOG, beside, is_there, refuse_leftovers
from sync.state.faults import SENTENCES, told
from sync.state.migrations import REVISIONS

APPLICATION_ID: Final = 0x41464653
"""``AFFS`` in SQLite's header: what tells our file from any other one."""

PRIVATE: Final = 0o600
UNFINISHED: Final = (
    "{path} is in use, or a program died that used it: what was written last is in {log}, and this"
    " user may not write there. Check it as a user who may write it, or check a backup."
)

BUSY_SECONDS: Final = 5.0
"""How long a writer waits for another one."""


KINDS: Final[Mapping[int, str]] = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
    stat.S_IFLNK: "a symbolic link",
}


def kind(mode: int) -> str | None:
    """What something is by its mode; None for a plain file."""
    return KINDS.get(stat.S_IFMT(mode))


def connect(path: Path) -> sqlite3.Connection:
    """A raw connection; never makes a file, so that a state deleted meanwhile is an error."""
    return _connect(path, "mode=rw")


def connect_to_look(path: Path) -> sqlite3.Connection:
    """The same for looking alone; where this user may not write, it makes nothing beside the file.

    Raises ``StateError`` where what is beside it would have to be written for that.
    """
    if _may(os.W_OK, path) and _may(os.W_OK, path.absolute().parent):
        return connect(path)
    log = beside(path, LOG)
    if is_there(log) and log.stat().st_size:
        raise StateError(UNFINISHED.format(path=path, log=log))
    return _connect(path, "mode=ro&immutable=1")


def _connect(path: Path, how: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?{how}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )


def make(path: Path) -> None:
    """Make the file where there is none.

    Raises ``StateError`` for a directory, a missing or unwritable folder, an unwritable file, and
    where an earlier state left something beside it.
    """
    refuse_leftovers(path)
    try:
        # Only ever a new file: closing an old one would drop the locks SQLite has on it elsewhere
        # in this program (POSIX locks belong to the program, not to the open file).
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE))
    except FileExistsError:
        _refuse_unusable(path)
    except OSError as error:
        raise StateError(_refusal(path, error)) from error


def _refuse_unusable(path: Path) -> None:
    if path.is_dir():
        raise StateError(f"{path} is a directory, not a state file. Name a file in state.url.")
    # SQLite would open it for reading and fail with the first write only.
    if not _may(os.R_OK | os.W_OK, path):
        raise StateError(SENTENCES[sqlite3.SQLITE_READONLY].format(path=path))


def _may(what: int, path: Path) -> bool:
    effective = os.access in os.supports_effective_ids
    return os.access(path, what, effective_ids=effective)


def trouble_with(path: Path) -> str | None:
    """Why nothing can be read there, if so: a sentence."""
    try:
        found = kind(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return f"There is no file {path}."
    except OSError as error:
        return f"{path} cannot be looked at ({error.strerror})."
    if found:
        return f"{path} is {found}, no file that holds a state."
    return None if _may(os.R_OK, path) else f"This user may not read {path}."


def make_private(path: Path) -> None:
    """Leave nobody but the owner any right to a file that is known to be ours.

    Raises ``StateError`` where this user may not change that.
    """
    for suffix in COMPANIONS:
        try:
            _tighten(beside(path, suffix))
        except FileNotFoundError:
            continue  # SQLite takes its companions away when the last program closes the file
        except OSError as error:
            raise StateError(
                f"Other users can read the state file {path}, and this user may not change that."
                " Make this user its owner, then try again."
            ) from error


def _tighten(path: Path) -> None:
    if path.stat().st_mode & 0o777 & ~PRIVATE:
        path.chmod(PRIVATE)


def _refusal(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return (
            f"There is no folder {path.parent} for the state file {path}."
            " Make it, or name another file in state.url."
        )
    return (
        f"The state file {path} cannot be made ({error.strerror})."
        " Make its folder writable for this user, or name another file in state.url."
    )


def revision(path: Path) -> str | None:
    """The revision of the state, None where the file is empty; turns the file to WAL.

    Raises ``StateError`` for a file that is not SQLite, not ours, damaged or newer than this
    program, or has another one's log beside it; such a file is left as it was.
    """
    refuse_leftovers(path)
    with told(path), closing(connect(path)) as connection:
        found = revision_in(path, connection)
        _to_wal(connection)
        return found


def _to_wal(connection: sqlite3.Connection) -> None:
    """Kept in the file from then on; but a backup put in its place may have come without it."""
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        # SQLite does not wait here. Another program is opening the same file, and turns it too.
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise


def revision_in(path: Path, connection: sqlite3.Connection) -> str | None:
    """The revision of an open state, None where it is empty.

    Raises ``StateError`` where it is not ours, damaged or newer, and whatever SQLite raises.
    """
    if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        return None
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise StateError(
            f"{path} is a SQLite file of another program, not a state file of affisync."
            " Name another file in state.url."
        )
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if row is None:  # only damage leaves none: it is written together with the first table
        raise StateError(SENTENCES[sqlite3.SQLITE_CORRUPT].format(path=path))
    found = str(row[0])
    if found not in REVISIONS:
        raise StateError(
            f"The state file {path} was made by a newer affisync (its revision is {found})."
            " Update affisync, or name another file in state.url."
        )
    return found
