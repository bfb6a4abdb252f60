"""Everything one run decides, in one pure function: match, diff, reconcile, guard -> Plan."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date

from sync.core.alone import Texts
from sync.core.deciding import Words
from sync.core.decision import Decision, Verb
from sync.core.effect import with_effect
from sync.core.guard import hold
from sync.core.holding import Facts
from sync.core.oscillation import frozen
from sync.core.people import ambiguous_people, linked_people, matched_people
from sync.core.plan import Disposition, Kind, Plan, Row
from sync.core.policy import Policy
from sync.core.ports import Known
from sync.core.record import Gathered, Incident, Side
from sync.core.saying import drop_notes, expiry_notes
from sync.core.sequence import in_order, wait_for_others
from sync.core.unlinked import unlinked_people


def reconcile(
    gathered: Gathered,
    known: Known,
    policy: Policy,
    texts: Texts,
    waived: Collection[str] = (),
    today: date | None = None,
) -> Plan:
    """The plan of one run. The same input gives the same plan, in whatever order it came.

    ``waived`` are guards let go for this run by name; ``today`` is the day in the pair's time
    zone, None where no day is to count as frozen.
    """
    words = Words(known.decisions, known.lately)
    linked = linked_people(gathered, known.links, policy, words.choose)
    unlinked = unlinked_people(gathered, known, policy, texts, _spoken_for(linked.rows))
    matched = matched_people(unlinked.matches, gathered, policy, words.choose)
    rows = (
        *linked.rows,
        *matched.rows,
        *ambiguous_people(unlinked.ambiguous, policy),
        *(row for ones in unlinked.alone.values() for one in ones for row in one.rows),
    )
    rows = _heeding(map(with_effect, rows), known, words)
    facts = guard_facts(policy, known, links=len(known.links) + len(matched.refreshed))
    facts = replace(facts, approvals=_approvals(rows, words), today=today)
    held, verdicts = hold(rows, policy.guards, facts, waived)
    rows = in_order(words.told(row) for row in wait_for_others(held))
    dropped = words.dropped(rows) if gathered.saw_all else []
    return Plan(
        rows=rows,
        refreshed=(*linked.refreshed, *matched.refreshed),
        links=facts.links,
        in_sync=linked.in_sync + matched.in_sync,
        unmatched={side: tuple(one.entry for one in ones) for side, ones in unlinked.alone.items()},
        verdicts=verdicts,
        notes=(
            *_notes(gathered, rows),
            *drop_notes(dropped, rows),
            *expiry_notes(known.expired, known.decisions, rows),
        ),
        carries=words.carries(rows),
        spent=tuple(words.spent),
        dropped=tuple(one.number for one in dropped if one.number is not None),
    )


def guard_facts(policy: Policy, known: Known, links: int) -> Facts:
    """What the guards need to know of this pair."""
    return Facts(
        pair=policy.pair,
        links=links,
        reactivate=policy.reactivate,
        first_run_done=known.first_run_done,
        held=known.held,
        spent=known.spent,
        two_people=policy.two_people,
        freeze=policy.freeze,
    )


def _heeding(rows: Iterable[Row], known: Known, words: Words) -> tuple[Row, ...]:
    """Rows as earlier tries, two writers at odds and people's noes leave them."""
    learnt = frozen(_as_learnt(rows, known, words), known.lately, words)
    return tuple(words.silenced(row) for row in learnt)


def _approvals(rows: Iterable[Row], words: Words) -> dict[str, tuple[Decision, ...]]:
    return {row.key: approvals for row in rows if (approvals := words.approvals(row))}


def _spoken_for(linked_rows: Iterable[Row]) -> set[str | None]:
    """Affiliates a link is about to move to."""
    return {row.after for row in linked_rows if row.kind is Kind.MOVE_LINK}


def _as_learnt(rows: Iterable[Row], known: Known, words: Words) -> Iterable[Row]:
    """Rows that an earlier try taught something about are not sent again as they are.

    Unless somebody said since to try again.
    """
    for row in rows:
        lesson = known.parked.get(row.key) if row.disposition is Disposition.APPLY else None
        if lesson is None or words.insists(row, lesson.at, Verb.RETRY):
            yield row
        else:
            told = (lesson.disposition, lesson.rule, lesson.reason)
            yield replace(row, disposition=told[0], rule=told[1], reason=told[2])


def _notes(gathered: Gathered, rows: Iterable[Row]) -> Iterable[str]:
    """What everybody should know before reading the rows."""
    yield from gathered.notes
    for snapshot in (gathered.whop, gathered.affihub):
        if not snapshot.complete:
            why = f" ({snapshot.note})" if snapshot.note else ""
            yield (
                f"{snapshot.side.brand}'s listing is incomplete{why}: "
                "absences are ignored and nobody is created."
            )
        yield from sorted(_incident(snapshot.side, incident) for incident in snapshot.incidents)
    invited = Counter(row.disposition for row in rows if row.kind is Kind.CREATE_PARTNER)
    now, held = invited[Disposition.APPLY], invited[Disposition.HELD]
    if now or held:
        more = f", {held} more are held" if held else ""
        yield f"Creating a partner may mail that person: {now} would be created{more}."


def _incident(side: Side, incident: Incident) -> str:
    return f"{side.brand} lists a record nobody can read ({incident.id or '?'}): {incident.reason}."
