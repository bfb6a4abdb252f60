"""Suggestions for people who are alone: a hint for whoever reviews, never a link."""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sync.core.plan import Alone, Plan
from sync.core.record import Side

LEAST_LIKENESS: Final = 90.0
"""How alike two names must be, of 100, to be worth a look."""
MOST_COMPARISONS: Final = 2_000_000
"""Beyond so many pairs of names nobody reads suggestions, and they would slow the run."""


def with_suggestions(plan: Plan) -> Plan:
    """The plan with a hint beside those who look like somebody alone on the other side."""
    whop, affihub = (plan.unmatched.get(side, ()) for side in (Side.WHOP, Side.AFFIHUB))
    if not whop or not affihub or len(whop) * len(affihub) > MOST_COMPARISONS:
        return plan
    hinted = {Side.WHOP: _hinted(whop, affihub), Side.AFFIHUB: _hinted(affihub, whop)}
    return replace(plan, unmatched=hinted)


def _hinted(ones: Sequence[Alone], others: Sequence[Alone]) -> tuple[Alone, ...]:
    from rapidfuzz import fuzz, process  # noqa: PLC0415  # only where two sides have people alone

    by_handle = {h: other for other in others if (h := _handle(other))}
    names = [_folded(other.person.name) for other in others]
    hinted = []
    for one in ones:
        twin = by_handle.get(_handle(one) or "")
        text = twin and f"{twin.id}: username equals slug"
        name = _folded(one.person.name)
        if not text and name:
            best = process.extractOne(
                name, names, scorer=fuzz.token_sort_ratio, score_cutoff=LEAST_LIKENESS
            )
            text = f"{others[best[2]].id}: similar name" if best else None
        hinted.append(replace(one, suggestion=text or None))
    return tuple(hinted)


def _handle(alone: Alone) -> str | None:
    """The username on Whop, the slug on Affihub: what a person calls themselves in links."""
    handle = alone.person.username or alone.person.slug
    return handle.casefold() if handle else None


def _folded(name: str | None) -> str:
    """A name without accents and case; cut, since nobody's name is longer than 100 characters."""
    decomposed = unicodedata.normalize("NFKD", (name or "")[:100])
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
