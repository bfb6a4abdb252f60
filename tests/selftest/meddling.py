"""Programs that break a law: the real one, with something put between it and its parts."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from sync.core.policy import OnFirstLink
from sync.core.record import Partner, Snapshot
from sync.errors import Rejected
from sync.runs.pair import Pair, Writers
from sync.selftest.ground.apart import Apart
from sync.selftest.ground.clock import SkippingClock
from sync.selftest.ground.program import Here, Meddle, Told
from sync.selftest.laws.law import Law
from sync.selftest.laws.secrets import PLANTED
from sync.selftest.trial import Trial


class Between:
    """Stands for a part of the program; what is named is done otherwise."""

    def __init__(self, inner: Any, **instead: Callable[..., Any]) -> None:
        self._inner = inner
        self._instead = instead

    def __getattr__(self, name: str) -> Any:
        return self._instead.get(name) or getattr(self._inner, name)


def trial_of(folder: Path, meddle: Meddle, seed: int = 1) -> Trial:
    """A trial of a program that is meddled with."""
    return Trial(folder, seed, Here(meddle))


def broken_in(trial: Trial) -> set[Law]:
    """The laws that did not hold."""
    return {verdict.law for verdict in trial.verdicts if not verdict.held}


def held_in(trial: Trial) -> set[Law]:
    """The laws that were tried and held each time."""
    return {verdict.law for verdict in trial.verdicts} - broken_in(trial)


def affihub_writes(pair: Pair, **instead: Callable[..., Any]) -> Pair:
    """A pair whose writes to Affihub are done otherwise."""
    if pair.writers is None:
        return pair
    affihub: Any = Between(pair.writers.affihub, **instead)
    return replace(pair, writers=Writers(pair.writers.whop, affihub))


def shuts_out_one_more(pair: Pair) -> Pair:
    """With everybody it writes to, somebody else is deactivated."""
    others: list[str] = []

    async def snapshot(on_page: Any) -> Snapshot[Partner]:
        seen = await pair.affihub.snapshot(on_page)
        others.extend(one.id for one in seen.records.values() if one.status == "active")
        return seen

    async def set_status(affihub_id: str, status: str) -> Partner:
        assert pair.writers
        other = next(one for one in others if one != affihub_id)
        await pair.writers.affihub.set_status(other, "deactivated")
        return await pair.writers.affihub.set_status(affihub_id, status)

    affihub: Any = Between(pair.affihub, snapshot=snapshot)
    return affihub_writes(replace(pair, affihub=affihub), set_status=set_status)


def decides_conflicts(pair: Pair) -> Pair:
    """What a person must say it settles by itself."""
    return replace(pair, policy=replace(pair.policy, status_on_first_link=OnFirstLink.WHOP))


def only_pretends(pair: Pair) -> Pair:
    """It sends no status, and says that it was kept."""

    async def set_status(affihub_id: str, status: str) -> Partner:
        return replace(await pair.affihub.partner(affihub_id), status=status)

    return affihub_writes(pair, set_status=set_status)


def always_finds_work(pair: Pair) -> Pair:
    """Whatever it finds, it writes a name."""

    async def snapshot(on_page: Any) -> Snapshot[Partner]:
        seen = await pair.affihub.snapshot(on_page)
        if pair.writers:
            await pair.writers.affihub.set_name(next(iter(seen.records)), "Some", "Body")
        return seen

    affihub: Any = Between(pair.affihub, snapshot=snapshot)
    return replace(pair, affihub=affihub)


def loses_the_last_row(pair: Pair) -> Pair:
    """Of what is listed it forgets whoever came last."""

    async def snapshot(on_page: Any) -> Snapshot[Partner]:
        seen = await pair.affihub.snapshot(on_page)
        return replace(seen, records=dict(list(seen.records.items())[:-1]))

    affihub: Any = Between(pair.affihub, snapshot=snapshot)
    return replace(pair, affihub=affihub)


def sees_nobody_leave(pair: Pair) -> Pair:
    """Whoever was deactivated on Affihub it takes for active."""

    async def snapshot(on_page: Any) -> Snapshot[Partner]:
        seen = await pair.affihub.snapshot(on_page)
        records = {name: replace(one, status="active") for name, one in seen.records.items()}
        return replace(seen, records=records)

    affihub: Any = Between(pair.affihub, snapshot=snapshot)
    return replace(pair, affihub=affihub)


def names_keys_in_errors(pair: Pair) -> Pair:
    """A refused write is told with the key it was sent with."""

    def refused(*_: Any) -> Awaitable[Partner]:
        key = PLANTED["Affihub's key"]
        raise Rejected(f"Refused: Bearer {key}", side="affihub", operation="update_partner")

    return affihub_writes(pair, set_commission=refused, set_name=refused, create_partner=refused)


def trusts_every_list(pair: Pair) -> Pair:
    """However many are missing, it takes them for gone."""
    guards = pair.policy.guards
    roomy = {name: replace(limit, per_run=1000) for name, limit in guards.limits.items()}
    return replace(pair, policy=replace(pair.policy, guards=replace(guards, limits=roomy)))


class NeverDry(Here):
    """A program whose dry runs write."""

    async def sync(self, config: Path, clock: SkippingClock, *, dry_run: bool) -> Told:
        """Apply, whatever was asked."""
        return await super().sync(config, clock, dry_run=False)


class ForgetsWhenTroubled(Here):
    """A program that loses its state wherever something goes wrong."""

    async def sync(self, config: Path, clock: SkippingClock, *, dry_run: bool) -> Told:
        """Begin from nothing, where the case is about trouble."""
        if config.parent.name == "faulty":
            lose_state(config.parent)
        return await super().sync(config, clock, dry_run=dry_run)


class Forgetful(Apart):
    """A program in a process of its own that remembers nothing of its earlier life."""

    async def sync(self, config: Path, _clock: SkippingClock, *, dry_run: bool) -> Told:
        """Begin from nothing."""
        lose_state(config.parent)
        return await super().sync(config, _clock, dry_run=dry_run)


def lose_state(folder: Path) -> None:
    """Nothing is left of the state."""
    for path in folder.glob("state.db*"):
        path.unlink()
