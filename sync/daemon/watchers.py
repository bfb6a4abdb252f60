"""Everybody who wants to know, told as one; and the log, which is one of them."""

import logging
from collections.abc import Callable, Sequence

from sync.core.report import Report
from sync.core.standing import Standing
from sync.daemon.watcher import Skip, Watcher
from sync.errors import AffisyncError

log = logging.getLogger("affisync.daemon")


class Watchers:
    """Tells every watcher; one with a bug keeps nothing from the others, nor from the pairs."""

    def __init__(self, *watchers: Watcher) -> None:
        self._watchers = watchers

    def began(self, pair: str) -> None:
        """A run of the pair began."""
        self._tell(lambda watcher: watcher.began(pair))

    def ended(self, pair: str, report: Report, standing: Standing) -> None:
        """A run of the pair ended, well or not."""
        self._tell(lambda watcher: watcher.ended(pair, report, standing))

    def broke(self, pair: str, error: AffisyncError) -> None:
        """A run of the pair could not even be reported."""
        self._tell(lambda watcher: watcher.broke(pair, error))

    def skipped(self, pair: str, why: Skip) -> None:
        """The pair did not run at its turn."""
        self._tell(lambda watcher: watcher.skipped(pair, why))

    def reloaded(self, problems: Sequence[str]) -> None:
        """The configuration was read again."""
        self._tell(lambda watcher: watcher.reloaded(problems))

    def _tell(self, what: Callable[[Watcher], None]) -> None:
        for watcher in self._watchers:
            try:
                what(watcher)
            except Exception:
                log.exception("A bug in %s", type(watcher).__name__)


class Logged:
    """Writes a line for what runs do not tell themselves; for what happens often, with --debug."""

    def __init__(self) -> None:
        self._slow: set[str] = set()

    def began(self, pair: str) -> None:
        """A run tells this itself."""

    def ended(self, pair: str, report: Report, standing: Standing) -> None:  # noqa: ARG002  # a run tells of itself
        """Tell once that a pair slowed down, and once that it did not stay so."""
        if standing.not_before and pair not in self._slow:
            self._slow.add(pair)
            told = {"trouble": standing.trouble, "failures": standing.failures}
            log.warning("In quarantine: %s", standing.reason, extra={"pair": pair, **told})
        if not standing.not_before and pair in self._slow:
            self._slow.remove(pair)
            log.info("Out of quarantine", extra={"pair": pair})

    def broke(self, pair: str, error: AffisyncError) -> None:
        """A run of the pair could not even be reported."""
        log.error("%s", error, extra={"pair": pair})

    def skipped(self, pair: str, why: Skip) -> None:
        """The pair did not run at its turn."""
        level = logging.INFO if why is Skip.BUSY else logging.DEBUG
        log.log(level, "A turn was skipped: %s", why.value, extra={"pair": pair})

    def reloaded(self, problems: Sequence[str]) -> None:
        """The configuration was read again."""
        if not problems:
            log.info("The configuration was read again and is in force")
        for problem in problems:
            # "api_key: ..." would look like a key to what keeps keys out of the log.
            told = problem.replace(": ", " - ", 1)
            log.error("The configuration was refused, the old one stays: %s", told)
