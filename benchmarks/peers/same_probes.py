"""The probes that are played alike on every tool which keeps two folders in step."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from peers.folders import (
    LARGE,
    NEW,
    OLD,
    OTHER,
    SMALL,
    Ended,
    Folders,
    kill,
    name_of,
    run_on_a_terminal,
)
from peers.probe import Answer

Make = Callable[[Path], Folders]
RED: Final = "\x1b[31m"


def vanishing(make: Make, total: int, gone: int) -> Answer:
    """So many of all records vanish on the first side."""

    def answer(place: Path) -> str:
        pair = make(place)
        pair.fill(total)
        pair.begin()
        before = len(pair.there())
        if before != total:
            return f"could not be set up: {before} of {total} came over"
        pair.drop(gone)
        ended = pair.sync()
        return vanished(total - len(pair.there()), ended)

    return answer


def vanished(lost: int, ended: Ended) -> str:
    """What became of those who vanished on one side, on the other."""
    if lost:
        return f"deletes {lost} on the other side"
    if ended.code:
        return f"stops: {ended.reason}"
    return "leaves them there"


def crash(
    make: Make,
    size: int = LARGE,
    memory: Callable[[Folders], str] | None = None,
    by_hand: Callable[[Folders], None] | None = None,
) -> Answer:
    """Killed once the sixth of ten records was made; then a run that nobody disturbs.

    ``by_hand`` is what a person does where that run refuses, before yet another one.
    """

    def answer(place: Path) -> str:
        pair = killed(make, place, size)
        made = len(pair.there())
        kept = f", {memory(pair)}" if memory else ""
        ended = pair.sync()
        if not ended.code:
            return f"{made} made{kept}; then {_ends(pair)}"
        if by_hand is None:
            return f"{made} made{kept}; then refuses: {ended.reason}"
        by_hand(pair)
        pair.sync()
        return f"{made} made{kept}; then refuses; unlocked by hand: {_ends(pair)}"

    return answer


def killed(make: Make, place: Path, size: int) -> Folders:
    """A pair whose run of ten creates was killed after the sixth."""
    pair = make(place)
    pair.write("x", OLD)
    pair.begin()
    pair.fill(10, size=size)
    pair.interrupted(lambda: len(pair.there()) >= 6, kill)  # noqa: PLR2004 - the probe is six of ten
    return pair


def _ends(pair: Folders) -> str:
    count = len(pair.there())
    return "the rest, nobody twice" if count == 10 else f"{count} records of ten people"  # noqa: PLR2004 - the probe is six of ten


def lock(make: Make, size: int = LARGE) -> Answer:
    """Killed in the middle; whether the next run may run."""

    def answer(place: Path) -> str:
        pair = killed(make, place, size)
        ended = pair.sync()
        again = pair.sync()
        if ended.code and again.code:
            return f"refuses until a person steps in: {again.reason}"
        return "runs" if not ended.code else "refuses once, then runs"

    return answer


def moves(make: Make, size: int = LARGE) -> Answer:
    """Ten of twenty are edited on one side; the last of them moves on the other meanwhile."""

    def answer(place: Path) -> str:
        pair = make(place)
        pair.fill(20, size=size)
        pair.begin()
        pair.fill(10, NEW, size)

        def begun() -> bool:
            return any(pair.says(number, NEW) for number in range(9))

        def edit(_pid: int) -> None:
            pair.at(9).write_text(pair.text(name_of(9), OTHER))

        code = pair.interrupted(begun, edit)
        written = sum(pair.says(number, NEW) for number in range(9))
        fate = "kept" if pair.says(9, OTHER) else "overwritten unseen"
        return f"its edit is {fate}; {written} of the other nine written (exit {code})"

    return answer


def terminal(make: Make, size: int = SMALL) -> Answer:
    """A name that turns the terminal red."""

    def answer(place: Path) -> str:
        pair = make(place)
        pair.write("x", OLD)
        pair.begin()
        pair.write(f"n{RED}ann", OLD, size)
        shown = run_on_a_terminal(pair.command, pair.env).text
        return "raw on the terminal" if f"n{RED}ann" in shown else "not raw on the terminal"

    return answer
