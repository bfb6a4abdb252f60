"""What befalls the program at one of its writes: it is killed there, or has to wait."""

import asyncio
from asyncio.subprocess import Process
from enum import Enum

from connectors.sandbox.exchange import Answer, Exchange
from connectors.sandbox.faults import Fault, Faults
from sync.core.record import Side
from sync.selftest.laws.causes import Act
from sync.selftest.laws.rows import OPERATIONS


class When(Enum):
    """On which side of the server's act the program is killed."""

    BEFORE = "before the server acted"
    AFTER = "after the server acted"


class Deadly(Faults):
    """Kills the program, by SIGKILL, at the nth request of an operation."""

    def __init__(self, act: Act, nth: int, when: When) -> None:
        super().__init__()
        self._act, self._nth, self._when = act, nth, when
        self._seen = 0
        self._victim: asyncio.Future[Process] = asyncio.get_running_loop().create_future()

    def meant_for(self, victim: Process) -> None:
        """Tell which process it is."""
        self._victim.set_result(victim)

    def pick(self, side: Side, operation: str) -> tuple[str, Fault] | None:
        """The kill, where it is time for it."""
        self._seen += (side, operation) == self._act
        due = (side, operation) == self._act and self._seen == self._nth
        return ("killed", self._kill) if due else None

    async def _kill(self, exchange: Exchange) -> None:
        if self._when is When.AFTER:
            await exchange.served()
        victim = await self._victim
        victim.kill()
        await victim.wait()
        await exchange.answer(Answer(503))  # nobody is left to read it


class Holding(Faults):
    """Lets every write wait until they are let go; ``reached`` once there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = asyncio.Event()
        self.let_go = asyncio.Event()

    def pick(self, _side: Side, operation: str) -> tuple[str, Fault] | None:
        """The wait, at a write."""
        return ("held", self._wait) if operation in OPERATIONS else None

    async def _wait(self, exchange: Exchange) -> None:
        self.reached.set()
        await self.let_go.wait()
        await exchange.go_on()
