"""Which running program this is, and whether another one still runs."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final

UNSEEN: Final = "?"
"""In the place of the start of a program that runs, but not where we can look at it."""
GONE_STATES = frozenset("ZX")
"""A zombie holds its number until its parent looks, but it will never write again."""


@dataclass(frozen=True, slots=True)
class Program:
    """One running program, told apart from every other that ever ran.

    ``pid`` means something only within ``place`` (a boot of a kernel and a PID namespace: a
    container on the host's network has the host's name, but numbers of its own). ``started`` is
    the start time in the kernel's own ticks, so that a number used again is another program.
    """

    host: str
    pid: int
    place: str = ""
    started: str = ""

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}:{self.place}:{self.started}"

    @classmethod
    def parse(cls, text: str) -> "Program":
        """The program out of its text; whatever follows the fourth part is left aside."""
        host, pid, place, started = text.split(":")[:4]
        return cls(host, int(pid), place, started)

    @property
    def label(self) -> str:
        """Which program, in words for people."""
        return f"program {self.pid} on {self.host}"

    def is_elsewhere(self, here: "Program") -> bool:
        """Whether it ran where this program cannot look: another host, boot or container."""
        return (self.host, self.place) != (here.host, here.place)

    def is_gone(self, here: "Program") -> bool:
        """Whether it is known to run no more; False where that cannot be seen from here."""
        return not self.is_elsewhere(here) and _started(self.pid) not in (self.started, UNSEEN)


def this_program() -> Program:
    """The program that asks."""
    host = socket.gethostname().replace(":", "_")
    return Program(host, os.getpid(), _place(), _started(os.getpid()) or "")


def _place() -> str:
    """Boot id and PID namespace; "" on systems without /proc, where the host alone has to do."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        namespace = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""
    return f"{boot}-{namespace.strip('pid:[]')}"


def _started(pid: int) -> str | None:
    """When a program started, in ticks since the boot; None where there is no such program."""
    if not Path("/proc/self/stat").exists():
        return _answers(pid)
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        # A machine may hide other users' programs (hidepid): one that answers is not gone.
        return None if _answers(pid) is None else UNSEEN
    # The second field is the program's name in brackets, which may hold spaces and brackets.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in GONE_STATES else fields[19]


def _answers(pid: int) -> str | None:
    """The best there is without /proc: "" while some program has this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except OSError:
        return ""
    return ""
