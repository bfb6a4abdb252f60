"""What the state says of every pair, as gauges that are read when somebody asks for them."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from sync.app import App
from sync.errors import StateError
from sync.runs.status import Overview, PairStatus

log = logging.getLogger(__name__)

Value = Callable[[PairStatus, datetime], float | None]
"""A number about a pair now; None where there is none to tell."""


def _age(since: datetime | None, now: datetime) -> float | None:
    """Seconds; a clock that was set back makes nothing younger than new."""
    return None if since is None else max(0.0, (now - since).total_seconds())


GAUGES: Final[tuple[tuple[str, str, Value], ...]] = (
    ("affisync_links", "People linked.", lambda pair, _: pair.links),
    (
        "affisync_fresh",
        "Whether the last good run is no older than fresh_within (1) or is, or never was (0).",
        lambda pair, _: pair.fresh,
    ),
    (
        "affisync_last_good_run_age_seconds",
        "Time since the last good run ended; absent before there was one.",
        lambda pair, now: _age(pair.last_good_run, now),
    ),
    (
        "affisync_quarantined",
        "Whether the pair keeps failing and runs less often than its schedule says.",
        lambda pair, _: pair.not_before is not None,
    ),
    (
        "affisync_failures_in_a_row",
        "Runs since the last good one that were not good.",
        lambda pair, _: pair.failures,
    ),
    (
        "affisync_oldest_open_row_age_seconds",
        "How long the oldest row that needs a person has been open; 0 where there is none.",
        lambda pair, now: _age(pair.oldest_open or now, now),
    ),
)


class StateGauges(Collector):
    """Every gauge of ``GAUGES``, open rows, rate limits, and whether the state could be read."""

    def __init__(self, glance: Callable[[], Overview], app: Callable[[], App]) -> None:
        self._glance = glance
        self._app = app

    def collect(self) -> Iterator[Metric]:
        """Gauges of the pairs in the configuration; only that one where the state fails."""
        overview = self._look()
        readable = GaugeMetricFamily(
            "affisync_state_readable", "Whether the state could be read for this answer."
        )
        readable.add_metric((), overview is not None)
        yield readable
        yield _rate_limits(self._app())
        if overview:
            yield from _pairs(overview)

    def _look(self) -> Overview | None:
        try:
            return self._glance()
        except StateError as error:
            log.warning("No gauges of the state: %s", error)
            return None


def _pairs(overview: Overview) -> Iterator[Metric]:
    for name, told, value in GAUGES:
        gauge = GaugeMetricFamily(name, told, labels=("pair",))
        for pair in overview.pairs:
            number = value(pair, overview.at)
            if number is not None:
                gauge.add_metric((pair.name,), number)
        yield gauge
    yield _open_rows(overview)


def _rate_limits(app: App) -> Metric:
    told = "Share of the rate limit that the last minute used; an operation where it counts by it."
    labels = ("pair", "side", "operation")
    gauge = GaugeMetricFamily("affisync_rate_limit_used_ratio", told, labels=labels)
    for pair in app.config.pairs:
        for (side, operation), share in app.allowance_used(pair).items():
            gauge.add_metric((pair, side, operation), share)
    return gauge


def _open_rows(overview: Overview) -> Metric:
    told = "Rows that need a person now, by why they do."
    gauge = GaugeMetricFamily("affisync_open_rows", told, labels=("pair", "need"))
    for pair in overview.pairs:
        for need, count in pair.needs.items():
            gauge.add_metric((pair.name, need), count)
    return gauge
