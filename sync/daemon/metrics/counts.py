"""Every series that counts what the daemon does, by name, meaning and labels.

Labels come from the configuration, from enums and from our names of operations: never from people.
"""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info

from sync import __version__

BUCKETS: Final = (1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600)
"""Seconds a run may take, up to the usual deadline."""


class Counts:
    """The series of one daemon, in a registry of its own."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        build = Info("affisync_build", "The program that runs.", registry=registry)
        build.info({"version": __version__})
        self.config_ok = Gauge(
            "affisync_config_reload_ok",
            "Whether the configuration was accepted when it was last read (1) or refused (0).",
            registry=registry,
        )
        self.config_at = Gauge(
            "affisync_config_loaded_timestamp_seconds",
            "When the configuration in force was read.",
            registry=registry,
        )
        self.running = Gauge(
            "affisync_running",
            "Whether the daemon runs the pair now.",
            ("pair",),
            registry=registry,
        )
        self.took = Histogram(
            "affisync_run_duration_seconds",
            "How long runs took.",
            ("pair",),
            buckets=BUCKETS,
            registry=registry,
        )
        self._count_runs()
        self._count_requests()

    def _count_runs(self) -> None:
        self.runs = self._counter(
            "affisync_runs_total",
            "Runs that ended, by how, and by the kind of trouble where they were not good.",
            "status",
            "trouble",
        )
        self.rows = self._counter(
            "affisync_rows_total",
            "Rows in the plans of all runs; one that stays is counted in every run.",
            "kind",
            "disposition",
            "outcome",
        )
        self.skipped = self._counter(
            "affisync_skipped_turns_total", "Turns at which the pair did not run.", "reason"
        )

    def _count_requests(self) -> None:
        wire = ("side", "operation")
        self.requests = self._counter(
            "affisync_requests_total",
            "Requests by the HTTP status of their answer; none where no usable one came.",
            *wire,
            "status",
        )
        self.retries = self._counter(
            "affisync_request_retries_total", "Requests that were sent again.", *wire
        )
        self.waits = self._counter(
            "affisync_rate_limit_waits_total",
            "Requests that waited for their turn under the rate limit.",
            *wire,
        )
        self.waited = self._counter(
            "affisync_rate_limit_wait_seconds_total",
            "Time requests waited for their turn under the rate limit.",
            *wire,
        )

    def _counter(self, name: str, told: str, *labels: str) -> Counter:
        return Counter(name, told, ("pair", *labels), registry=self._registry)

    def forget(self, pair: str) -> None:
        """Drop the series of a pair that is no more."""
        runs = (self.runs, self.rows, self.skipped, self.took, self.running)
        for series in (*runs, self.requests, self.retries, self.waits, self.waited):
            series.remove_by_labels({"pair": pair})
