"""Which failures are tried again, how often and after how long: a policy, built, not decorated."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tenacity import RetryCallState, retry_if_exception, stop_after_attempt
from tenacity.asyncio import AsyncRetrying

from connectors.transport.pace import Sleep
from sync.errors import ClientBroken, Unavailable

Chance = Callable[[], float]
"""An even random number from 0 up to 1."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """At most ``attempts`` sends of a request; times in seconds.

    The pauses double from ``first`` up to ``cap``, each cut at random by up to a half. A server
    that says how long to wait is obeyed up to ``patience``; longer is not waited for at all.
    """

    attempts: int = 6
    first: float = 0.5
    cap: float = 20.0
    patience: float = 120.0

    def again(self, error: BaseException) -> bool:
        """Whether it makes sense to send the same request again.

        The transport raises ``Unavailable`` only where it is also safe; a write that may have
        happened is ``Uncertain``.
        """
        if not isinstance(error, Unavailable) or isinstance(error, ClientBroken):
            return False
        return error.retry_after is None or error.retry_after <= self.patience

    def pause(self, error: BaseException | None, attempt: int, chance: Chance) -> float:
        """Seconds before the next attempt: as the server said, else growing."""
        told = error.retry_after if isinstance(error, Unavailable) else None
        backoff: float = min(self.cap, self.first * 2 ** (attempt - 1))
        return told or backoff * (0.5 + chance() / 2)

    def retrying(
        self, sleep: Sleep, chance: Chance, before_sleep: Callable[[Unavailable, float], None]
    ) -> AsyncRetrying:
        """The policy at work for one request; ``before_sleep`` is told of each pause."""

        def wait(state: RetryCallState) -> float:
            return self.pause(_error(state), state.attempt_number, chance)

        def tell(state: RetryCallState) -> None:
            error = _error(state)
            if isinstance(error, Unavailable):
                before_sleep(error, state.upcoming_sleep)

        options: dict[str, Any] = {"sleep": sleep, "wait": wait, "before_sleep": tell}
        stop = stop_after_attempt(self.attempts)
        return AsyncRetrying(
            stop=stop, retry=retry_if_exception(self.again), reraise=True, **options
        )


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None
