"""Which failures are tried again, how often and after how long: a policy, built, not decorated."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from itertools import count
from typing import Any, Final

from tenacity import RetryCallState, retry_if_exception
from tenacity.asyncio import AsyncRetrying

from connectors.transport.halt import Sleep
from sync.errors import ClientBroken, Unavailable

MOST_DOUBLINGS: Final = 30
"""More would not change a pause, and in the end not fit a float."""
Chance = Callable[[], float]
"""An even random number from 0 up to 1."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """A request may fail ``attempts`` times; times in seconds.

    The pauses double from ``first`` up to ``cap``, each cut at random by up to a half. A server
    that says how long to wait is obeyed up to ``patience``; longer is not waited for at all. A 429
    is no failure but a "not yet": it is tried again until ``endurance`` was waited in all.
    """

    attempts: int = 6
    first: float = 0.5
    cap: float = 20.0
    patience: float = 120.0
    endurance: float = 300.0

    def again(self, error: BaseException) -> bool:
        """Whether it makes sense to send the same request again.

        The transport raises ``Unavailable`` only where it is also safe; a write that may have
        happened is ``Uncertain``.
        """
        if not isinstance(error, Unavailable) or isinstance(error, ClientBroken):
            return False
        return error.retry_after is None or error.retry_after <= self.patience

    def pause(self, error: BaseException | None, attempt: int, chance: Chance) -> float:
        """Seconds before the next attempt: as the server said, but no rush; else growing."""
        told = error.retry_after if isinstance(error, Unavailable) else None
        if told:
            return max(told, self.first)
        backoff = min(self.cap, self.first * 2.0 ** min(attempt - 1, MOST_DOUBLINGS))
        return backoff * (0.5 + chance() / 2)

    def retrying(
        self, sleep: Sleep, chance: Chance, before_sleep: Callable[[Unavailable, float], None]
    ) -> AsyncRetrying:
        """The policy at work for one request; ``before_sleep`` is told of each pause."""
        failures = count(1)

        def stop(state: RetryCallState) -> bool:
            if _is_not_yet(_error(state)):
                return state.idle_for >= self.endurance
            return next(failures) >= self.attempts

        def wait(state: RetryCallState) -> float:
            return self.pause(_error(state), state.attempt_number, chance)

        def tell(state: RetryCallState) -> None:
            error = _error(state)
            if isinstance(error, Unavailable):
                before_sleep(error, state.upcoming_sleep)

        options: dict[str, Any] = {"sleep": sleep, "wait": wait, "before_sleep": tell}
        again = retry_if_exception(self.again)
        return AsyncRetrying(stop=stop, retry=again, reraise=True, **options)


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _is_not_yet(error: BaseException | None) -> bool:
    return isinstance(error, Unavailable) and error.status == HTTPStatus.TOO_MANY_REQUESTS
