"""``affisync status`` on a machine without a network: what it says, and with which code."""

import os
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

import pytest

from connectors.sandbox.server import Urls, write_config
from connectors.sandbox.world import empty_world
from sync.app import utc_now
from sync.cli.status import NOT_FRESH
from sync.core.plan import Disposition
from sync.core.ports import DAEMON_LEASE
from sync.core.standing import Standing
from sync.runs.linking import held
from sync.state import file
from sync.state.migrations import HEAD, REVISIONS
from sync.state.store import Store, open_store
from tests.cli.playing import Shell
from tests.state.people import a_link, a_row

NOWHERE: Final = Urls("http://127.0.0.1:9/api/v1", "http://127.0.0.1:9/api/v1")


@pytest.fixture
def configured(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A configuration of one pair; whoever opens a socket fails."""
    write_config(shell.config, NOWHERE, empty_world(seed=1))

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("status asked the network")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    return shell


@pytest.fixture
def used(configured: Shell) -> Shell:
    """The same, with a state in which no pair ever ran."""
    with stored(configured):
        return configured


@contextmanager
def stored(shell: Shell) -> Iterator[Store]:
    with open_store(shell.folder / "state.db", clock=utc_now) as store:
        yield store


def ran(shell: Shell, pair: str = "main", **ago: float) -> None:
    """A good run of a pair, so long ago."""
    at = utc_now() - timedelta(**ago)
    with stored(shell) as store:
        store.keep_standing(Standing(pair, at - timedelta(minutes=1), at))


def add_pair(shell: Shell, name: str) -> None:
    """Another pair, configured like the first."""
    text = shell.config.read_text(encoding="utf-8")
    second = text.split("[pairs.main]")[1].replace("pairs.main", f"pairs.{name}")
    shell.config.write_text(f"{text}\n[pairs.{name}]{second}", encoding="utf-8")


def test_all_is_well_where_every_pair_is_fresh(used: Shell) -> None:
    ran(used, minutes=4)

    told = used("status")

    assert told.code == 0
    assert "✓ Ok" in told.out
    assert "4 min ago" in told.out
    assert told.err == ""


@pytest.mark.parametrize("minutes, code", [(44, 0), (46, 4)])
def test_a_pair_is_fresh_for_three_turns_of_its_schedule(
    used: Shell, minutes: int, code: int
) -> None:
    ran(used, minutes=minutes)

    assert used("status").code == code


def test_a_pair_that_never_ran_is_not_fresh(used: Shell) -> None:
    told = used("status")

    assert told.code == NOT_FRESH == 4
    assert "Never ran" in told.out
    assert "affisync sync --pair main" in told.out


def test_one_pair_that_is_not_fresh_is_enough(used: Shell) -> None:
    add_pair(used, "other")
    ran(used, minutes=4)
    ran(used, "other", days=2)

    assert used("status").code == 4
    assert used("status", "--pair", "main").code == 0
    assert used("status", "--pair", "other").code == 4


def test_a_person_who_is_needed_makes_no_fresh_pair_stale(used: Shell) -> None:
    ran(used, minutes=4)
    with stored(used) as store, held(store, "main") as lease:
        row = a_row(disposition=Disposition.CONFLICT)
        store.remember_open(lease.fence, [row], utc_now(), all_seen=True)

    told = used("status")

    assert told.code == 0
    assert "▲ Needs person" in told.out
    assert "Rows that need a person: 1 conflict." in told.out
    assert "affisync inbox --pair main" in told.out
    assert "affisync held" not in told.out


def test_held_rows_have_a_command_of_their_own(used: Shell) -> None:
    ran(used, minutes=4)
    with stored(used) as store, held(store, "main") as lease:
        row = a_row(disposition=Disposition.HELD)
        store.remember_open(lease.fence, [row], utc_now(), all_seen=True)

    told = used("status")

    assert "Rows that need a person: 1 held." in told.out
    assert "affisync held --pair main" in told.out
    assert "affisync inbox" not in told.out


def test_the_document_is_the_contract(used: Shell) -> None:
    told = used("status", "--format", "json")

    assert told.code == 4
    assert told.document == {
        "schema": "affisync.status/1",
        "daemon": None,
        "log": sha256(b"").hexdigest(),
        "pairs": [
            {
                "name": "main",
                "state": "never-ran",
                "fresh": False,
                "fresh_within": 2700,
                "last_good_run": None,
                "last_run": None,
                "next_run": None,
                "running_since": None,
                "failures": 0,
                "trouble": None,
                "reason": "",
                "since": None,
                "not_before": None,
                "links": 0,
                "needs": {"held": 0, "conflict": 0, "break": 0, "failed": 0},
                "oldest_open": None,
            }
        ],
    }


def test_a_daemon_is_told_with_what_it_has_planned(used: Shell) -> None:
    ran(used, minutes=4)
    soon = utc_now() + timedelta(minutes=11)
    with stored(used) as store, held(store, "main") as lease:
        store.save_links(lease.fence, [a_link(1), a_link(2)])
        store.keep_next_run("main", soon)
        daemon = store.lease(DAEMON_LEASE)
        told = used("status", "--format", "json").document
        shown = used("status").out
        daemon.release()

    assert str(os.getpid()) in told["daemon"]["program"]
    assert datetime.fromisoformat(told["pairs"][0]["next_run"]) == soon
    assert told["pairs"][0]["links"] == 2
    assert "The daemon runs since" in shown
    assert "No daemon runs" in used("status").out


def test_a_configuration_that_cannot_be_read_is_2(shell: Shell) -> None:
    told = shell("status", "--format", "json")

    assert (told.code, told.out) == (2, "")
    assert "affisync.toml" in told.err


def test_a_state_that_is_not_there_is_2_and_is_not_made(configured: Shell) -> None:
    told = configured("status")

    assert (told.code, told.out) == (2, "")
    assert "state.db" in told.err
    assert not (configured.folder / "state.db").exists()


def test_a_state_of_another_program_is_2(configured: Shell) -> None:
    (configured.folder / "state.db").write_text("something else entirely" * 100)

    assert configured("status").code == 2


def test_a_state_that_is_to_be_upgraded_is_2_and_stays_as_it_is(used: Shell) -> None:
    earlier = min(REVISIONS)
    with closing(sqlite3.connect(used.folder / "state.db")) as state, state:
        state.execute("UPDATE alembic_version SET version_num = ?", [earlier])

    told = used("status")

    assert told.code == 2
    assert "the next run mends that" in told.err
    assert file.revision(used.folder / "state.db") == earlier != HEAD


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE leases SET until = 'soon'",
        "DROP TABLE runs",
        "DROP TABLE standings",
        "ALTER TABLE links DROP COLUMN evidence",
    ],
)
def test_a_state_that_is_not_sound_is_2_and_says_how_to_look_closer(
    used: Shell, statement: str
) -> None:
    ran(used, minutes=4)
    with stored(used) as store:
        store.lease("main").release()
        store.lease("main")
        with closing(sqlite3.connect(used.folder / "state.db")) as raw:
            raw.execute(statement)
            raw.commit()
        told = used("status")

    assert (told.code, told.out) == (2, "")
    assert "`affisync state check`" in told.err
    assert "bug of its own" not in told.err
    assert used("state", "check").code == 2


def test_a_pair_nobody_configured_is_2(used: Shell) -> None:
    told = used("status", "--pair", "other")

    assert told.code == 2
    assert "there are: main" in told.err


def test_a_monitor_needs_no_keys(used: Shell) -> None:
    ran(used, minutes=4)
    for key in used.folder.glob("*.key"):
        key.unlink()

    assert used("status").code == 0


def test_a_look_leaves_the_state_as_it_is(used: Shell) -> None:
    before = (used.folder / "state.db").read_bytes()

    used("status")

    assert (used.folder / "state.db").read_bytes() == before
