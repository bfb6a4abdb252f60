"""A file that is new, whole, and its owner's alone."""

import os
import tempfile
from pathlib import Path

from sync.errors import UsageError


def refuse_old(path: Path) -> None:
    """``UsageError`` where a file cannot be made: one is there already, or no folder for it is."""
    if path.exists() or path.is_symlink():
        raise UsageError(f"{path} is there already and is not written over; name another file.")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"There is no folder for {path}; nothing was run.")


def write_new(path: Path, text: str) -> None:
    """Write a file that was not there, all at once; whatever goes wrong, none of it is left."""
    try:
        _write_new(path, text)
    except FileExistsError:
        refuse_old(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError(f"Cannot write {path}: {reason}; name another file.") from error


def _write_new(path: Path, text: str) -> None:
    descriptor, draft = tempfile.mkstemp(prefix=".affisync-", dir=path.absolute().parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # unlike a rename it never takes the place of another file
    finally:
        Path(draft).unlink()
