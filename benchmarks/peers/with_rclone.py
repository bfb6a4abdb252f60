"""Rclone bisync, two folders of small files."""

from pathlib import Path

from peers.folders import Folders, found, run
from peers.probe import Peer
from peers.same_probes import crash, lock, moves, terminal, vanishing

SIZE = 2_000_000
SLOWLY = ("--bwlimit", "20M")


def peer() -> Peer:
    """Rclone as it is found here."""
    if not found("rclone"):
        return Peer("rclone bisync", "")
    version = run(["rclone", "version"]).text.split()[1].removeprefix("v")
    return Peer(
        "rclone bisync",
        version,
        {
            "most": vanishing(pair, 1000, 990),
            "last": vanishing(pair, 10, 10),
            "nine": vanishing(pair, 9, 9),
            "half": vanishing(pair, 100, 49),
            "crash": crash(pair, SIZE, by_hand=_unlock),
            "lock": lock(pair, SIZE),
            "moves": moves(pair, SIZE),
            "markup": terminal(pair),
        },
    )


def pair(place: Path) -> Folders:
    """Two folders, a workdir of their own, one file at a time."""
    a, b = place / "a", place / "b"
    config = place / "rclone.conf"
    config.touch()
    more = ("--workdir", place / "work", "--config", config, "--transfers", "1", "-v")
    command: list[str | Path] = ["rclone", "bisync", a, b, *more]
    return Folders(a, b, command, first=[*command, "--resync"], slow=[*command, *SLOWLY])


def _unlock(pair: Folders) -> None:
    """Delete the lock that the killed run left, as the manual says."""
    for path in (pair.a.parent / "work").glob("*.lck"):
        path.unlink()
