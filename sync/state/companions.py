"""What SQLite keeps beside a state file, and what another state left there."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from sync.errors import StateError

LOG: Final = "-wal"
COMPANIONS: Final = ("", LOG, "-shm", "-journal")
"""The file and what SQLite puts beside it; all hold people's addresses."""

OUTLIVING: Final = COMPANIONS[1:3]
"""What stays where a file was moved away under a program that used it."""

MAGIC: Final = b"SQLite format 3\0"
HEADER: Final = 20
KEEPS_LOG: Final = b"\2\2"
"""The end of that header, of a file in WAL mode; a backup is in none until it is opened."""

LEFTOVERS: Final = (
    "Another state was at {path} and was moved, deleted or replaced while a program used it; of it"
    " is left: {left}. Stop every run; put that state back, or move what is left of it away too;"
    " then start again."
)


def is_there(path: Path) -> bool:
    """Whether something is there; nothing can be where nobody may look, or by too long a name."""
    with suppress(OSError):
        return path.exists()
    return False


def beside(path: Path, suffix: str) -> Path:
    """One of the companions of a file."""
    return path.with_name(path.name + suffix)


def refuse_leftovers(path: Path) -> None:
    """Raise ``StateError`` where a log lies beside a file that keeps none.

    SQLite would play it into that file and destroy it, or call it a failed disk. Only to be asked
    before this program uses the file.
    """
    # In this order: whoever makes a state makes the file first, and its log last.
    left = [one for suffix in OUTLIVING if is_there(one := beside(path, suffix))]
    if left and not _keeps_log(path):
        raise StateError(LEFTOVERS.format(path=path, left=" and ".join(map(str, left))))


def _keeps_log(path: Path) -> bool:
    """Whether a file is one that keeps a log beside it, or is none that we know."""
    try:
        header = _header(path)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return header.endswith(KEEPS_LOG) or not MAGIC.startswith(header[: len(MAGIC)])


def _header(path: Path) -> bytes:
    """The first bytes of a file, or fewer; a pipe is not waited for.

    Closing it again drops the locks that SQLite has on it in this program.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return os.read(descriptor, HEADER)
    finally:
        os.close(descriptor)
