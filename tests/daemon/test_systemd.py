"""What a service manager is told, over a socket of its own."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from sync.daemon.systemd import Systemd


@contextmanager
def listening(name: str) -> Iterator[socket.socket]:
    place = f"\0{name[1:]}" if name.startswith("@") else name
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(place)
        listener.settimeout(5)
        yield listener


def test_messages_arrive_at_a_path(tmp_path: Path) -> None:
    place = str(tmp_path / "notify")
    with listening(place) as listener:
        systemd = Systemd(place)
        for tell in (systemd.ready, systemd.alive, systemd.stopping, systemd.reloading):
            tell()
        systemd.status("2 pairs\nREADY=0")
        heard = [listener.recv(500).decode() for _ in range(5)]

    assert heard[:3] == ["READY=1", "WATCHDOG=1", "STOPPING=1"]
    reloading, moment = heard[3].splitlines()
    assert reloading == "RELOADING=1"
    assert moment.removeprefix("MONOTONIC_USEC=").isdecimal()
    assert heard[4] == "STATUS=2 pairs READY=0"


def test_messages_arrive_at_an_abstract_place(tmp_path: Path) -> None:
    place = f"@affisync-{tmp_path.name}-{os.getpid()}"
    with listening(place) as listener:
        Systemd(place).ready()

        assert listener.recv(500) == b"READY=1"


@pytest.mark.parametrize("address", [None, "/nowhere/at/all", "@nobody-listens-here"])
def test_nobody_who_listens_is_no_fault(address: str | None) -> None:
    Systemd(address).ready()


def test_a_service_manager_that_does_not_read_stops_nobody(tmp_path: Path) -> None:
    place = str(tmp_path / "notify")
    with listening(place):
        for _ in range(2_000):
            Systemd(place).alive()


@pytest.mark.parametrize(
    "environ, watchdog",
    [
        ({}, None),
        ({"WATCHDOG_USEC": "60000000"}, timedelta(minutes=1)),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": str(os.getpid())}, timedelta(minutes=1)),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_the_watchdog_is_fed_where_it_is_ours(
    environ: dict[str, str], watchdog: timedelta | None
) -> None:
    assert Systemd.of(environ).watchdog == watchdog


def test_without_systemd_there_is_nobody_to_tell() -> None:
    assert Systemd.of({"NOTIFY_SOCKET": ""}) == Systemd()
    assert Systemd.of({"NOTIFY_SOCKET": "/run/n"}).address == "/run/n"
