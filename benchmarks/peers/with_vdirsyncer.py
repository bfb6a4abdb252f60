"""vdirsyncer, two folders of calendar entries; its own hook makes it slow enough to interrupt."""

import sqlite3
from contextlib import closing
from pathlib import Path

from peers.calendar_server import served
from peers.folders import KEPT, NEW, SMALL, Folders, run
from peers.probe import Answer, Peer
from peers.same_probes import crash, lock, moves, terminal, vanishing

CONFIG = """
[general]
status_path = "{place}/status"
[pair people]
a = "a"
b = "b"
collections = ["x"]
[storage a]
type = "filesystem"
path = "{place}/a"
fileext = ".ics"
[storage b]
type = "filesystem"
path = "{place}/b"
fileext = ".ics"
post_hook = "{place}/hook"
"""
SLOW = "#!/bin/sh\n[ -e {place}/quick ] || sleep 0.05\n"
CALDAV = """
[general]
status_path = "{place}/status"
[pair people]
a = "a"
b = "b"
collections = null
[storage a]
type = "filesystem"
path = "{place}/a"
fileext = ".ics"
[storage b]
type = "caldav"
url = "{url}"
username = "ann"
password = "none"
"""


def peer(programs: Path, version: str) -> Peer:
    """Vdirsyncer as it was installed into an environment of its own."""

    def pair(place: Path) -> Folders:
        return two_folders(programs, place)

    def slow(place: Path) -> Folders:
        return two_folders(programs, place, quick=False)

    return Peer(
        "vdirsyncer",
        version,
        {
            "most": vanishing(pair, 1000, 990),
            "last": vanishing(pair, 10, 10),
            "nine": vanishing(pair, 9, 9),
            "half": vanishing(pair, 100, 49),
            "crash": crash(slow, SMALL, _memory),
            "lock": lock(slow, SMALL),
            "keeps": _keeps(programs),
            "moves": moves(slow, SMALL),
            "markup": terminal(pair),
        },
    )


def two_folders(programs: Path, place: Path, *, quick: bool = True) -> Folders:
    """Two folders of calendar entries."""
    config, script = place / "config", place / "hook"
    config.write_text(CONFIG.format(place=place))
    script.write_text(SLOW.format(place=place))
    script.chmod(0o755)
    if quick:
        (place / "quick").touch()
    env = {"VDIRSYNCER_CONFIG": str(config)}
    sync: list[str | Path] = [programs / "vdirsyncer", "sync"]
    pair = Folders(place / "a/x", place / "b/x", sync, env, suffix=".ics", text=entry)
    run([programs / "vdirsyncer", "discover"], env)
    return pair


def entry(name: str, value: str) -> str:
    """A calendar entry of one person that says this."""
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//peers//EN\r\nBEGIN:VEVENT\r\n"
        f"UID:{name}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260101T000000Z\r\n"
        f"SUMMARY:{value}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


def _memory(pair: Folders) -> str:
    """How many of ten creates its state knows of."""
    (state,) = (pair.a.parents[1] / "status" / "people").glob("*.items")
    with closing(sqlite3.connect(state)) as database:
        (known,) = database.execute("SELECT count(*) FROM status WHERE ident != 'x'").fetchone()
    return f"{known} of them remembered"


def _keeps(programs: Path) -> Answer:
    """A CalDAV server stores 25 where it is sent 30; what a second run makes of that."""

    def answer(place: Path) -> str:
        with served(programs, place / "server", f"{NEW}={KEPT}") as calendar:
            pair = with_server(programs, place, calendar.url)
            pair.fill(1)
            pair.begin()
            pair.fill(1, NEW)
            ended, again = pair.sync(), pair.sync()
            ours, theirs = (pair.a / "n0000.ics").read_text(), calendar.text()
        if ended.code or again.code:
            return f"stops: {(again if again.code else ended).reason}"
        if NEW in ours and KEPT in theirs:
            return "never notices: both runs end well, the sides stay apart"
        return "the sides agree in the end"

    return answer


def with_server(programs: Path, place: Path, url: str) -> Folders:
    """A folder and a calendar on a server."""
    config = place / "config"
    config.write_text(CALDAV.format(place=place, url=url))
    env = {"VDIRSYNCER_CONFIG": str(config)}
    sync: list[str | Path] = [programs / "vdirsyncer", "sync"]
    pair = Folders(place / "a", place / "b", sync, env, suffix=".ics", text=entry)
    run([programs / "vdirsyncer", "discover"], env)
    return pair
