"""What people decided, as it bears on what is due, and fields that swing to and fro."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from tests.laws.model.due import Does, Due, Look
from tests.laws.model.mind import Mind, Sent, Word
from tests.laws.model.sides import MEANS

NO: Final = ("reject", "ignore-field")
YES: Final = ("approve", "use")
DAY: Final = 86_400.0
TURNS: Final = 4
"""There, back, there, and back again."""


def about(mind: Mind, due: Due, look: Look) -> list[Word]:
    """What was said about this and is in force, oldest first."""
    return [word for word in mind.words if word.until > look.now and _is_about(word, due)]


def _is_about(word: Word, due: Due) -> bool:
    if word.field != due.field:
        return False
    if word.verdict == "ignore-field":
        return True
    same = word.shown == due.shown and word.why == due.why
    return same and (word.verdict == "use" or not due.kind or word.kind == due.kind)


def chosen(mind: Mind, due: Due | None, look: Look, led: Callable[[str], Due]) -> Due | None:
    """What a choice makes of a question; ``led`` is what it takes to follow a side."""
    if due is None:
        return None
    uses = [word for word in _since_no(about(mind, due, look)) if word.verdict == "use"]
    if not uses:
        return due
    made = led(str(uses[-1].value))
    made = replace(made, does=Does.APPLY, gate=None, freed=True, chosen=True)
    return replace(made, shown=due.shown, why=due.why)


def heeded(mind: Mind, due: Due, look: Look) -> Due:
    """Held at somebody's no, let go at somebody's yes."""
    words = about(mind, due, look)
    said = [word for word in words if word.verdict in (*NO, *YES)]
    if said and said[-1].verdict in NO:
        return _refused(due, said[-1])
    if any(word.verdict == "approve" for word in _since_no(words)) or due.freed:
        return replace(due, freed=True)
    return due


def _since_no(words: Sequence[Word]) -> Sequence[Word]:
    last = max((n for n, word in enumerate(words) if word.verdict in NO), default=-1)
    return words[last + 1 :]


def _refused(due: Due, word: Word) -> Due:
    ignored = word.verdict == "ignore-field"
    asks = ignored and due.field == "commission" and due.does in (Does.CONFLICT, Does.BREAK)
    if due.does is Does.APPLY or asks:
        return replace(due, does=Does.HELD, gate="ignored" if ignored else "rejected")
    return due


def swinging(mind: Mind, due: Due, look: Look) -> Due:
    """Left to a person where two writers undo each other: there and back twice within a day."""
    if due.does is not Does.APPLY or due.field not in ("status", "commission"):
        return due
    turns: list[Sent] = []
    for sent in (*mind.sent, turn(due, look.now)):
        same = sent.field == due.field and sent.at > look.now - DAY
        if same and (not turns or turns[-1].after != sent.after):
            turns.append(sent)
    if len(turns) < TURNS or turns[-1].at != look.now:
        return due
    one, two, three, four = turns[-TURNS:]
    swings = one.before == two.after == four.after != one.after == three.after
    insisted = [word for word in about(mind, due, look) if word.verdict == "use"]
    if not swings or any(word.at > max(s.at for s in mind.sent) for word in insisted):
        return due
    return replace(due, does=Does.BREAK, kind="", swings=True)


def turn(due: Due, now: float) -> Sent:
    """A write as a turn that a field takes: a meaning, or a rate."""
    if due.field == "status":
        after = MEANS[str(due.after)]
        returns = "reactivate" in due.guards
        before = "off" if returns else "on"
        return Sent(now, due.field, before, after)
    return Sent(now, due.field, due.shown[0 if due.side == "whop" else 1], due.after)


def kept(mind: Mind, dues: Sequence[Due], applied: Sequence[Due], look: Look) -> Mind:
    """The mind with the words still in force after a run that saw everything."""
    left = []
    for word in mind.words:
        mine = [due for due in dues if _is_about(word, due)]
        if word.verdict == "ignore-field" or (mine and not any(due in applied for due in mine)):
            left.append(word)
    sent = tuple(one for one in mind.sent if one.at > look.now - 2 * DAY)
    return replace(mind, words=tuple(left), sent=sent)
