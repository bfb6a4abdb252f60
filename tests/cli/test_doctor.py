"""``affisync doctor``: everything it looks at on this machine, and how it ends."""

import sqlite3
import ssl
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from connectors.sandbox.exchange import Answer
from connectors.sandbox.script import Step
from sync.app import utc_now
from sync.cli.probe import NotReachedError, _ahead, _words, probe
from sync.state.holder import Program, this_program
from sync.state.migrations import HEAD
from sync.state.store import open_store
from tests.cli.playing import Ran, Shell, Town
from tests.state.people import NOON, a_head, a_row


def health(ran: Ran) -> dict[str, str]:
    return {finding["check"]: finding["health"] for finding in ran.document["findings"]}


def told(ran: Ran, check: str) -> dict[str, str]:
    (finding,) = (one for one in ran.document["findings"] if one["check"] == check)
    return dict(finding)


@pytest.fixture
def base_url(town: Town) -> str:
    """Where Whop is served."""
    return town.shell.config.read_text(encoding="utf-8").split('base_url = "')[1].split('"')[0]


def test_a_healthy_pair_ends_with_nothing(town: Town) -> None:
    town.both()

    ran = town("doctor")

    assert ran.code == 0
    assert "0 failed, 0 warnings." in ran.out
    for check in ("Configuration", "State file", "Whop reached", "Affihub clock", "Whop version"):
        assert check in ran.out


def test_it_writes_nowhere(town: Town) -> None:
    town.both()

    town("doctor")

    assert town.world.log.changes() == []
    assert not (town.folder / "state.db").exists()


def test_it_keeps_the_state_as_it_is(town: Town) -> None:
    town.both()
    town("sync", "--dry-run")

    ran = town("doctor", "--format", "json")

    assert ran.code == 0
    assert told(ran, "State file")["seen"] == f"revision {HEAD}, as this program needs it"
    assert told(ran, "Lease")["seen"] == "nobody runs this pair now"
    assert len(town("runs", "--format", "json").document["runs"]) == 1


def test_a_missing_configuration_is_one_failed_check(shell: Shell) -> None:
    ran = shell("doctor", "--format", "json")

    assert ran.code == 2
    (finding,) = ran.document["findings"]
    assert finding["health"] == "failed"
    assert "affisync init" in finding["seen"]


def test_every_fault_of_a_configuration_is_a_failed_check(town: Town) -> None:
    text = town.shell.config.read_text(encoding="utf-8").replace("company_id", "compny_id")
    town.shell.config.write_text(f"{text}\nshedule = 1\n", encoding="utf-8")

    ran = town("doctor", "--format", "json")

    assert ran.code == 2
    assert len(ran.document["findings"]) == 3
    assert set(health(ran).values()) == {"failed"}


def test_a_refused_key_ends_with_one(town: Town) -> None:
    town.faults.set_script([Step(fault=Answer(401, b"{}"), times=99)])

    ran = town("doctor", "--format", "json")

    assert ran.code == 1
    assert health(ran)["Whop reached"] == "ok"
    assert health(ran)["Whop key"] == "failed"
    assert health(ran)["Affihub key"] == "failed"


@pytest.mark.usefixtures("unreachable")
def test_a_side_that_is_not_there_is_not_asked_any_more(town: Town) -> None:
    ran = town("doctor", "--format", "json")

    assert ran.code == 1
    assert "Connection refused" in told(ran, "Whop reached")["seen"]
    assert "base_url" in told(ran, "Whop reached")["advice"]
    assert not {"Whop key", "Affihub key"} & health(ran).keys()


def test_a_foreign_state_is_told_and_left_and_the_rest_is_looked_at(town: Town) -> None:
    path = town.folder / "state.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE other (id INTEGER)")
    connection.close()
    before = path.read_bytes()

    ran = town("doctor", "--format", "json")

    assert ran.code == 2
    assert "another program" in told(ran, "State file")["seen"]
    assert health(ran)["Whop key"] == "ok"
    assert path.read_bytes() == before


def test_a_state_that_cannot_be_made_is_told(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFFISYNC_STATE__URL", "sqlite:///nowhere/state.db")

    ran = town("doctor", "--format", "json")

    assert ran.code == 2
    assert "cannot be made" in told(ran, "State file")["seen"]


def test_a_state_others_may_read_is_a_warning(town: Town) -> None:
    town("sync", "--dry-run")
    (town.folder / "state.db").chmod(0o644)

    ran = town("doctor", "--format", "json")

    assert ran.code == 0
    assert told(ran, "State mode")["health"] == "warning"
    assert "chmod 600" in told(ran, "State mode")["advice"]


def test_who_holds_the_pair_is_told(town: Town) -> None:
    with town.store() as store:
        lease = store.lease("main")
        ran = town("doctor", "--format", "json")
        lease.release()

    assert ran.code == 0
    assert told(ran, "Lease")["seen"].startswith("held by program ")


def test_the_state_tells_how_many_are_linked_and_what_is_open(town: Town) -> None:
    town.remember(town.both(), town.both())
    with town.store() as store:
        store.begin_run(a_head())
        lease = store.lease("main")
        store.intend(lease.fence, "run-1", a_row(), NOON)
        lease.release()

    ran = town("doctor", "--format", "json")

    assert ran.code == 0
    assert told(ran, "Company")["seen"] == f"{town.world.whop.company_id}; 2 people linked"
    assert told(ran, "Unsettled writes")["health"] == "warning"
    assert "affisync sync" in told(ran, "Unsettled writes")["advice"]


def test_a_state_of_another_company_is_to_be_mended_here(town: Town) -> None:
    with town.store() as store:
        lease = store.lease("main")
        store.remember_company(lease.fence, "biz_other")
        lease.release()

    ran = town("doctor", "--format", "json")

    assert ran.code == 2
    assert "biz_other" in told(ran, "Company")["seen"]


def test_a_key_in_the_file_is_a_warning_and_worse_where_others_may_read_it(town: Town) -> None:
    text = town.shell.config.read_text(encoding="utf-8")
    text = text.replace('api_key_file = "affisync.whop.key"', f'api_key = "{town.world.whop.key}"')
    town.shell.config.write_text(text, encoding="utf-8")

    private = town("doctor", "--format", "json")
    town.shell.config.chmod(0o644)
    public = town("doctor", "--format", "json")

    assert (private.code, public.code) == (0, 2)
    assert told(private, "Key in the file")["health"] == "warning"
    assert told(public, "File mode")["health"] == "failed"
    assert town.world.whop.key not in private.out + public.out


def test_a_clock_that_goes_wrong_is_a_warning(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    late = datetime.now(UTC) - timedelta(hours=1)
    monkeypatch.setattr("sync.cli.setup_checks.utc_now", lambda: late)

    ran = town("doctor", "--format", "json")

    assert ran.code == 0
    clock = told(ran, "Whop clock")
    assert clock["health"] == "warning"
    assert "ahead of this machine's clock" in clock["seen"]


def test_a_lease_left_behind_by_a_dead_program_holds_nobody_up(town: Town) -> None:
    dead = Program(this_program().host, 2**22 + 1, this_program().place, "0")
    with open_store(town.folder / "state.db", clock=utc_now, program=dead) as store:
        lease = store.lease("main")
        ran = town("doctor", "--format", "json")
        lease.release()

    assert ran.code == 0
    assert told(ran, "Lease")["seen"] == "nobody runs this pair now"


def test_a_state_damaged_further_in_is_a_finding_and_the_rest_is_looked_at(town: Town) -> None:
    with town.store():
        pass
    path = town.folder / "state.db"
    with path.open("r+b") as raw:
        raw.seek(4096)
        raw.write(b"\xff" * (path.stat().st_size - 4096))
    # The start of the file is whole, but not where its revision stands.
    ran = town("doctor", "--format", "json")

    assert ran.code == 2
    assert "damaged" in told(ran, "State file")["seen"]
    assert health(ran)["Whop key"] == "ok"


def test_a_pair_whose_rows_cannot_be_read_is_a_finding_and_the_rest_is_looked_at(
    town: Town,
) -> None:
    with town.store():
        pass
    with closing(sqlite3.connect(town.folder / "state.db")) as raw:
        raw.execute("DROP TABLE email_readings")

    ran = town("doctor", "--format", "json")

    assert ran.code == 2
    failed = [one for one in ran.document["findings"] if one["health"] == "failed"]
    assert [(one["part"], one["check"]) for one in failed] == [("Pair main", "State file")]
    assert health(ran)["Whop key"] == "ok"


def test_a_pair_nobody_configured_names_those_there_are(town: Town) -> None:
    ran = town("doctor", "--pair", "other")

    assert ran.code == 2
    assert "there are: main" in ran.err


def test_no_key_is_ever_shown(town: Town) -> None:
    town.faults.set_script([Step(fault=Answer(401, b"{}"), times=99)])

    ran = town("doctor", "--debug")

    assert town.world.whop.key not in ran.out + ran.err
    assert town.world.affihub.key not in ran.out + ran.err


def test_a_probe_sends_no_key_and_reads_the_clock(town: Town, base_url: str) -> None:
    reached = probe(base_url, lambda: datetime.now(UTC) + timedelta(hours=2))

    assert reached.ahead is not None
    assert reached.ahead.total_seconds() == pytest.approx(-7200, abs=5)
    assert {request.status for request in town.world.log} <= {401, 404}


def test_a_probe_that_reaches_nobody_says_why() -> None:
    with pytest.raises(NotReachedError, match="refused"):
        probe("http://127.0.0.1:9/api/v1", lambda: datetime.now(UTC))


@pytest.mark.parametrize(
    "error, words",
    [
        (TimeoutError(), "no answer within 10 seconds"),
        (ConnectionRefusedError(111, "Connection refused"), "Connection refused"),
        (ValueError("a secret"), "ValueError"),
        ("no host given", "no host given"),
    ],
)
def test_why_a_side_is_not_reached_is_told_in_words(error: object, words: str) -> None:
    assert _words(error) == words


def test_an_untrusted_certificate_is_told_as_one() -> None:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "self-signed certificate"

    assert _words(error) == "its certificate cannot be trusted (self-signed certificate)"


@pytest.mark.parametrize("date", ["", "yesterday"])
def test_a_server_that_tells_no_time_has_no_clock(date: str) -> None:
    headers: Any = SimpleNamespace(get=lambda _name, _default: date)

    assert _ahead(headers, datetime.now(UTC)) is None


def test_the_example_of_the_help_is_a_command(shell: Shell, tmp_path: Path) -> None:
    assert shell("doctor", "--help").code == 0
    assert list(tmp_path.iterdir()) == []
