"""What SQLite and the file system complain of, as one or two sentences a person can act on."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DBAPIError

from sync.errors import StateError

SENTENCES: Final[Mapping[int, str]] = {
    sqlite3.SQLITE_BUSY: (
        "The state file {path} has been locked by another program for more than 5 seconds."
        " Let it finish, then try again."
    ),
    sqlite3.SQLITE_READONLY: (
        "The state file {path} cannot be written."
        " Make it and its folder writable for this user, or set another one in state.url."
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "The state file {path} cannot be opened."
        " See that it is still there and that it and its folder are writable for this user."
    ),
    sqlite3.SQLITE_FULL: (
        "The state file {path} cannot grow: the disk is full. Free some space, then run again."
    ),
    sqlite3.SQLITE_IOERR: (
        "The disk failed while the state file {path} was read or written ({words})."
        " Check the disk, then run again."
    ),
    sqlite3.SQLITE_CORRUPT: (
        "The state file {path} is damaged."
        " Put a backup in its place, or move it away and rebuild the links."
    ),
    sqlite3.SQLITE_ERROR: (
        "The state file {path} is not as this program made it ({words})."
        " `affisync state check` tells whether something in it is missing."
    ),
    sqlite3.SQLITE_NOTADB: (
        "{path} is not a state file of affisync (not a SQLite file, or damaged)."
        " Name another file in state.url, or move this one away."
    ),
}
"""By SQLite's primary result code."""

UNREADABLE: Final = (
    "Something in the state file {path} cannot be understood ({kind}). `affisync state check` tells"
    " what; where that finds it sound this is a bug: run again with --debug and report it."
)
GARBAGE: Final = (ValueError, TypeError, LookupError, ArithmeticError)
"""What reading a text raises that is no time, no number or no document of ours."""

OTHERWISE: Final = (
    "The state file {path} cannot be used ({words}). Run again with --debug to see where."
)

NOT_UNICODE: Final = (
    "A text that is not valid Unicode cannot be kept in the state file {path}; this step was not"
    " recorded. Correct that text where it comes from."
)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn what SQLite raises, and reading what it holds, into a ``StateError``.

    Its own words carry no values; those of the others do, and are left out.
    """
    try:
        yield
    except DBAPIError as error:
        raise StateError(sentence(path, error.orig)) from error
    except sqlite3.Error as error:
        raise StateError(sentence(path, error)) from error
    except UnicodeEncodeError as error:
        raise StateError(NOT_UNICODE.format(path=path)) from error
    except GARBAGE as error:
        raise StateError(UNREADABLE.format(path=path, kind=type(error).__name__)) from error


def sentence(path: Path, error: BaseException | None) -> str:
    """What to tell a person of an error of SQLite's."""
    code = getattr(error, "sqlite_errorcode", None)
    # The low byte is the primary code; the rest says which of its kinds it was.
    template = OTHERWISE if code is None else SENTENCES.get(code & 0xFF, OTHERWISE)
    return template.format(path=path, words=error)
