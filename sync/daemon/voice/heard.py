"""What the daemon said of a pair, for as long as the state cannot be asked."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sync.core.report import Trouble
from sync.core.standing import TOLERATED, USUALLY, Standing
from sync.errors import AffisyncError, ConfigError, StateError

TROUBLES: Final = ((ConfigError, Trouble.CONFIGURATION), (StateError, Trouble.STATE))


@dataclass(frozen=True, slots=True)
class Heard:
    """How a pair was after its last run and, while its runs cannot even be recorded, how it is."""

    pair: str
    standing: Standing | None = None
    broken: Standing | None = None

    def ran(self, standing: Standing) -> "Heard":
        """A run ended and was recorded."""
        return Heard(self.pair, standing)

    def broke(self, error: AffisyncError, now: datetime) -> "Heard":
        """A run could not even be reported."""
        before = self.broken or Standing(self.pair, since=now)
        trouble = next((told for kind, told in TROUBLES if isinstance(error, kind)), Trouble.FAILED)
        failures = before.failures + 1
        broken = replace(
            before,
            last_started=now,
            failures=failures,
            trouble=trouble,
            reason=str(error),
            not_before=now if failures >= TOLERATED.get(trouble, USUALLY) else None,
        )
        return replace(self, broken=broken)
