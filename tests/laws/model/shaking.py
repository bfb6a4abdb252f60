"""What may be remembered of a person after a run of which nobody can tell how far it came."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from sync.core.record import Side
from tests.laws.model.due import Does, Due, Look
from tests.laws.model.effect import done
from tests.laws.model.mind import Mind
from tests.laws.model.sides import Sides, Terms
from tests.laws.model.verdict import judged, text


@dataclass(frozen=True, slots=True)
class Told:
    """What the run's report says of one person: kinds that were applied, and that failed.

    ``lied``: whatever failed did so because a side kept another value, which is not sent again.
    """

    applied: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    lied: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """What both sides showed of a person at some time of a run, and what it decided by.

    ``end`` is how both sides stood after the run, None where others changed them meanwhile: what
    cannot be seen there was never done.
    """

    sides: Sides
    end: Sides | None
    terms: Terms
    look: Look


@dataclass(frozen=True, slots=True)
class Shaken:
    """The writes that were due at one moment, and every mind that may have come of it."""

    due: set[Due]
    minds: set[Mind]


def shaken(mind: Mind, at: Moment, told: Told | None) -> Shaken:
    """One mind after a run, by one moment of it; ``told`` None: there is no report to go by.

    No mind is left where the report says that something was done, and it was not.
    """
    dues, seen = judged(mind, at.sides, at.terms, at.look)
    goes = [one for one in dues if one.does is Does.APPLY or one.lesson]
    if told is None:
        came = [one for one in goes if at.end is None or _shows(one, at.end)]
        taught = {_taught(seen, one) for one in goes if one.lesson}
        return Shaken(set(goes), {mind, seen, *_ends(seen, came, at), *taught})
    return Shaken(set(goes), set(_by_report(mind, seen, goes, at, told)))


def _by_report(
    mind: Mind, seen: Mind, goes: Sequence[Due], at: Moment, told: Told
) -> Iterator[Mind]:
    """What a report says was applied was, and is remembered; nothing else was."""
    came = [one for one in goes if one.kind in told.applied]
    if {one.kind for one in came} != told.applied:
        return  # this is not what the run saw
    if any(at.end is not None and not _shows(one, at.end) for one in came):
        return  # nor is what it says it did
    learnt = [one for one in goes if one.kind in told.failed or one.lesson]
    for end in list(_ends(seen, came, at, at_least=len(came))) or [seen]:
        taught = end
        for one in learnt:
            taught = _taught(taught, one)
        yield taught
        if not (told.lied and told.failed):
            yield end
    if not came:
        yield mind
    if lost := [one for one in goes if one.kind in told.failed and _came_all_the_same(one, at)]:
        yield from _ends(seen, [*came, *lost], at, at_least=len(came) + 1)


def _came_all_the_same(due: Due, at: Moment) -> bool:
    """Whether a create that was told as failed is there: its answer was lost, and every look."""
    return due.field == "record" and at.end is not None and _shows(due, at.end)


def _taught(mind: Mind, due: Due) -> Mind:
    return replace(mind, taught=mind.taught | {due.mark})


def _ends(seen: Mind, goes: Sequence[Due], at: Moment, at_least: int = 1) -> Iterator[Mind]:
    """What may be remembered where any of what was due was done."""
    for count in range(max(1, at_least), len(goes) + 1):
        for some in combinations(goes, count):
            end, shown = seen, at.sides
            for due in some:
                end, shown = done(due, end, shown, at.terms, at.look.now)
            yield end
            carried = {due.field for due in some}
            yield replace(end, words=tuple(w for w in end.words if w.field not in carried))
            if end.created and not seen.linked:
                yield replace(end, status=None, accepted=False, invited=False, named=False)


def _shows(due: Due, sides: Sides) -> bool:
    """Whether both sides are as they would be if this had been done; else it never was."""
    match due.field:
        case "status":
            return sides.word(due.side) == due.after
        case "commission":
            rate = sides.whop_rate if due.side is Side.WHOP else sides.affihub_rate
            return text(rate) == due.after
        case "name":
            return sides.partner_name == due.after
        case _:
            return sides.has(Side.WHOP) and sides.has(Side.AFFIHUB)
