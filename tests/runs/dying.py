"""A process that dies at a chosen step: before a write to a side, or before one to the state.

To die before a step is to die after the one before it, so that is both.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from sync.core.ports import Store as StorePort
from sync.state.store import Store
from tests.runs.shop import Asked, Shop

STEPS_OF_THE_STATE: Final = frozenset(
    {
        "cache_overrides",
        "end_decisions",
        "finish_run",
        "intend",
        "keep_standing",
        "lift_first_run",
        "park",
        "remember_held",
        "remember_open",
        "save_links",
        "settle",
    }
)


class Died(BaseException):
    """The process is gone: nothing handles this."""


@dataclass
class Fate:
    """Lets the process live up to a step; a dead process asks for nothing and keeps nothing."""

    last: int
    step: int = 0
    dead: bool = False
    _lock: Lock = field(default_factory=Lock)

    def live(self) -> None:
        """Go on, unless dead."""
        if self.dead:
            raise Died

    def go(self) -> None:
        """Take one more step, or die of it."""
        with self._lock:
            self.live()
            self.step += 1
            self.dead = self.step > self.last
        self.live()

    def ask(self, asked: Asked) -> None:
        """A request: a step if it can write."""
        (self.go if asked.writes else self.live)()

    def of(self, store: Store) -> StorePort:
        """The state of a process with this fate."""
        mortal: Any = _MortalStore(store, self)
        return mortal  # type: ignore[no-any-return]


@dataclass
class _MortalStore:
    store: Store
    fate: Fate

    def __getattr__(self, name: str) -> Callable[..., Any]:
        verb = getattr(self.store, name)
        step = self.fate.go if name in STEPS_OF_THE_STATE else self.fate.live

        def stepping(*arguments: Any, **named: Any) -> Any:
            step()
            return verb(*arguments, **named)

        return stepping


async def die_at(shop: Shop, last: int, allow: tuple[str, ...]) -> bool:
    """A run that dies after so many steps; False where it came to its end before."""
    fate = Fate(last)
    shop.before.append(fate.ask)
    shop.wrap = fate.of
    try:
        await shop.sync(allow=allow)
    except (Died, BaseExceptionGroup):
        assert fate.dead
    finally:
        shop.before.clear()
        shop.wrap = lambda store: store
        shop.close()
    return fate.dead
