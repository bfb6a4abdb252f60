"""A statement as one self-contained HTML file, in the look and under the policy of the report."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sync.core.accounts import Account, Tie
from sync.core.ledger import monthly, told
from sync.core.record import Side
from sync.core.statement import CAVEATS, Statement, difference, earned_on_affihub, firm_on_affihub
from sync.render import statement_words as says
from sync.render import words
from sync.render.clean import clean
from sync.render.inline import shell, template

OPEN: Final = "remainder"
EXPLAINED: Final = "explained"
AGREES: Final = "agrees"
MARKS: Final = {OPEN: "failed", EXPLAINED: "waiting", AGREES: "applied"}
"""How somebody ties out, and the report's colour for that."""
SHAPES: Final = {OPEN: "✕", EXPLAINED: "○", AGREES: "✓"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A person as the table shows them; every text is clean."""

    one: Account
    name: str
    contacts: tuple[str, ...]
    ids: tuple[str, ...]
    stands: str
    whys: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One filter of the table: its name, label, and values with how many people have each."""

    name: str
    label: str
    options: tuple[tuple[str, int], ...]


def render(done: Statement) -> str:
    """The statement as one HTML file; who is in the remainder comes first."""
    around = shell()
    order = list(MARKS)
    entries = sorted(map(_entry, done.accounts), key=lambda entry: order.index(entry.stands))
    return template("statement.html.j2").render(
        done=done,
        read=done.earnings_read,
        says=says,
        words=words,
        clean=clean,
        told=told,
        monthly=monthly,
        caveats=CAVEATS,
        sides=Side,
        policy=around.policy,
        style=around.style,
        script=around.script,
        entries=entries,
        choices=_choices(entries),
        marks=MARKS,
        shapes=SHAPES,
        earned=earned_on_affihub,
        firm=firm_on_affihub,
        difference=difference,
    )


def _entry(one: Account) -> Entry:
    ids = (clean(i) for i in (one.whop_id, one.affihub_id))
    whys = (("status", one.status), ("rate", one.rate))
    return Entry(
        one=one,
        name=words.label(one.person),
        contacts=words.contacts(one.person),
        ids=tuple(filter(None, ids)),
        stands=OPEN if one.is_open else EXPLAINED if any(map(says.why, _ties(one))) else AGREES,
        whys=tuple(
            (f"{what}: {says.why(tie)}", says.key(tie)) for what, tie in whys if says.why(tie)
        ),
    )


def _ties(one: Account) -> tuple[Tie, Tie]:
    return one.status, one.rate


def _choices(entries: Iterable[Entry]) -> list[Choice]:
    entries = tuple(entries)
    read = {
        "disposition": ("Stands", Counter(entry.stands for entry in entries)),
        "kind": ("Status", Counter(entry.one.status.finding.value for entry in entries)),
        "side": ("Listed by", Counter(says.where(entry.one) for entry in entries)),
    }
    return [
        Choice(name, label, tuple(sorted(counts.items()))) for name, (label, counts) in read.items()
    ]
