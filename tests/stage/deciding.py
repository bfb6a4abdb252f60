"""What people decide, by the program's own way from a wish to a recorded decision."""

from datetime import timedelta
from typing import Final

from sync.core.cases import Case
from sync.core.decision import Verb
from sync.core.weigh import Weighed, Wish, weigh
from sync.runs.deciding import record
from sync.runs.linking import keep_apart, link, links_of, read_two, unlink
from sync.runs.pair import Pair
from sync.runs.pending import cases
from tests.runs.shop import Shop
from tests.stage.people import People
from tests.stage.steps import Decide, Tie
from tests.stage.telling import whose

EXPIRING: Final = (Verb.APPROVE, Verb.SNOOZE)


def decide(shop: Shop, people: People, step: Decide, two_people: tuple[str, ...]) -> Weighed:
    """Record the decision about every row that is meant and accepts it."""
    now, verb = shop.clock(), Verb(step.verdict)
    until = now + timedelta(hours=step.hours) if verb in EXPIRING else None
    wish = Wish(verb, step.by, now, step.why, until, step.value)
    waiting = cases(shop.store, "main", now, two_people)
    weighed = weigh([case for case in waiting if is_meant(people, step, case)], wish)
    record(shop.store, weighed)
    return weighed


def is_meant(people: People, step: Decide, case: Case) -> bool:
    """Whether a row is of the person and kind that a decision names."""
    return step.who in (None, whose(people, case.row)) and step.kind in (None, case.row.kind.value)


async def tie(pair: Pair, people: People, step: Tie) -> None:
    """Link, part or keep apart; ``UsageError`` where that cannot be."""
    whop_id = people.affiliate_of(step.who).id
    if step.word == "unlink":
        unlink(pair.store, pair.name, await links_of(pair, whop_id), apart=True)
        return
    partner = people.partner_of(step.partner or step.who)
    two, _ = await read_two(pair, whop_id, partner.id)
    if step.word == "link":
        link(pair.store, pair.name, [two], pair.clock())
    else:
        keep_apart(pair.store, pair.name, two, pair.clock())
