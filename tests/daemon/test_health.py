"""The health pages over HTTP: alive, ready, and who may ask."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from sync.config.values import Address
from sync.core.plan import Disposition
from sync.core.report import Trouble
from sync.core.standing import Standing
from sync.daemon.health.pages import pages
from sync.daemon.health.serving import serving
from sync.daemon.metrics.metrics import Metrics
from sync.runs.linking import held
from sync.state.store import Store, open_store
from tests.daemon.watched import HERE, Patient, asking
from tests.runs.shop import START, Clock
from tests.state.people import a_row


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def patient(tmp_path: Path, clock: Clock) -> Iterator[Patient]:
    """A daemon that just started, of one pair that never ran."""
    with open_store(tmp_path / "state.db", clock=clock) as store:
        yield Patient(tmp_path, store, clock)


@pytest.fixture
async def client(patient: Patient) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who asks it, over a real socket."""
    shown = pages(patient, Metrics(patient.app, patient.clock), HERE)
    async with serving(HERE, shown) as at, asking(at) as client:
        yield client


async def ready(client: httpx.AsyncClient) -> tuple[int, Any]:
    """The code, and what is told of the first pair."""
    answer = await client.get("/readyz")
    return answer.status_code, answer.json()["pairs"][0]


# Alive


async def test_a_daemon_that_lives_is_healthy(client: httpx.AsyncClient, patient: Patient) -> None:
    answer = await client.get("/healthz")

    assert answer.status_code == 200
    assert answer.json() == {"alive": True, "started_at": START.isoformat()}

    patient.beating = False
    assert (await client.get("/healthz")).status_code == 503


async def test_health_asks_nothing_of_a_state_that_hangs(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answered = threading.Event(), threading.Event()

    def hangs(store: Store, pair: str) -> Standing:
        asked.set()
        answered.wait(10)
        return Standing(pair)

    monkeypatch.setattr(Store, "standing", hangs)
    waiting = asyncio.create_task(client.get("/readyz"))
    await asyncio.to_thread(asked.wait, 10)

    healthy = await client.get("/healthz")

    assert healthy.status_code == 200
    assert not waiting.done()
    answered.set()
    assert (await waiting).status_code == 200


# Ready


async def test_a_pair_is_ready_until_its_last_good_run_is_too_long_ago(
    client: httpx.AsyncClient, patient: Patient
) -> None:
    patient.good()
    assert await ready(client) == (200, {"name": "main", "ready": True, "state": "ok", "why": ""})

    patient.clock.pass_(minutes=45)
    assert (await ready(client))[0] == 200
    patient.clock.pass_(seconds=6)
    code, told = await ready(client)

    assert code == 503
    assert told == {
        "name": "main",
        "ready": False,
        "state": "overdue",
        "why": "the last good run was 45 min 6 s ago, more than 45 min",
    }
    patient.good()
    patient.clock.pass_(seconds=6)
    assert (await ready(client))[0] == 200


async def test_a_pair_that_never_ran_is_starting_for_as_long_as_it_may_take(
    client: httpx.AsyncClient, patient: Patient
) -> None:
    assert await ready(client) == (
        200,
        {"name": "main", "ready": True, "state": "starting", "why": ""},
    )

    patient.clock.pass_(minutes=45)
    code, told = await ready(client)

    assert code == 503
    assert told["why"] == "no good run yet; the first was due within 45 min"


async def test_a_pair_whose_first_run_failed_is_not_starting(
    client: httpx.AsyncClient, patient: Patient
) -> None:
    patient.store.keep_standing(
        Standing("main", START, failures=1, trouble=Trouble.KEY_REFUSED, reason="Refused: ana@x.y")
    )

    code, told = await ready(client)

    assert (code, told["state"]) == (503, "failing")
    assert told["why"].endswith("; 1 in a row were not good, the last by key-refused")


async def test_a_pair_that_was_stale_before_the_daemon_began_is_not_starting(
    client: httpx.AsyncClient, patient: Patient
) -> None:
    long_ago = START - timedelta(days=2)
    patient.store.keep_standing(Standing("main", long_ago, long_ago))

    assert (await ready(client))[0] == 503


async def test_a_failing_pair_is_ready_as_long_as_it_is_fresh(
    client: httpx.AsyncClient, patient: Patient
) -> None:
    bad = Standing("main", START, START, failures=4, trouble=Trouble.UNREACHABLE, not_before=START)
    patient.store.keep_standing(bad)

    code, told = await ready(client)

    assert (code, told["state"]) == (200, "quarantined")


async def test_one_pair_that_is_not_fresh_is_named(
    client: httpx.AsyncClient, patient: Patient
) -> None:
    patient.configure("other")
    patient.good()
    patient.clock.pass_(minutes=50)
    patient.good("other")

    answer = await client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["ready"] is False
    assert [(pair["name"], pair["ready"]) for pair in answer.json()["pairs"]] == [
        ("main", False),
        ("other", True),
    ]


async def test_a_pair_that_is_taken_out_is_told_no_more(
    client: httpx.AsyncClient, patient: Patient
) -> None:
    patient.configure("other")
    assert len((await client.get("/readyz")).json()["pairs"]) == 2

    patient.configure()

    assert len((await client.get("/readyz")).json()["pairs"]) == 1


async def test_a_refused_configuration_is_told_and_makes_nobody_unready(
    client: httpx.AsyncClient, patient: Patient
) -> None:
    patient.good()
    assert (await client.get("/readyz")).json()["config"] == "in force"

    patient.refused = START
    answer = await client.get("/readyz")

    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    assert answer.json()["config"] == f"refused since {START.isoformat()}; the log says why"


async def test_a_state_that_cannot_be_read_is_not_ready(
    client: httpx.AsyncClient, patient: Patient, caplog: pytest.LogCaptureFixture
) -> None:
    patient.store.close()
    (patient.folder / "state.db").unlink()

    answer = await client.get("/readyz")

    assert answer.status_code == 503
    why = "the state cannot be read; the log says more"
    assert answer.json() == {"ready": False, "why": why, "config": "in force", "pairs": []}
    assert str(patient.folder) in caplog.text
    metrics = await client.get("/metrics")
    assert metrics.status_code == 200
    assert "affisync_state_readable 0.0" in metrics.text
    assert "affisync_links" not in metrics.text


async def test_people_are_not_told(client: httpx.AsyncClient, patient: Patient) -> None:
    row = a_row(disposition=Disposition.CONFLICT)
    with held(patient.store, "main") as lease:
        patient.store.remember_open(lease.fence, [row], START, all_seen=True)
    standing = Standing("main", START, failures=1, trouble=Trouble.FAILED, reason=row.person.label)
    patient.store.keep_standing(standing)
    patient.clock.pass_(hours=1)

    told = "".join([(await client.get(page)).text for page in ("/readyz", "/metrics", "/healthz")])

    for secret in (row.person.name, row.person.email, row.whop_id, row.affihub_id, row.reason):
        assert secret
        assert secret not in told


# However many ask


async def test_a_storm_of_questions_reads_the_state_once_for_each_page(
    client: httpx.AsyncClient, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[str] = []
    standing = Store.standing

    def counted(store: Store, pair: str) -> Standing:
        reads.append(pair)
        return standing(store, pair)

    monkeypatch.setattr(Store, "standing", counted)

    for _ in range(3):
        pages_ = ["/readyz", "/metrics"] * 10
        answers = await asyncio.gather(*map(client.get, pages_))
        assert {answer.status_code for answer in answers} == {200}

    assert reads == ["main", "main"]
    patient.clock.pass_(seconds=6)
    await client.get("/readyz")
    assert reads == ["main"] * 3


async def test_a_clock_that_is_set_back_does_not_freeze_what_is_told(
    client: httpx.AsyncClient, patient: Patient
) -> None:
    await client.get("/readyz")
    patient.clock.pass_(days=-1)
    patient.good()

    assert (await ready(client))[1]["state"] == "ok"


# Who may ask, and how


@pytest.mark.parametrize("page", ["/healthz", "/readyz", "/metrics"])
async def test_pages_are_read_and_never_kept(client: httpx.AsyncClient, page: str) -> None:
    got, head = await client.get(page), await client.head(page)

    assert (got.status_code, head.status_code) == (200, 200)
    assert head.content == b""
    assert head.headers["content-type"] == got.headers["content-type"]
    assert got.headers["cache-control"] == head.headers["cache-control"] == "no-store"
    assert "server" not in got.headers
    for verb in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        refused = await client.request(verb, page)
        assert refused.status_code == 405
        assert {"GET", "HEAD"} == set(refused.headers["allow"].split(", "))
        assert refused.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("page", ["/", "/healthz/", "/docs", "/metrics/../etc", "/%00"])
async def test_there_is_nothing_else(client: httpx.AsyncClient, page: str) -> None:
    answer = await client.get(page)

    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "host, code",
    [
        ("localhost:8620", 200),
        ("127.0.0.1", 200),
        ("[::1]:8620", 200),
        ("evil.example", 400),
        ("127.0.0.1.evil.example:8620", 400),
        ("", 400),
    ],
)
async def test_on_loopback_only_its_own_names_are_answered(
    client: httpx.AsyncClient, host: str, code: int
) -> None:
    assert (await client.get("/healthz", headers={"host": host})).status_code == code


async def test_elsewhere_any_name_is_answered(patient: Patient) -> None:
    app = pages(patient, Metrics(patient.app), Address("0.0.0.0", 8620))
    wire = httpx.ASGITransport(app)

    async with httpx.AsyncClient(transport=wire, base_url="http://sync.example") as client:
        assert (await client.get("/healthz")).status_code == 200
