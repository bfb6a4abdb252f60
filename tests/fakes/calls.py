"""Requests that are none: counted, spoiled as a script says, tried again where that is safe."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, NoReturn, TypeVar

from connectors.sandbox.exchange import Answer
from connectors.sandbox.faults import Faults
from connectors.sandbox.gate import Refusal
from sync.core.record import Side
from sync.errors import (
    ApiError,
    KeyRefused,
    Malformed,
    NotFound,
    PermissionMissing,
    Rejected,
    Unavailable,
    Uncertain,
)

T = TypeVar("T")
Act = Callable[[], T]
"""What a server does about one request; raises ``Refusal``."""
Why = Callable[[], str | None]
"""Why a stop is wanted; None while it is not."""

ATTEMPTS: Final = 6
"""How often a repeatable request is sent at most."""
TOO_MANY: Final = 429
"""The one failure of a server of which it is certain that nothing was done."""
OUT_OF_ORDER: Final = frozenset({408, TOO_MANY})
KINDS: Final[Mapping[int, type[ApiError]]] = {
    401: KeyRefused,
    403: PermissionMissing,
    404: NotFound,
}
LOST: Final[Mapping[str, tuple[bool, type[Unavailable]]]] = {
    "errors": (False, Unavailable),
    "reset-before": (False, Unavailable),
    "reset-after": (True, Unavailable),
    "truncated": (True, Malformed),
    "html": (False, Malformed),
}
"""Whether the server acted, and what it looks like; any other fault is one of the wire alone."""
UNREAD: Final = frozenset({"update_partner"})
"""Operations whose answer nobody reads, so that it does not matter whether it was cut short."""


def never() -> str | None:
    """Nobody wants to stop."""
    return None


def kind_of(status: int) -> type[ApiError]:
    """The error a status stands for."""
    if status >= 500 or status in OUT_OF_ORDER:
        return Unavailable
    return KINDS.get(status, Rejected)


@dataclass(slots=True)
class Calls:
    """What a side was asked so far, and how it goes wrong."""

    side: Side
    faults: Faults = field(default_factory=Faults)
    why: Why = never
    sent: Counter[str] = field(default_factory=Counter)

    async def make(
        self, operation: str, act: Act[T], *, once: bool = False, left: int = ATTEMPTS
    ) -> T:
        """What the side does, after as many tries as it takes; ``once``: not to be repeated."""
        try:
            return await self._one(operation, act)
        except Unavailable as lost:
            if once and lost.status != TOO_MANY:
                self.fail(Uncertain, operation, str(lost), lost.status)
            if left == 1 or self.why():
                raise
        return await self.make(operation, act, once=once, left=left - 1)

    def fail(
        self, kind: type[ApiError], operation: str, words: str, status: int | None = None
    ) -> NoReturn:
        """Raise an error of this side."""
        text = f"{self.side.brand}: {words} ({operation}, {status})"
        raise kind(text, side=self.side, operation=operation, status=status)

    async def _one(self, operation: str, act: Act[T]) -> T:
        self.sent[operation] += 1
        await asyncio.sleep(0)  # Others get their turn, as they would with a wire.
        if step := self.faults.script.take(self.side, operation):
            self._spoil(operation, step.fault, act, acted=step.acted)
        return self._acted(operation, act)

    def _acted(self, operation: str, act: Act[T]) -> T:
        try:
            return act()
        except Refusal as refusal:
            self.fail(kind_of(refusal.status), operation, refusal.message, refusal.status)

    def _spoil(self, operation: str, fault: str | Answer, act: Act[T], *, acted: bool) -> None:
        """Raise what a fault looks like from here, after the act where the server acted."""
        kind: type[ApiError] = Malformed
        status: int | None = None
        if isinstance(fault, Answer):
            status = fault.status
            kind = kind_of(status) if status >= 300 else Malformed
        elif fault in LOST and (fault != "truncated" or operation not in UNREAD):
            acted, kind = LOST[fault]
        else:
            return
        if fault == "truncated":
            self._acted(operation, act)  # A refusal that is cut short still has its status.
        elif acted:
            with suppress(Refusal):
                act()
        self.fail(kind, operation, f"fault {fault!r}" if status is None else "refused", status)
