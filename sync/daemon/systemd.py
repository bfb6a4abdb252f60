"""What systemd is told of a service of ``Type=notify``; nothing where no systemd asked.

The protocol is a datagram per message, which is why no package is needed for it (sd_notify(3)).
"""

import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Systemd:
    """Where to tell it, and within which time it wants to hear from us; None = not at all."""

    address: str | None = None
    watchdog: timedelta | None = None

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Systemd":
        """What the service manager asked for, by its variables."""
        microseconds = environ.get("WATCHDOG_USEC", "")
        mine = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        watched = mine and microseconds.isdecimal() and int(microseconds) > 0
        watchdog = timedelta(microseconds=int(microseconds)) if watched else None
        return cls(environ.get("NOTIFY_SOCKET") or None, watchdog)

    def ready(self) -> None:
        """The daemon runs, or runs again after a reload."""
        self._tell("READY=1")

    def status(self, text: str) -> None:
        """One line about what the daemon does, for ``systemctl status``."""
        self._tell(f"STATUS={' '.join(text.split())}")

    def reloading(self) -> None:
        """The configuration is being read again."""
        self._tell(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """The daemon finishes what is in hand."""
        self._tell("STOPPING=1")

    def alive(self) -> None:
        """The daemon lives; without this it is started anew."""
        self._tell("WATCHDOG=1")

    def _tell(self, message: str) -> None:
        """Send it; a service manager that does not listen stops nobody."""
        if self.address is None:
            return
        place = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        with (
            suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to,
        ):
            to.sendto(message.encode(), socket.MSG_DONTWAIT, place)
