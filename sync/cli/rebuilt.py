"""What a rebuild found, on a terminal, as JSON, and as an exit code."""

from collections.abc import Iterable, Iterator
from typing import Final

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sync.core.claims import Why
from sync.core.match import Evidence, Match
from sync.core.plan import Alone, Row
from sync.core.record import Side
from sync.render.clean import clean
from sync.render.console import printed
from sync.render.document import dumps
from sync.render.plain import plain
from sync.render.words import NAME_LIMIT, SENTENCE_LIMIT, label, number
from sync.runs.rebuild import Rebuilt, Restored, Unproved

SCHEMA: Final = "affisync.rebuild/1"
ROWS: Final = 200
"""Lines of each table on a terminal."""
PROOFS: Final = (Evidence.STAMP, Evidence.EMAIL)
LOST: Final = (
    "Who was linked by hand without a stamp, unless their addresses are equal.",
    "Who was to be kept apart: say it again with affisync keep-apart.",
    "Creates that were under way when the state was lost: nobody can know what came of them.",
    "What earlier tries taught, such as addresses unknown to Whop: it is tried once more.",
    "Used budgets of the guards, approvals, and that the first writes were allowed.",
    "Activations owed to partners we created, and whether somebody deactivated ever accepted.",
    "The history: runs, their rows and reports.",
)
"""What no rebuild brings back."""


def exit_code(found: Rebuilt, *, dry_run: bool) -> int:
    """4 somebody was not proved, 3 a dry run with links to restore, else 0."""
    if found.needs_person:
        return 4
    return 3 if dry_run and found.restored else 0


def evidence(found: Rebuilt) -> str:
    """``12 by stamp, 285 by email``."""
    counts = {proof: found.by(proof) for proof in PROOFS}
    return ", ".join(f"{count:,} by {proof}" for proof, count in counts.items() if count)


def text(found: Rebuilt, *, dry_run: bool, width: int, color: bool) -> str:
    """For a terminal: the counts, who is not proved, who is alone, and what stays lost."""
    return printed(_parts(found, dry_run=dry_run), width=width, color=color)


def _parts(found: Rebuilt, *, dry_run: bool) -> Iterator[RenderableType]:
    yield Text(_summary(found, dry_run=dry_run), "bold")
    if found.unproved:
        told = f"Not proved · {len(found.unproved):,}"
        yield from _listed(told, [_doubted(one) for one in found.unproved])
    for side in Side:
        if alone := found.alone[side]:
            told = f"On {side.brand} without a counterpart · {len(alone):,}"
            yield from _listed(told, [_lonely(one, side) for one in alone])
    if found.needs_person:
        yield Text(BEFORE, "yellow")
    if notes := [*found.notes, *_idle(found)]:
        yield from _lines("Notes", notes)
    yield from _lines("What no rebuild brings back", LOST)


BEFORE: Final = (
    "\nSay who is who before the next sync: it reads no stamps, links by equal address, and "
    "may create a counterpart for whoever has none."
)


def _summary(found: Rebuilt, *, dry_run: bool) -> str:
    count = len(found.restored)
    were = "would be restored" if dry_run else "were restored" if count != 1 else "was restored"
    told = f" ({evidence(found)})" if count else ""
    kept = f"; {found.kept:,} there already, kept as they are" if found.kept else ""
    return f"{clean(found.pair)}: {number(count, 'link')} {were}{told}{kept}."


def _listed(title: str, rows: list[tuple[Text, ...]]) -> Iterator[RenderableType]:
    yield Text(f"\n{title}", "bold")
    table = Table(box=None, padding=(0, 2, 0, 2), show_header=False)
    for share in (24, 76):
        table.add_column(ratio=share, overflow="fold")
    for row in rows[:ROWS]:
        table.add_row(*row)
    yield table
    if (left := len(rows) - ROWS) > 0:
        yield Text(f"  and {left:,} more; see all with --format json", "dim")


def _doubted(one: Unproved) -> tuple[Text, ...]:
    partners = one.doubt.partners
    names = [clean(each.name or each.email, NAME_LIMIT) for each in partners] or ["somebody"]
    lines = [Text(clean(one.doubt.reason, SENTENCE_LIMIT))]
    lines += [Text(clean(_then(row), SENTENCE_LIMIT), "dim") for row in one.rows]
    lines += [Text(advice, "cyan") for advice in _advice(one)]
    return Text("\n".join(names)), Text("\n").join(lines)


def _then(row: Row) -> str:
    """What becomes of a row's person while nobody says otherwise."""
    who = " and ".join(filter(None, (row.whop_id, row.affihub_id)))
    return f"Else the next sync does: {row.kind} {who}. {row.reason}"


def _advice(one: Unproved) -> Iterator[str]:
    """What to do: run it again, or link one of those whom anything names."""
    if one.doubt.why is Why.UNREAD:
        yield "Run affisync rebuild again."
        return
    for candidate in _pairs(one):
        two = f"{clean(candidate.affiliate.id)} {clean(candidate.partner.id)}"
        yield f"affisync link {two}  # by {candidate.evidence}"
    if one.doubt.partners and not one.doubt.candidates:
        partner = clean(one.doubt.partners[0].id)
        yield f"affisync link AFFILIATE {partner}, unless this person left Whop"


def _pairs(one: Unproved) -> Iterable[Match]:
    """The candidates, each pair once, with the strongest evidence for it."""
    pairs: dict[tuple[str, str], Match] = {}
    for candidate in one.doubt.candidates:
        pairs.setdefault((candidate.affiliate.id, candidate.partner.id), candidate)
    return pairs.values()


def _lonely(one: Alone, side: Side) -> tuple[Text, ...]:
    lines = [Text(f"{clean(one.id)}: {clean(one.reason, SENTENCE_LIMIT)}")]
    if one.suggestion:
        lines.append(Text(f"maybe {clean(one.suggestion)}", "dim"))
    lines.append(Text(_link_command(one, side), "cyan"))
    return Text(label(one.person)), Text("\n").join(lines)


def _link_command(one: Alone, side: Side) -> str:
    mine = clean(one.id)
    return (
        f"affisync link {mine} PARTNER" if side is Side.WHOP else f"affisync link AFFILIATE {mine}"
    )


def _idle(found: Rebuilt) -> Iterator[str]:
    told = [f"{count:,} on {side.brand}" for side, count in found.idle.items() if count]
    if told:
        yield (
            f"Without a counterpart, and nothing follows from it while they stay as they are: "
            f"{', '.join(told)}."
        )


def _lines(title: str, lines: Iterable[str]) -> Iterator[RenderableType]:
    yield Text(f"\n{title}", "bold")
    yield from (Padding(Text(clean(line, SENTENCE_LIMIT)), (0, 0, 0, 2)) for line in lines)


def document(found: Rebuilt, *, dry_run: bool) -> str:
    """One JSON document."""
    survey = found.survey
    return dumps(
        {
            "schema": SCHEMA,
            "pair": found.pair,
            "dry_run": dry_run,
            "counts": {
                "kept": found.kept,
                "restored": {proof.value: found.by(proof) for proof in PROOFS},
                "unproved": len(found.unproved),
                "alone": {side.value: len(found.alone[side]) for side in Side},
                "idle": {side.value: found.idle[side] for side in Side},
            },
            "stamps": {
                "read": survey.stamps,
                "partners": survey.asked,
                "found": survey.stamped,
                "unread": len(survey.unread),
            },
            "requests": {side.value: count for side, count in survey.requests.items()},
            "restored": [_restored(one) for one in found.restored],
            "unproved": [_unproved(one) for one in found.unproved],
            "alone": {side.value: [_alone(one) for one in found.alone[side]] for side in Side},
            "notes": list(found.notes),
            "lost": list(LOST),
        }
    )


def _restored(one: Restored) -> dict[str, object]:
    link, affiliate, partner = one.link, one.match.affiliate, one.match.partner
    return {
        "whop_id": link.whop_id,
        "user_id": link.user_id,
        "affihub_id": link.affihub_id,
        "evidence": link.evidence,
        "name": affiliate.name or partner.name or None,
        "email": partner.email,
        "status": plain(link.status),
        "commission": plain(link.commission),
        "acceptance": link.acceptance.value,
    }


def _unproved(one: Unproved) -> dict[str, object]:
    return {
        "why": one.doubt.why.value,
        "reason": one.doubt.reason,
        "partners": [
            {"affihub_id": each.id, "name": each.name, "email": each.email, "status": each.status}
            for each in one.doubt.partners
        ],
        "candidates": [
            {
                "whop_id": each.affiliate.id,
                "affihub_id": each.partner.id,
                "evidence": each.evidence.value,
                "status": each.affiliate.status,
            }
            for each in one.doubt.candidates
        ],
        "advice": list(_advice(one)),
        "next_sync": [_then(row) for row in one.rows],
    }


def _alone(one: Alone) -> dict[str, object]:
    person = one.person
    return {
        "id": one.id,
        "name": person.name,
        "email": person.email,
        "status": one.status,
        "reason": one.reason,
        "suggestion": one.suggestion,
    }
