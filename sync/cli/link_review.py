"""``affisync link --review``: a person goes through the suggestions, best first."""

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import typer

from sync.errors import PairBusy, UsageError

if TYPE_CHECKING:
    from sync.app import App
    from sync.core.unmatched import Candidate
    from sync.runs.unmatched import Look, Review

QUESTION: Final = "The same person? [y] link, [n] keep apart, [s] skip, [q] quit: "
ANSWERS: Final = {
    **dict.fromkeys(("y", "yes"), "y"),
    **dict.fromkeys(("n", "no"), "n"),
    **dict.fromkeys(("s", "skip"), "s"),
    **dict.fromkeys(("q", "quit"), "q"),
}
NO_TERMINAL: Final = (
    "There is no terminal to review on. Write the suggestions into a file with: affisync unmatched "
    "--format csv --output FILE; keep the lines that are right, and link them with: "
    "affisync link --import FILE --yes"
)


def need_terminal(*, yes: bool) -> None:
    """Refuse at once where nobody could be asked, or said not to be."""
    if yes:
        raise UsageError("--review asks about each two; leave out --yes.")
    if not sys.stdin.isatty():
        raise UsageError(NO_TERMINAL)


def walk(app: "App", name: str) -> tuple[set[str], list[tuple[str, str]]]:
    """Ask about everybody who may be one; answers who was linked and who is kept apart."""
    from sync.cli.running import say
    from sync.cli.watching import ask_sides
    from sync.runs.unmatched import Review, look

    seen = ask_sides(app, name, look)
    for note in seen.unmatched.notes:
        say(note)
    review = Review(seen, app.store, app.clock)
    if not len(review):
        say("Nobody who is alone looks like anybody; see: affisync unmatched")
    skipped: list[Candidate] = []
    try:
        _go(review, seen, skipped)
    finally:  # Ctrl-C ends the questions, and every answer was recorded
        if review.linked or review.parted or skipped or len(review):
            say(_summary(review, len(skipped)))
    return {two.affiliate.id for two in review.linked}, [two.apart for two in review.parted]


def _go(review: "Review", seen: "Look", skipped: "list[Candidate]") -> None:
    """Ask until all is said or a person quits; who is skipped is put to those."""
    for number, candidate in enumerate(review, 1):
        _show(review, seen, candidate, number)
        try:
            answer = _answered(review, candidate)
        except KeyboardInterrupt:
            review.put_back(candidate)
            raise
        if answer == "q":
            review.put_back(candidate)
            break
        if answer == "s":
            skipped.append(candidate)


def _show(review: "Review", seen: "Look", candidate: "Candidate", number: int) -> None:
    from sync.cli.show import columns
    from sync.render.side_by_side import side_by_side

    emails = seen.gathered.emails.get(candidate.whop.person.user_id or "", ())
    title = f"{number} of {number + len(review)}"
    typer.echo(side_by_side(candidate, title, emails, width=columns()), err=True, nl=False)


def _answered(review: "Review", candidate: "Candidate") -> str:
    """One answer, recorded; asked again where it cannot be understood or recorded now."""
    from sync.cli.running import say

    while True:
        answer = _ask()
        try:
            match answer:
                case "y":
                    review.link(candidate)
                case "n":
                    review.keep_apart(candidate)
        except PairBusy as busy:
            say(f"Not recorded: {busy}")
            continue
        except UsageError as moved:
            say(f"Not recorded: {moved}")
            return "s"
        return answer


def _ask() -> str:
    """One of y, n, s, q; the end of all input is q."""
    while True:
        typer.echo(f"affisync: {QUESTION}", nl=False, err=True)
        line = sys.stdin.readline()
        if not line:
            typer.echo(err=True)
            return "q"
        if answer := ANSWERS.get(line.strip().casefold()):
            return answer


def _summary(review: "Review", skipped: int) -> str:
    told = (
        ("linked", len(review.linked)),
        ("kept apart", len(review.parted)),
        ("skipped", skipped),
        ("not asked yet", len(review)),
    )
    parts = _parts(told)
    after = " What the linked disagree on shows in: affisync sync --dry-run"
    return f"{parts}.{after if review.linked else ''}"


def _parts(told: Iterable[tuple[str, int]]) -> str:
    text = ", ".join(f"{count} {what}" for what, count in told if count)
    return text[:1].upper() + text[1:] if text else "Nothing was changed"
