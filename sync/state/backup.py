"""A copy of the state, taken while other programs use it: one moment of it, whole."""

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from secrets import token_hex
from typing import Final

from sync.errors import StateError, UsageError
from sync.state import file
from sync.state.companions import COMPANIONS, beside, is_there, refuse_leftovers
from sync.state.faults import told

COPY: Final = "VACUUM INTO ?"
"""Reads one moment and keeps no writer waiting; leaves out what was deleted, as a copy of the
file's pages would not."""

THERE: Final = "{target} is there already. Name another file, or add --force."
NOTHING: Final = "There is no state at {path} to copy. The first run makes it."


def backup(path: Path, target: Path, *, overwrite: bool = False) -> None:
    """Copy the state at ``path`` to ``target``, readable by its owner alone.

    Written beside the target and put in its place when it is on the disk, so that there is a whole
    copy or none. Raises ``UsageError`` where the target is there already (unless ``overwrite``) or
    is no place for it, ``StateError`` where there is no state or it cannot be copied.
    """
    path, target = path.absolute(), target.absolute()
    part = target.with_name(f".affisync-{token_hex(4)}.part")  # the target's may be long enough
    try:
        _refuse_target(path, target, overwrite=overwrite)
        _copy(path, part)
        _put(part, target, overwrite=overwrite)
    except OSError as error:
        raise UsageError(_refusal(target, error)) from error
    finally:
        part.unlink(missing_ok=True)


def _refuse_target(path: Path, target: Path, *, overwrite: bool) -> None:
    state = {beside(path, suffix).resolve() for suffix in COMPANIONS}
    if target.resolve() in state:
        raise UsageError(f"{target} is the state itself. Name another file for the backup.")
    _refuse_found(target, overwrite=overwrite)
    # SQLite would play a log left there into the new file.
    if any(is_there(beside(target, suffix)) for suffix in COMPANIONS[1:]):
        raise UsageError(f"Another program has {target} open. Name another file for the backup.")


def _refuse_found(target: Path, *, overwrite: bool) -> None:
    """Only a plain file is written over: a link or a pipe is there for something else."""
    try:
        found = file.kind(target.lstat().st_mode)
    except FileNotFoundError:
        return
    if found:
        raise UsageError(f"{target} is {found}. Name a file for the backup.")
    if not overwrite:
        raise UsageError(THERE.format(target=target))


def _copy(path: Path, part: Path) -> None:
    if not is_there(path):
        raise StateError(NOTHING.format(path=path))
    refuse_leftovers(path)
    # Made first: SQLite would let everybody read what it makes.
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, file.PRIVATE))
    with told(path), closing(file.connect(path)) as state:
        if file.revision_in(path, state) is None:
            raise StateError(NOTHING.format(path=path))
        try:
            state.execute(COPY, (str(part),))
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_FULL:  # of the copy's disk, not the state's
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
            raise
    _sync(part)


def _put(part: Path, target: Path, *, overwrite: bool) -> None:
    if overwrite:
        part.replace(target)
    else:
        os.link(part, target)  # unlike a rename it never replaces what came there meanwhile
    _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refusal(target: Path, error: OSError) -> str:
    if isinstance(error, FileExistsError):
        return THERE.format(target=target)
    return f"The backup {target} cannot be written ({error.strerror}). Name another file."
