"""A process that dies at any step, a request or a verb of the state; its lease stays."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sync.core.ports import Fence
from sync.core.ports import Store as StorePort
from sync.state.store import Store
from tests.runs.dying import Fate
from tests.runs.shop import Asked


@dataclass
class AnyStep(Fate):
    """Lets the process live up to a step; every request and every verb of the state is one."""

    def ask(self, asked: Asked) -> None:
        """A request: a step, whether it writes or reads."""
        self.go()

    def end(self) -> None:
        """Die here and now."""
        self.dead = True
        self.live()

    def of(self, store: Store) -> StorePort:
        """The state of a process with this fate."""
        mortal: Any = _MortalStore(store, self)
        return mortal  # type: ignore[no-any-return]


@dataclass
class _MortalStore:
    store: Store
    fate: AnyStep

    def __getattr__(self, name: str) -> Callable[..., Any]:
        verb = getattr(self.store, name)

        def stepping(*arguments: Any, **named: Any) -> Any:
            self.fate.go()
            answer = verb(*arguments, **named)
            return _Left(answer, self.fate) if name == "lease" else answer

        return stepping


@dataclass
class _Left:
    """A lease that a dead process cannot give back: it runs out."""

    lease: Any
    fate: AnyStep

    @property
    def fence(self) -> Fence:
        return self.lease.fence  # type: ignore[no-any-return]

    @property
    def lost(self) -> bool:
        return bool(self.lease.lost)

    def release(self) -> None:
        if not self.fate.dead:
            self.lease.release()
        elif not self.lease._released.is_set():
            self.lease._released.set()
            self.lease._thread.join()
