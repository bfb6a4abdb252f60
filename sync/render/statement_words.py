"""What a statement says of one person, in the words of every form it takes."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from sync.core.accounts import Account, Finding, Tie
from sync.core.grounds import By
from sync.core.ledger import Ledger, Line, Sum, told
from sync.core.record import Side
from sync.core.statement import Statement, rate_word
from sync.render import words
from sync.render.clean import clean
from sync.render.words import SENTENCE_LIMIT, number

NAMED: Final = 3
"""People named behind a step of a ledger that no row explains."""
UNEXPLAINED: Final = "nothing explains this"
READ_EARNINGS: Final = (
    "What people earned on Affihub is not in its list; read it with --earnings, which costs a "
    "request for each partner."
)


def headline(done: Statement) -> str:
    """The pair, and whether everything is explained."""
    count = len(done.remainder)
    pair = clean(done.pair, words.NAME_LIMIT)
    if done.holes:
        rest = f"; of what was seen, the remainder is {count:,}"
        return f"{pair}: a listing is incomplete, so nobody can tie everything out{rest}."
    if not done.adds_up:
        return f"{pair}: the ledgers do not come out; that is a bug of affisync, report it."
    if count:
        people = number(count, "person", "people")
        return f"{pair}: the remainder is {count:,}: {people} whose difference nothing explains."
    return f"{pair}: every difference is explained, the remainder is 0{_behind(done)}."


def _behind(done: Statement) -> str:
    """That the mapping is not as both sides are: they moved alike, or somebody changed it."""
    if not done.behind:
        return ""
    people = number(len(done.behind), "person", "people")
    return f"; the mapping is behind what both sides say of {people}, named below"


def amount(total: Sum, sign: int = 1) -> str:
    """``$1,200.00, 3 unknown``; with a ``sign`` of -1 what is taken away."""
    unknown = f"{total.unknown:,} unknown" if total.unknown else ""
    known = words.money(sign * total.known) if total.known or not total.unknown else ""
    return ", ".join(filter(None, (known, unknown)))


def plain_amount(total: Sum) -> str:
    """The same of a currency nobody names."""
    return amount(total).replace("$", "")


def bare(value: Decimal | None) -> str:
    """An amount without a currency; empty where unknown."""
    return words.money(value).replace("$", "")


def where(one: Account) -> str:
    """Which sides show this person."""
    sides = [side.value for side in Side if one.is_listed(side)]
    return "both" if len(sides) > 1 else "".join(sides) or "neither"


def whop_status(one: Account) -> str:
    """Whop's word, or why there is none."""
    if one.affiliate:
        return clean(one.affiliate.status) or "no status"
    if not one.link:
        return ""
    return "gone" if one.whop else "not seen"


def affihub_status(one: Account) -> str:
    """Affihub's word, or why there is none."""
    if one.partner:
        return clean(one.partner.status)
    return "not seen" if one.link else ""


def mapping_status(one: Account) -> str:
    """What the mapping says both sides last agreed on; empty for who is not linked."""
    if not one.link:
        return ""
    return clean(one.link.status.value) if one.link.status else "never agreed"


def whop_rate(one: Account) -> str:
    """What Whop pays."""
    return rate_word(one.whop_pays) if one.affiliate else ""


def affihub_rate(one: Account) -> str:
    """What Affihub pays."""
    return rate_word(one.affihub_pays) if one.partner else ""


def mapping_rate(one: Account) -> str:
    """The rate both sides last agreed on; empty for who is not linked."""
    if not one.link:
        return ""
    base = one.link.commission
    if base is None:
        return "never agreed"
    return "default" if base.value is None else f"{clean(base.value)} %"


def key(tie: Tie) -> str:
    """The row that explains a difference; empty where none does."""
    return tie.reason.row.key if tie.reason and tie.reason.row else ""


def ground(tie: Tie) -> str:
    """The rule of the row, or what else explains a difference; empty where nothing differs."""
    if tie.finding is Finding.SAME:
        return ""
    return clean(told(tie.reason), SENTENCE_LIMIT) if tie.reason else UNEXPLAINED


def why(tie: Tie) -> str:
    """The explanation as a sentence; empty where nothing differs."""
    if tie.finding is Finding.SAME:
        return ""
    return clean(tie.reason.text, SENTENCE_LIMIT) if tie.reason else UNEXPLAINED


def named(line: Line, ledger: Ledger) -> Iterator[str]:
    """The first people of a step that no row explains, what of them, and how many more there are.

    Nobody of a step that the configuration takes for everybody.
    """
    if line.keys or (line.reason and line.reason.by is By.SETTING):
        return
    say = rates if ledger.name == "rate" else statuses
    for one in line.accounts[:NAMED]:
        yield f"{words.label(one.person)} ({ids(one)}): {say(one)}"
    if (left := len(line.accounts) - NAMED) > 0:
        yield f"and {left:,} more; the CSV lists everybody"


def ids(one: Account) -> str:
    """The ids of somebody's records."""
    return " ".join(clean(i) for i in (one.whop_id, one.affihub_id) if i)


def statuses(one: Account) -> str:
    """``active on Whop, deactivated on Affihub, mapping: on``."""
    told_here = (
        (whop_status(one), "{} on Whop"),
        (affihub_status(one), "{} on Affihub"),
        (mapping_status(one), "mapping: {}"),
    )
    return ", ".join(form.format(word) for word, form in told_here if word)


def rates(one: Account) -> str:
    """``20 % on Whop, 25 % on Affihub, mapping: 20 %``."""
    told_here = (
        (whop_rate(one), "{} on Whop"),
        (affihub_rate(one), "{} on Affihub"),
        (mapping_rate(one), "mapping: {}"),
    )
    return ", ".join(form.format(word) for word, form in told_here if word)
