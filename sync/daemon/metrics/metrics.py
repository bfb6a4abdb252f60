"""The daemon's metrics for Prometheus: counted as it runs, the rest read from the state."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import choose_encoder

from sync.app import App, utc_now
from sync.core.ports import Clock
from sync.core.record import Side
from sync.core.report import Report, RunStatus, Trouble
from sync.core.standing import Standing
from sync.daemon.glance import Glance
from sync.daemon.metrics.counts import Counts
from sync.daemon.metrics.gauges import StateGauges
from sync.daemon.watcher import Skip
from sync.errors import AffisyncError, ConfigError, StateError

NO_ANSWER: Final = "none"
"""The status of a request to which no usable answer came."""

OPENMETRICS: Final = "application/openmetrics-text"


class Metrics:
    """Counts what it is told (a ``Watcher``), and answers whoever scrapes.

    Counting is for the event loop and costs microseconds; ``render`` blocks, from any thread. Only
    it asks for the ``app``, so that this can be made before there is one.
    """

    def __init__(self, app: Callable[[], App], clock: Clock = utc_now) -> None:
        # For the whole library: when a series began doubles what is sent, and nobody asks for it.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._app = app
        self._clock = clock
        self._registry = CollectorRegistry()
        self._counts = Counts(self._registry)
        self._pairs: set[str] = set()
        self._registry.register(StateGauges(Glance(app), app))
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self.reloaded(())

    def render(self, accept: str = "") -> tuple[bytes, str]:
        """Every series, and the content type: OpenMetrics where it is asked for, else text."""
        self._forget_removed()
        # Not all of the header: the library stumbles over versions that are none.
        encode, content_type = choose_encoder(OPENMETRICS if OPENMETRICS in accept else "")
        return encode(self._registry), content_type

    def meter(self, pair: str) -> "PairMeter":
        """What counts the requests of one pair."""
        self._pairs.add(pair)
        return PairMeter(self._counts, pair)

    def _forget_removed(self) -> None:
        """Done at every scrape: a run of a removed pair may still come to its end later."""
        for pair in frozenset(self._pairs).difference(self._app().config.pairs):
            self._counts.forget(pair)

    # What a watcher is told

    def began(self, pair: str) -> None:
        """A run goes on."""
        self._pairs.add(pair)
        self._counts.running.labels(pair).set(1)

    def ended(self, pair: str, report: Report, standing: Standing) -> None:  # noqa: ARG002  # the state tells it at the next scrape
        """Count the run and its rows, and take its time."""
        run = report.run
        self._over(pair, run.status, run.trouble)
        if run.finished_at:
            self._counts.took.labels(pair).observe(
                (run.finished_at - run.started_at).total_seconds()
            )
        rows = Counter((row.kind, row.disposition, row.outcome or "") for row in report.rows)
        for labels, count in rows.items():
            self._counts.rows.labels(pair, *labels).inc(count)

    def broke(self, pair: str, error: AffisyncError) -> None:
        """Count a run that failed without a report."""
        self._over(pair, RunStatus.FAILED, _trouble(error))

    def _over(self, pair: str, status: RunStatus, trouble: Trouble | None) -> None:
        self._pairs.add(pair)
        self._counts.running.labels(pair).set(0)
        self._counts.runs.labels(pair, status, trouble or "").inc()

    def skipped(self, pair: str, why: Skip) -> None:
        """Count a turn left out; a run that began finds out only then that the pair is busy."""
        self._pairs.add(pair)
        if why is Skip.BUSY:
            self._counts.running.labels(pair).set(0)
        self._counts.skipped.labels(pair, why).inc()

    def reloaded(self, problems: Sequence[str]) -> None:
        """Note whether the configuration was accepted, and when one was last."""
        self._counts.config_ok.set(not problems)
        if not problems:
            self._counts.config_at.set(self._clock().timestamp())


def _trouble(error: AffisyncError) -> Trouble:
    match error:
        case StateError():
            return Trouble.STATE
        case ConfigError():
            return Trouble.CONFIGURATION
        case _:
            return Trouble.FAILED


class PairMeter:
    """Counts the requests of one pair (``sync.core.ports.Meter``)."""

    def __init__(self, counts: Counts, pair: str) -> None:
        self._counts = counts
        self._pair = pair

    def answered(self, side: Side, operation: str, status: int | None) -> None:
        """Count the answer."""
        told = NO_ANSWER if status is None else str(status)
        self._counts.requests.labels(self._pair, side, operation, told).inc()

    def retried(self, side: Side, operation: str) -> None:
        """Count the repetition."""
        self._counts.retries.labels(self._pair, side, operation).inc()

    def waited(self, side: Side, operation: str, seconds: float) -> None:
        """Count the wait, and its length."""
        self._counts.waits.labels(self._pair, side, operation).inc()
        self._counts.waited.labels(self._pair, side, operation).inc(seconds)
