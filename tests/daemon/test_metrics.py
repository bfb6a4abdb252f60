"""What Prometheus is told: after real runs, in both of its formats, by its own parsers."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as openmetrics_families,
)
from prometheus_client.parser import text_string_to_metric_families as text_families

from connectors.sandbox.exchange import Answer
from connectors.sandbox.faults import Faults
from connectors.sandbox.script import Step
from connectors.sandbox.seed import seeded
from connectors.sandbox.server import serve
from connectors.sandbox.world import World
from connectors.transport import RetryPolicy, Surroundings
from sync import __version__
from sync.app import App
from sync.config import load
from sync.core.plan import Disposition, Outcome
from sync.core.record import Side
from sync.core.report import Report, RunStatus, Trouble
from sync.core.standing import Standing
from sync.daemon.metrics.metrics import Metrics
from sync.daemon.turn import run_pair
from sync.daemon.watcher import Skip
from sync.errors import AffisyncError, ConfigError, LeaseLost, StateError
from sync.runs.pair import Stop
from sync.state.store import Store, open_store
from tests.daemon.linting import lint
from tests.daemon.watched import Patient, configured
from tests.runs.shop import START, Clock
from tests.state.people import a_report, applied

AT_ONCE: Final = Surroundings(policy=RetryPolicy(first=0))
OPENMETRICS: Final = "application/openmetrics-text; version=1.0.0, text/plain;q=0.5"

Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with open_store(tmp_path / "state.db", clock=clock) as store:
        yield store


@pytest.fixture
def patient(tmp_path: Path, store: Store, clock: Clock) -> Patient:
    """A daemon's app, of one pair that never ran."""
    return Patient(tmp_path, store, clock)


@pytest.fixture
def metrics(patient: Patient) -> Metrics:
    return Metrics(patient.app, patient.clock)


def families(metrics: Metrics) -> list[Metric]:
    """What is told, as Prometheus's own parser of the text format reads it."""
    body, content_type = metrics.render()
    assert content_type == "text/plain; version=0.0.4; charset=utf-8"
    return list(text_families(body.decode()))


def ours(found: Iterable[Metric]) -> Samples:
    """Every series of ours and its number; those of the process move by themselves."""
    return {key: told for key, told in series(found).items() if key[0].startswith("affisync_")}


def series(found: Iterable[Metric]) -> Samples:
    """Every series and its number."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in found
        for sample in family.samples
    }


def samples(metrics: Metrics) -> Samples:
    """Every series of the text format."""
    return series(families(metrics))


def numbers(metrics: Metrics, name: str, *labels: str) -> dict[tuple[str, ...], float]:
    """The numbers of one name by these labels, summed over the others."""
    found: Counter[tuple[str, ...]] = Counter()
    for (told, labelled), number in samples(metrics).items():
        if told == f"affisync_{name}":
            # Counters hold whole numbers here, and a Counter adds any.
            found[tuple(dict(labelled)[label] for label in labels)] += number  # type: ignore[assignment]
    return dict(found)


def number(metrics: Metrics, name: str, *pair: str) -> float:
    """The one number of a name, for one pair."""
    return numbers(metrics, name, "pair")[pair or ("main",)]


# Real runs against the sandbox


@dataclass
class Observed:
    """A pair on a sandbox whose runs are counted as the daemon counts them."""

    app: App
    metrics: Metrics
    world: World
    faults: Faults
    clock: Clock
    reports: list[Report] = field(default_factory=list)

    async def run(self) -> Report:
        self.clock.pass_(minutes=15)
        self.metrics.began("main")
        report = await run_pair(self.app, "main", Stop())
        self.clock.pass_(seconds=6)
        self.metrics.ended("main", report, self.app.store.standing("main"))
        self.reports.append(report)
        return report


@asynccontextmanager
async def observed(folder: Path, store: Store, clock: Clock) -> AsyncIterator[Observed]:
    world, faults = seeded(40, clock=clock), Faults()
    async with serve(world, faults=faults) as urls:
        config = load(configured(folder, urls=urls, world=world), {})
        metrics = Metrics(lambda: app, clock)
        app = App(config, store, clock, around=AT_ONCE, meter=metrics.meter)
        yield Observed(app, metrics, world, faults, clock)


async def test_runs_are_told_as_their_reports_tell_them(
    tmp_path: Path, store: Store, clock: Clock
) -> None:
    async with observed(tmp_path, store, clock) as seen:
        first, second = await seen.run(), await seen.run()

        rows = Counter(
            (row.kind.value, row.disposition.value, (row.outcome or ""))
            for row in (*first.rows, *second.rows)
        )
        told = numbers(seen.metrics, "rows_total", "kind", "disposition", "outcome")
        assert told == dict(rows)
        assert {Disposition.HELD, Disposition.BREAK} <= {row.disposition for row in first.rows}
        assert Outcome.APPLIED in {row.outcome for row in first.rows}
        assert number(seen.metrics, "runs_total") == 2
        assert number(seen.metrics, "run_duration_seconds_count") == 2
        assert number(seen.metrics, "links") == second.links > 0
        assert number(seen.metrics, "running") == 0
        counts = second.counts
        needs = {(need,): float(counts[need]) for need in ("held", "conflict", "break", "failed")}
        assert numbers(seen.metrics, "open_rows", "need") == needs
        assert number(seen.metrics, "oldest_open_row_age_seconds") == pytest.approx(
            (clock() - first.run.started_at).total_seconds(), abs=1
        )


async def test_every_request_is_counted_once(tmp_path: Path, store: Store, clock: Clock) -> None:
    page = Answer(503, b"<html>")
    async with observed(tmp_path, store, clock) as seen:
        seen.faults.set_script(
            [
                Step(fault=page, side=Side.AFFIHUB, operation="list_partners", times=2),
                Step(fault="reset-before", side=Side.WHOP, operation="list_affiliates"),
            ]
        )
        report = await seen.run()

        told = numbers(seen.metrics, "requests_total", "side", "operation")
        assert told == {
            (side.value, operation): count
            for side, operations in report.requests.items()
            for operation, count in operations.items()
        }
        by_status = numbers(seen.metrics, "requests_total", "operation", "status")
        assert by_status["list_partners", "503"] == 2
        assert by_status["list_affiliates", "none"] == 1
        assert numbers(seen.metrics, "request_retries_total", "operation") == {
            ("list_partners",): 2,
            ("list_affiliates",): 1,
        }
        used = numbers(seen.metrics, "rate_limit_used_ratio", "side", "operation")
        sent = sum(report.requests[Side.AFFIHUB].values())
        assert used["affihub", ""] == pytest.approx(sent / 60_000)
        assert ("whop", "list_affiliates") in used


async def test_a_run_that_failed_is_told_with_its_trouble(
    tmp_path: Path, store: Store, clock: Clock
) -> None:
    async with observed(tmp_path, store, clock) as seen:
        seen.faults.set_script([Step(fault=Answer(401, b"{}"), times=1000)])
        for _ in range(2):
            await seen.run()

        told = numbers(seen.metrics, "runs_total", "status", "trouble")
        assert told == {("failed", "key-refused"): 2}
        assert number(seen.metrics, "fresh") == 0
        assert number(seen.metrics, "failures_in_a_row") == 2
        assert number(seen.metrics, "quarantined") == 1
        assert ("main",) not in numbers(seen.metrics, "last_good_run_age_seconds", "pair")


async def test_both_formats_say_the_same_and_are_well_formed(
    tmp_path: Path, store: Store, clock: Clock
) -> None:
    async with observed(tmp_path, store, clock) as seen:
        await seen.run()

        body, content_type = seen.metrics.render(OPENMETRICS)
        newer = openmetrics_families(body.decode())  # type: ignore[no-untyped-call]

        assert content_type.startswith("application/openmetrics-text; version=1.0.0")
        assert lint(seen.metrics.render()[0].decode()) == []
        assert ours(newer) == ours(families(seen.metrics))


# By the rules of promtool


@pytest.mark.parametrize(
    "text, fault",
    [
        ("# HELP a A.\n# TYPE a counter\na 1\n", "a counter without _total"),
        ("# HELP a_total A.\n# TYPE a_total gauge\na_total 1\n", "a suffix of counters"),
        ("# HELP a_sum A.\n# TYPE a_sum gauge\na_sum 1\n", "a suffix of histograms"),
        ("# HELP a_gauge A.\n# TYPE a_gauge gauge\n", "its type is in its name"),
        ("# TYPE a gauge\na 1\n", "no help"),
        ("# HELP a A.\na 1\n", "no type"),
        ("# HELP a_ms A.\n# TYPE a_ms gauge\na_ms 1\n", "no base unit"),
        ("# HELP aB A.\n# TYPE aB gauge\naB 1\n", "no snake_case"),
        ('# HELP a A.\n# TYPE a gauge\na{aB="1"} 1\n', "a label that is no snake_case"),
        ('# HELP a A.\n# TYPE a gauge\na{x="1"} 1\na{x="1"} 2\n', "a series that comes twice"),
        ("# HELP a A.\n# TYPE a gauge\na 1\n" * 2, "comes twice"),
    ],
)
def test_the_lint_finds_what_it_is_for(text: str, fault: str) -> None:
    assert [told.split(": ")[1] for told in lint(text)] == [fault]


def test_nothing_is_against_the_conventions_before_anything_happened(metrics: Metrics) -> None:
    assert lint(metrics.render()[0].decode()) == []


# What there is when nothing ran


@pytest.mark.parametrize("accept", ["", "*/*", "text/plain; version=x", "application/json", "\x00"])
def test_who_asks_for_anything_else_gets_text(metrics: Metrics, accept: str) -> None:
    assert metrics.render(accept)[1].startswith("text/plain; version=0.0.4")


@pytest.mark.parametrize("accept", [OPENMETRICS, "application/openmetrics-text; version=x.y"])
def test_whoever_knows_openmetrics_gets_it(metrics: Metrics, accept: str) -> None:
    body, content_type = metrics.render(accept)

    assert content_type.startswith("application/openmetrics-text")
    assert body.endswith(b"# EOF\n")


def test_the_program_and_its_process_are_told(metrics: Metrics) -> None:
    told = samples(metrics)

    assert told["affisync_build_info", frozenset({("version", __version__)})] == 1
    for name in ("process_resident_memory_bytes", "process_open_fds", "process_cpu_seconds_total"):
        assert told[name, frozenset()] > 0


def test_a_pair_that_never_ran_is_not_fresh_and_has_no_age(metrics: Metrics) -> None:
    assert number(metrics, "fresh") == 0
    assert number(metrics, "quarantined") == 0
    assert number(metrics, "oldest_open_row_age_seconds") == 0
    assert numbers(metrics, "last_good_run_age_seconds", "pair") == {}


def test_ages_go_by_the_clock(metrics: Metrics, patient: Patient) -> None:
    patient.good()
    assert number(metrics, "last_good_run_age_seconds") == 0

    patient.clock.pass_(minutes=45)
    assert number(metrics, "last_good_run_age_seconds") == 2700
    assert number(metrics, "fresh") == 1

    patient.clock.pass_(seconds=6)
    assert number(metrics, "last_good_run_age_seconds") == 2706
    assert number(metrics, "fresh") == 0


def test_nothing_becomes_younger_than_new(metrics: Metrics, patient: Patient) -> None:
    patient.good()
    patient.clock.pass_(minutes=-5)

    assert number(metrics, "last_good_run_age_seconds") == 0


# What a watcher is told


STANDING: Final = Standing("main")


def test_how_long_runs_took_is_told_in_buckets(metrics: Metrics) -> None:
    metrics.ended("main", a_report(), STANDING)  # a minute and a little less

    buckets = numbers(metrics, "run_duration_seconds_bucket", "le")

    assert (buckets["30.0",], buckets["120.0",], buckets["+Inf",]) == (0, 1, 1)
    assert number(metrics, "run_duration_seconds_sum") == pytest.approx(60)
    assert "3600.0" in {le for (le,) in buckets}


@pytest.mark.parametrize(
    "error, trouble",
    [
        (StateError("the state is gone"), Trouble.STATE),
        (ConfigError(["no"]), Trouble.CONFIGURATION),
        (LeaseLost("somebody else"), Trouble.FAILED),
        (AffisyncError("a bug"), Trouble.FAILED),
    ],
)
def test_a_run_without_a_report_failed(
    metrics: Metrics, error: AffisyncError, trouble: Trouble
) -> None:
    metrics.began("main")
    metrics.broke("main", error)

    told = numbers(metrics, "runs_total", "status", "trouble")
    assert told == {(RunStatus.FAILED.value, trouble.value): 1}
    assert number(metrics, "running") == 0
    assert numbers(metrics, "run_duration_seconds_count", "pair") == {}


def test_a_run_goes_on_until_it_ends_or_finds_the_pair_busy(metrics: Metrics) -> None:
    metrics.began("main")
    metrics.skipped("main", Skip.STILL_RUNNING)
    assert number(metrics, "running") == 1

    metrics.ended("main", a_report(), STANDING)
    assert number(metrics, "running") == 0

    metrics.began("main")
    metrics.skipped("main", Skip.BUSY)
    assert number(metrics, "running") == 0


def test_skipped_turns_are_told_by_why(metrics: Metrics) -> None:
    for why in (Skip.QUARANTINE, Skip.BUSY, Skip.QUARANTINE):
        metrics.skipped("main", why)

    told = numbers(metrics, "skipped_turns_total", "reason")
    assert told == {("quarantine",): 2, ("busy",): 1}


def test_waits_are_counted_and_measured(metrics: Metrics) -> None:
    meter = metrics.meter("main")
    for seconds in (0.5, 1.25):
        meter.waited(Side.WHOP, "list_affiliates", seconds)

    of = ("pair", "side", "operation")
    key = ("main", "whop", "list_affiliates")
    assert numbers(metrics, "rate_limit_waits_total", *of) == {key: 2}
    assert samples(metrics)[
        "affisync_rate_limit_wait_seconds_total", frozenset(zip(of, key, strict=True))
    ] == pytest.approx(1.75)


def test_a_refused_configuration_is_told_until_one_is_accepted(
    metrics: Metrics, patient: Patient
) -> None:
    loaded = "affisync_config_loaded_timestamp_seconds", frozenset[tuple[str, str]]()
    accepted = "affisync_config_reload_ok", frozenset[tuple[str, str]]()
    assert (samples(metrics)[accepted], samples(metrics)[loaded]) == (1, START.timestamp())

    patient.clock.pass_(hours=1)
    metrics.reloaded(["pairs.main: no"])
    assert (samples(metrics)[accepted], samples(metrics)[loaded]) == (0, START.timestamp())

    metrics.reloaded(())
    assert (samples(metrics)[accepted], samples(metrics)[loaded]) == (
        1,
        START.timestamp() + 3600,
    )


# Pairs come and go


def told_of(metrics: Metrics, pair: str) -> set[str]:
    return {name for name, labels in samples(metrics) if ("pair", pair) in labels}


def everything_about(metrics: Metrics, pair: str) -> None:
    """Something of every kind happens to a pair."""
    meter = metrics.meter(pair)
    metrics.began(pair)
    meter.answered(Side.WHOP, "list_affiliates", 200)
    meter.retried(Side.WHOP, "list_affiliates")
    meter.waited(Side.WHOP, "list_affiliates", 1.0)
    metrics.skipped(pair, Skip.STILL_RUNNING)
    metrics.ended(pair, a_report("run-1", applied(1)), STANDING)


def test_the_series_of_a_removed_pair_disappear(metrics: Metrics, patient: Patient) -> None:
    patient.configure("other")
    for pair in ("main", "other"):
        everything_about(metrics, pair)
    both = told_of(metrics, "main")
    assert told_of(metrics, "other") == both
    assert len(both) > 15

    patient.configure()

    assert told_of(metrics, "other") == set()
    assert told_of(metrics, "main") == both


def test_a_run_of_a_removed_pair_that_ends_later_leaves_nothing(
    metrics: Metrics, patient: Patient
) -> None:
    patient.configure("other")
    meter = metrics.meter("other")
    metrics.began("other")
    patient.configure()
    assert told_of(metrics, "other") == set()

    meter.answered(Side.WHOP, "archive_affiliate", 200)
    metrics.ended("other", a_report(), STANDING)

    assert told_of(metrics, "other") == set()


def test_two_daemons_in_one_process_count_for_themselves(patient: Patient) -> None:
    one, other = Metrics(patient.app), Metrics(patient.app)

    one.skipped("main", Skip.BUSY)

    assert numbers(other, "skipped_turns_total", "pair") == {}
