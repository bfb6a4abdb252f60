"""What came of holding one case against one law, and how it travels from a worker."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sync.selftest.laws.law import Law


@dataclass(frozen=True, slots=True)
class Account:
    """How a law was broken: what was done, what was expected of it, and what was seen instead."""

    did: tuple[str, ...]
    expected: str
    saw: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A law held in a case, or (with an account) did not."""

    law: Law
    account: Account | None = None

    @property
    def held(self) -> bool:
        """Whether the law held."""
        return self.account is None


def to_wire(verdict: Verdict) -> dict[str, Any]:
    """A verdict as JSON-ready values."""
    return {
        "law": verdict.law.name,
        "account": asdict(verdict.account) if verdict.account else None,
    }


def from_wire(told: Mapping[str, Any]) -> Verdict:
    """The verdict that ``to_wire`` told."""
    account = told["account"]
    if account is None:
        return Verdict(Law[told["law"]])
    seen = Account(tuple(account["did"]), account["expected"], tuple(account["saw"]))
    return Verdict(Law[told["law"]], seen)
