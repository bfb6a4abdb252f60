"""Unison, two folders of small files."""

from pathlib import Path

from peers.folders import Folders, found, run
from peers.probe import Peer
from peers.same_probes import crash, lock, moves, terminal, vanishing

SIZE = 15_000_000
"""Unison copies fast: so large that it can be interrupted between two files."""


def peer() -> Peer:
    """Unison as it is found here."""
    if not found("unison"):
        return Peer("Unison", "")
    version = run(["unison", "-version"]).text.split()[2]
    return Peer(
        "Unison",
        version,
        {
            "most": vanishing(pair, 1000, 990),
            "last": vanishing(pair, 10, 10),
            "nine": vanishing(pair, 9, 9),
            "half": vanishing(pair, 100, 49),
            "crash": crash(pair, SIZE),
            "lock": lock(pair, SIZE),
            "moves": moves(pair, SIZE),
            "markup": terminal(pair),
        },
    )


def pair(place: Path) -> Folders:
    """Two folders and an archive of their own; run as cron would."""
    a, b = place / "a", place / "b"
    command: list[str | Path] = ["unison", a, b, "-batch", "-dumbtty", "-log=false"]
    return Folders(a, b, command, {"UNISON": str(place / "archive"), "HOME": str(place)})
