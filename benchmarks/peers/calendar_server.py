"""Radicale as a process of its own: the CalDAV server that vdirsyncer is given."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Calendar:
    """One calendar on a server, and where the server keeps it."""

    url: str
    folder: Path

    def text(self) -> str:
        """All entries the server has."""
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.ics")))


@contextmanager
def served(programs: Path, place: Path, keeps: str = "") -> Iterator[Calendar]:
    """A calendar on loopback; ``keeps`` is ``SENT=STORED`` for a server that stores otherwise."""
    folder = place / "collection-root" / "ann" / "people"
    folder.mkdir(parents=True)
    (folder / ".Radicale.props").write_text('{"tag": "VCALENDAR"}')
    script = Path(__file__).parent / "inside" / "radicale_server.py"
    command = [str(programs / "python"), str(script), str(place), keeps]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        try:
            assert server.stdout is not None
            yield Calendar(f"{server.stdout.readline().strip()}/ann/people/", folder)
        finally:
            server.terminate()
