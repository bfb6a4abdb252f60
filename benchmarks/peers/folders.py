"""Two folders that a tool keeps in step, and what is done to them."""

import os
import pty
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

PATIENCE: Final = 900.0
"""Seconds after which a tool that does not end is taken for stuck."""
REASONS: Final[Mapping[str, str]] = {
    "lock file": "prior lock file found",
    "too many deletes": "too many deletes",
    "completely emptied": "one side is completely emptied",
    "empty current path": "one side is empty",
    "does not match computed": "the plan's checksum does not match",
}
"""What these tools say when they stop, and what a table shows of it."""
SMALL, LARGE = 0, 8_000_000
"""Bytes a file is padded with; the large ones take long enough to be interrupted."""

OLD, NEW, OTHER, KEPT = "rate-20", "rate-30", "rate-45", "rate-25"
"""What records say: before, as edited on one side, as edited on the other, as a server kept it."""

Text = Callable[[str, str], str]
"""What a record's file holds, from its name and what it says."""


def as_it_is(_name: str, value: str) -> str:
    """A file with nothing but what the record says."""
    return value


@dataclass(frozen=True, slots=True)
class Ended:
    """A finished command: exit code, and all it printed."""

    code: int
    text: str

    @property
    def reason(self) -> str:
        """Why a tool stopped, in words that it used itself where we know them."""
        text = self.text.lower()
        known = (reason for word, reason in REASONS.items() if word in text)
        return next(known, f"exit {self.code}")


def run(
    command: Sequence[str | Path], env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Ended:
    """Run a command to its end; both outputs as one text."""
    done = subprocess.run(
        [*map(str, command)],
        env={**os.environ, **(env or {})},
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=PATIENCE,
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode(errors="replace"))


def run_on_a_terminal(command: Sequence[str | Path], env: Mapping[str, str]) -> Ended:
    """Run a command as somebody sees it who started it: what it writes goes to a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*map(str, command)],
        env={**os.environ, **env, "TERM": "xterm"},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    told = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    return Ended(process.wait(PATIENCE), told.decode(errors="replace"))


def _read(terminal: int) -> bytes:
    """What comes next, nothing at the end: Linux calls the end of a terminal an error."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


@dataclass(slots=True)
class Folders:
    """Two folders, and the command that keeps them in step.

    ``first`` is the command of the very first run, ``slow`` the one that takes its time so that it
    can be interrupted; both are ``command`` where nothing else is said.
    """

    a: Path
    b: Path
    command: Sequence[str | Path]
    env: Mapping[str, str] = field(default_factory=dict)
    first: Sequence[str | Path] = ()
    slow: Sequence[str | Path] = ()
    suffix: str = ""
    text: Text = as_it_is

    def __post_init__(self) -> None:
        """Make both folders."""
        self.a.mkdir(parents=True, exist_ok=True)
        self.b.mkdir(parents=True, exist_ok=True)

    def begin(self) -> Ended:
        """The very first run."""
        return run(self.first or self.command, self.env)

    def sync(self) -> Ended:
        """One run."""
        return run(self.command, self.env)

    def write(self, name: str, value: str, size: int = SMALL) -> None:
        """One record on the first side."""
        text = self.text(name, value)
        (self.a / f"{name}{self.suffix}").write_text(text + " " * size)

    def fill(self, count: int, value: str = OLD, size: int = SMALL) -> None:
        """So many records on the first side."""
        for number in range(count):
            self.write(name_of(number), value, size)

    def drop(self, count: int) -> None:
        """So many records of the first side vanish."""
        for path in sorted(self.a.iterdir())[:count]:
            path.unlink()

    def there(self) -> list[str]:
        """The records on the second side, half-written ones apart."""
        names = (path.name for path in self.b.iterdir())
        return sorted(name for name in names if name.startswith("n") and name.endswith(self.suffix))

    def at(self, number: int) -> Path:
        """One record on the second side."""
        return self.b / f"{name_of(number)}{self.suffix}"

    def says(self, number: int, value: str) -> bool:
        """Whether a record says this on the second side."""
        try:
            with self.at(number).open() as file:
                return value in file.read(400)
        except OSError:
            return False

    def interrupted(self, when: Callable[[], bool], then: Callable[[int], None]) -> int:
        """A slow run during which something happens as soon as a condition holds; its exit code."""
        command = [*map(str, self.slow or self.command)]
        process = subprocess.Popen(
            command,
            env={**os.environ, **self.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        end = time.monotonic() + PATIENCE
        while process.poll() is None and not when() and time.monotonic() < end:
            time.sleep(0.0005)
        then(process.pid)
        return process.wait(PATIENCE)


def name_of(number: int) -> str:
    """The name of one of many records."""
    return f"n{number:04}"


def kill(pid: int) -> None:
    """End a process and what it started, as a power cut would."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def found(program: str) -> str | None:
    """Where a program is, None where it is not on the PATH."""
    return shutil.which(program)
