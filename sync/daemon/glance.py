"""A look at the state that may be repeated as often as anybody likes."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from sync.app import App
from sync.runs.status import Overview, overview

KEPT: Final = timedelta(seconds=5)
"""How old what is told may be; whoever asks in between costs the state nothing."""


class Glance:
    """How the pairs of the configuration in force are doing; blocking, from any thread."""

    def __init__(self, app: Callable[[], App]) -> None:
        self._app = app
        self._turn = threading.Lock()
        self._seen: tuple[App, Overview] | None = None

    def __call__(self) -> Overview:
        """The pairs as they were a few seconds ago at most; raises ``StateError``."""
        with self._turn:
            app = self._app()
            if self._seen and self._seen[0] is app and self._is_new(self._seen[1]):
                return self._seen[1]
            within = {name: app.fresh_within(name) for name in app.config.pairs}
            self._seen = app, overview(app.store, within, app.clock())
            return self._seen[1]

    def _is_new(self, seen: Overview) -> bool:
        """Not so of what a clock saw that was set back since."""
        return timedelta(0) <= self._app().clock() - seen.at < KEPT
