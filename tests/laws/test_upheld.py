"""The law machine can fail: played on a program that is broken by hand, it tells what is wrong."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from sync.core import deciding, diff, guard, linked, oscillation, rates, sequence
from sync.core.diff import Cause, Change
from sync.core.policy import Limit
from sync.core.record import Gathered, Partner, Side
from sync.runs import applying, gather, logbook, settle, write, write_rate
from tests.laws import upheld
from tests.laws.game import Game
from tests.stage.steps import Decide, Edit, Hit, Join, Meanwhile, Step, Sync, Vanish

ANA = Join(name="Ana", whop="active", affihub="active", whop_rate="20", affihub_rate="20")
PEOPLE = [ANA, *(Join(name=name, whop="active", affihub="active") for name in ("Bo", "Cy", "Dee"))]
ON, OFF = "active", "archived"


def whop(status: str | None = None, rate: str | None = None) -> Edit:
    return Edit(who="Ana", side=Side.WHOP, status=status, rate=rate)


def affihub(status: str | None = None, rate: str | None = None) -> Edit:
    return Edit(who="Ana", side=Side.AFFIHUB, status=status, rate=rate)


def play(*steps: Step, **settings: Any) -> None:
    """A whole game with these steps, to its rest."""
    told = {key.replace("__", "."): value for key, value in settings.items()}
    game = Game.begun({"guards.deactivate": 50, **told}, {}, list(PEOPLE))
    try:
        for step in (Sync(), *steps):
            game.play(step)
        game.settle()
    finally:
        game.end()


def swings_never(_turns: object) -> bool:
    return False


def no_limit(*_facts: object) -> Limit:
    return Limit(50)


def to_and_fro() -> Iterator[Step]:
    for rate in ("25", "20", "25", "20"):
        yield from (whop(rate=rate), Sync())


BROKEN: list[tuple[str, object, str, object, tuple[Step, ...]]] = [
    (
        "people come back without a yes",
        guard,
        "_limit",
        no_limit,
        (whop(OFF), Sync(), whop(ON), Sync()),
    ),
    ("two writers go on and on", oscillation, "swings", swings_never, tuple(to_and_fro())),
    (
        "of two edits one wins",
        diff,
        "CAUSES",
        {**diff.CAUSES, (Change.EDITED, Change.EDITED): Cause.WHOP_MOVED},
        (whop(rate="25"), affihub(rate="30"), Sync()),
    ),
    (
        "a rate is written that Whop cannot hold",
        rates,
        "cannot_hold",
        lambda _side, _rate: None,
        (affihub(rate="12.5"), Sync()),
    ),
    (
        "somebody comes back at the old rate",
        sequence,
        "_SWITCHING_ON",
        (),
        (whop(OFF), Sync(), whop(ON, "25"), affihub(rate="30"), Sync(allow=("all",))),
    ),
    (
        "who never accepted is made active",
        linked,
        "_never_accepted",
        lambda _link, _policy: False,
        (
            Join(name="Eli", whop="active"),
            Sync(),
            Edit(who="Eli", side=Side.WHOP, status=OFF),
            Sync(),
            Edit(who="Eli", side=Side.WHOP, status=ON),
            Sync(allow=("all",)),
        ),
    ),
    (
        "what moved meanwhile is written all the same",
        applying,
        "same",
        lambda *_said: None,
        (whop(OFF), Sync(meanwhile=(Meanwhile(step=whop(ON), before="re-read"),))),
    ),
    (
        "people are missing from a listing in doubt",
        gather,
        "_doubted",
        lambda snapshot, *_rest: snapshot,
        (
            *(Vanish(who=name, side=Side.WHOP) for name in ("Ana", "Bo")),
            Sync(allow=("all",)),
        ),
    ),
]


@pytest.mark.parametrize(
    "where, name, instead, steps", [one[1:] for one in BROKEN], ids=[one[0] for one in BROKEN]
)
def test_a_program_that_is_broken_is_told_of(
    monkeypatch: pytest.MonkeyPatch,
    where: object,
    name: str,
    instead: object,
    steps: tuple[Step, ...],
) -> None:
    settings: dict[str, Any] = {"commission__sync": "two-way", "guards__commission": 50}
    if name == "_doubted":
        settings["guards__deactivate"] = 1
    play(*steps, **settings)
    monkeypatch.setattr(where, name, instead)

    with pytest.raises(AssertionError):
        play(*steps, **settings)


def test_a_lie_that_is_believed_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    async def believed(at: Any, row: Any, link: Any, now: Any) -> Any:
        affiliate, partner = await sent(at, row, link, now)
        return affiliate, type(partner)(**{**_fields(partner), "status": row.after})

    sent: Callable[..., Any] = write._send_status
    steps = (whop(OFF), Sync(hits=(Hit(fault="lie", on="update_partner"),)))
    play(*steps)
    monkeypatch.setattr(write, "_send_status", believed)

    with pytest.raises(AssertionError):
        play(*steps)


def _fields(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}


def test_who_is_created_after_an_incomplete_listing_is_told_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps = (Join(name="Eli", whop="active"), Sync(listing={Side.AFFIHUB: "partial"}))
    play(*steps)
    monkeypatch.setattr(Gathered, "complete", property(lambda _all: True))

    with pytest.raises(AssertionError):
        play(*steps)


def test_a_limit_that_is_off_by_one_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    def one_more(*facts: Any) -> Any:
        allowed = limit(*facts)
        return replace(allowed, of=allowed.of + 1)

    limit: Callable[..., Any] = guard.allowance
    steps = (whop(OFF), Edit(who="Bo", side=Side.WHOP, status=OFF), Sync())
    play(*steps, guards__deactivate=1)
    monkeypatch.setattr(guard, "allowance", one_more)

    with pytest.raises(AssertionError):
        play(*steps, guards__deactivate=1)


def test_a_yes_that_outlives_a_change_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    yes = Decide(verdict="approve", who="Ana")
    steps = (whop(OFF), Sync(), yes, whop("deleted"), Sync())
    play(*steps, guards__deactivate=0)
    monkeypatch.setattr(deciding.Word, "is_about", lambda *_row: True)

    with pytest.raises(AssertionError):
        play(*steps, guards__deactivate=0)


def test_a_rate_that_is_taken_for_kept_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, Any] = {"commission__sync": "two-way", "guards__commission": 50}
    steps = (affihub(rate="25"), Sync(hits=(Hit(fault="lie", on="update_override"),)))
    play(*steps, **told)
    monkeypatch.setattr(write_rate, "is_rate", lambda *_kept: True)

    with pytest.raises(AssertionError):
        play(*steps, **told)


def test_a_create_of_which_nobody_looks_what_came_is_told_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At some step the process dies between the answer and its record."""

    def dying() -> Iterator[bool]:
        for step in range(20, 40):
            try:
                play(Join(name="Eli", whop="active"), Sync(crash=step), create__activate=True)
            except AssertionError:
                yield False
            else:
                yield True

    async def nobody(*_asked: object) -> list[Partner]:
        return []

    assert all(dying())
    monkeypatch.setattr(settle, "_partners_made", nobody)

    assert not all(dying())


def test_a_secret_in_the_log_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    def blurted(_head: object) -> None:
        logging.getLogger("affisync.runs").info("Run began.", extra={"key": upheld.SECRETS[0]})

    monkeypatch.setattr(logbook, "run_began", blurted)

    with pytest.raises(AssertionError, match="L10: a secret in the log"):
        play()
