"""A provider for octoDNS that keeps its records in a JSON file; runs in octoDNS's environment.

``dies_after``: the process is killed after so many writes. ``keeps``: what it stores instead of
what it was sent. Both are for a probe; a provider of a real DNS service is written the same way.
"""

import json
import logging
import os
import signal
from pathlib import Path
from typing import Any

from octodns.provider.base import BaseProvider  # type: ignore[import-not-found]
from octodns.record import Record  # type: ignore[import-not-found]


class StoreProvider(BaseProvider):  # type: ignore[misc]  # octoDNS has no types
    """Records of one zone in one file."""

    log = logging.getLogger("StoreProvider")
    SUPPORTS_GEO = False
    SUPPORTS = frozenset({"TXT"})

    def __init__(self, id: str, path: str, dies_after: int = 0, keeps: str = "") -> None:  # noqa: A002 - octoDNS's name
        super().__init__(id)
        self.path = Path(path)
        self.dies_after = dies_after
        self.keeps = keeps
        self.writes = 0

    def populate(self, zone: Any, target: bool = False, lenient: bool = False) -> bool:  # noqa: ARG002, FBT001, FBT002 - as octoDNS calls it
        """Every record that is there."""
        for name, value in self._kept().items():
            told = {"type": "TXT", "ttl": 300, "values": [value]}
            zone.add_record(Record.new(zone, name, told, source=self, lenient=True), lenient=True)
        return self.path.exists()

    def _kept(self) -> dict[str, str]:
        return json.loads(self.path.read_text()) if self.path.exists() else {}

    def _apply(self, plan: Any) -> None:
        for change in plan.changes:
            kept = self._kept()
            if change.new is None:
                del kept[change.record.name]
            else:
                kept[change.record.name] = self.keeps or change.new.values[0]
            self.path.write_text(json.dumps(kept))
            self.writes += 1
            if self.writes == self.dies_after:
                os.kill(os.getpid(), signal.SIGKILL)
