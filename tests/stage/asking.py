"""Whose request is being served, and new ids after whom it is about.

Ids made by the sides then say who they are of, whatever order requests come in.
"""

import re
import unicodedata
from contextvars import ContextVar
from dataclasses import dataclass, field

from connectors.sandbox.ids import Ids
from sync.core.record import email_key

ADDRESS: ContextVar[str] = ContextVar("ADDRESS", default="")
"""The address in the body of the request that is served."""


@dataclass(frozen=True, slots=True)
class NamedIds(Ids):
    """Ids after names: ``par_ana``, and ``par_ana-2`` where that one is taken."""

    names: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def new(self, prefix: str, length: int) -> str:
        """An id after whoever the request in hand is about; a counted one after nobody."""
        who = self.called(ADDRESS.get())
        return self.name(f"{prefix}{stem(who)}", who) if who else self._counted(prefix)

    def _counted(self, prefix: str) -> str:
        self.counts[prefix] = self.counts.get(prefix, 0) + 1
        return f"{prefix}{self.counts[prefix]:04}"

    def name(self, wanted: str, who: str) -> str:
        """The id, or the next one after it that is free; it is that person's from now on."""
        found, number = wanted, 1
        while found in self.names:
            number += 1
            found = f"{wanted}-{number}"
        self.names[found] = who
        return found

    def know(self, address: str, who: str) -> None:
        """Remember whose address this is; the first one to have it keeps it."""
        self.addresses.setdefault(email_key(address), who)

    def called(self, address: str | None) -> str:
        """Who has an address, empty where nobody has."""
        return self.addresses.get(email_key(address or ""), "")

    def who(self, record_id: str | None) -> str:
        """Who has a record, empty where nobody of the story has it."""
        return self.names.get(record_id or "", "")


def stem(name: str) -> str:
    """A name in the letters that ids are made of."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or f"p{len(name)}"
