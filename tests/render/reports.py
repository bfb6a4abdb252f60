"""Reports to render: one with a row of every kind, disposition and outcome, and hostile ones."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sync.core.plan import (
    Alone,
    Disposition,
    Field,
    GuardVerdict,
    Kind,
    Outcome,
    Person,
    Row,
    row_key,
)
from sync.core.record import Side
from sync.core.report import Mode, News, Report, RunHead, RunStatus, SnapshotNote
from sync.core.subject import FIELD_OF_KIND, SIDE_OF_KIND

STARTED: Final = datetime(2026, 11, 20, 12, 48, 3, tzinfo=UTC)

HOSTILE: Final = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "[bold red]boss[/]",
    ":smile: [link=https://evil.example]here[/link]",
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;https://evil.example\x07click\x1b]8;;\x07",
    "\x9b31mC1",
    '=HYPERLINK("https://evil.example","x")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "＝1+1",
    "\t=1+1",
    "\r\n=1+1",
    "\u200b=1+1",
    "a;=1+1",
    "\u202egnp.exe\u202c",
    "\u2066isolated\u2069",
    "zero\u200bwidth\ufeff",
    "null\x00byte",
    "lone \ud800 surrogate",
    "line\u2028separator\nand newline\r\nand\ttab",
    "x" * 10_000,
    "| pipe | `tick` | **bold** | [link](https://evil.example) | ![img](https://evil.example/x)",
    "@torvalds #1 www.evil.example https://evil.example",
    "</style></title></script><!--",
    "{{ 7 * 7 }} {% raw %}",
    "\u3164",
    "",
    "陈伟 (王小明)",
    "María José Ñuñez-O'Brien",
    "שלום עולם",
)

PEOPLE: Final = (
    Person("María Lopez", "maria@example.com", "maria.lopez", "maria-lopez", "user_1"),
    Person("陈伟", "chen.wei@example.com", None, "chen-wei", "user_2", Decimal("1234.5")),
    Person("Олена Шевченко", "olena@example.com", "olena_sh", None, "user_3"),
    Person(None, "no.name@example.com", None, "no-name"),
    Person("José da Silva Santos de Oliveira", None, "jose", None, "user_5"),
    Person("محمد علي", "m.ali@example.com", "mali", "mali", "user_6", Decimal("-3.10")),
    Person("Aoife O'Brien", "aoife@example.com", "aoife", "aoife", None, None, Decimal(98765)),
)

VALUES: Final[dict[Field, tuple[str | None, str | None, str | None]]] = {
    Field.LINK: (None, None, None),
    Field.RECORD: (None, None, "invited"),
    Field.STATUS: ("on", "active", "deactivated"),
    Field.COMMISSION: ("20", "20", "25"),
    Field.NAME: (None, "", "María Lopez"),
}

RULES: Final = {
    Disposition.APPLY: ("whop-moved", "Whop archived this affiliate."),
    Disposition.HELD: ("whop-moved", "Whop archived this affiliate."),
    Disposition.CONFLICT: ("both-moved", "Both sides changed since they last agreed."),
    Disposition.WAITING: ("not-accepted-yet", "The invitation has not been accepted yet."),
    Disposition.BREAK: ("inexact", "12.5 % cannot be had on Whop: whole percentages only."),
}


def row(
    kind: Kind = Kind.DEACTIVATE_PARTNER,
    disposition: Disposition = Disposition.APPLY,
    *,
    person: Person = PEOPLE[0],
    number: int = 0,
    outcome: Outcome | None = None,
    error: str | None = None,
    guard: str | None = None,
) -> Row:
    """A row as the core would make it."""
    field = FIELD_OF_KIND[kind]
    base, before, after = VALUES[field]
    rule, reason = RULES[disposition]
    ids = (f"aff_{number:04}", f"par_{number:04}")
    return Row(
        key=row_key("main", kind, ids, person.email, (field, before, after), rule),
        kind=kind,
        side=SIDE_OF_KIND[kind] or Side.WHOP,
        person=person,
        whop_id=ids[0],
        affihub_id=ids[1],
        field=field,
        base=base,
        before=before,
        after=None if kind is Kind.REMOVE_COMMISSION else after,
        disposition=disposition,
        rule=rule,
        reason=reason,
        guard=guard,
        outcome=outcome,
        error=error,
    )


def _every_row() -> Iterable[Row]:
    number = 0
    for kind in Kind:
        for disposition in Disposition:
            guard = "deactivate" if disposition is Disposition.HELD else None
            person = PEOPLE[number % len(PEOPLE)]
            yield row(kind, disposition, person=person, number=number, guard=guard)
            number += 1
    for outcome in Outcome:
        error = "Affihub answered 500 (request req_9)." if outcome is Outcome.FAILED else None
        yield row(number=number, outcome=outcome, error=error, person=PEOPLE[number % 7])
        number += 1


HEAD: Final = RunHead(
    id="01JD4Z8K3N",
    pair="main",
    mode=Mode.APPLY,
    status=RunStatus.PARTIAL,
    started_at=STARTED,
    finished_at=STARTED + timedelta(seconds=3.2),
    config="sha256:5f2c9e",
    allowed=("first-run",),
    by="ann",
)

EVERYTHING: Final = Report(
    run=HEAD,
    snapshots={
        Side.WHOP: SnapshotNote(300, complete=True, requests=5),
        Side.AFFIHUB: SnapshotNote(
            310, complete=False, requests=9, note="312 were announced, 310 came"
        ),
    },
    rows=tuple(_every_row()),
    links=290,
    in_sync=250,
    unmatched={
        Side.WHOP: (
            Alone(PEOPLE[4], "aff_900", "active", "no address known", "par_77 (Jose Silva)"),
        ),
        Side.AFFIHUB: (Alone(PEOPLE[3], "par_901", None, "not accepted yet"),),
    },
    guards=(
        GuardVerdict(
            guard="deactivate",
            counted=25,
            limit=14,
            held=25,
            message="25 rows of deactivate, 14 may go with 290 links: 25 held.",
            command="affisync sync --pair main --allow deactivate",
        ),
    ),
    requests={Side.WHOP: {"list affiliates": 3, "members": 2}, Side.AFFIHUB: {"list": 9}},
    notes=("3 people have another address on each side.",),
)

DRY: Final = replace(
    EVERYTHING,
    run=replace(HEAD, mode=Mode.DRY_RUN, status=RunStatus.CHANGES),
    rows=tuple(r for r in EVERYTHING.rows if r.outcome is None),
)

IN_SYNC: Final = replace(
    EVERYTHING,
    run=replace(HEAD, status=RunStatus.IN_SYNC),
    snapshots={side: SnapshotNote(300, complete=True, requests=5) for side in Side},
    rows=(),
    guards=(),
    unmatched={},
    notes=(),
)

FAILED: Final = Report(
    run=replace(
        HEAD,
        status=RunStatus.FAILED,
        finished_at=None,
        error="Whop refused the key (401). Check WHOP_API_KEY.",
    )
)

LOG: Final = "3f2a9c81d0e4" + "0" * 52


def worth(one: Row, monthly: str | None, effect: str | None = None) -> Row:
    """The row with what it touches."""
    person = replace(one.person, monthly_usd=Decimal(monthly) if monthly else None)
    return replace(one, person=person, effect_usd=Decimal(effect) if effect else None)


def _held(number: int, monthly: str | None, **changes: Any) -> Row:
    told = row(
        disposition=Disposition.HELD, person=PEOPLE[number], number=number, guard="deactivate"
    )
    return worth(replace(told, **changes), monthly)


NEW: Final = (
    _held(0, "10.50"),
    _held(1, None, decided="approved by ana on 2026-11-20, needs a second yes"),
    worth(row(Kind.SET_COMMISSION, Disposition.CONFLICT, number=2, person=PEOPLE[2]), "5", "-1.25"),
)
BEFORE: Final = (
    _held(3, "4300"),
    _held(4, None),
    worth(row(Kind.SET_COMMISSION, Disposition.BREAK, number=5, person=PEOPLE[5]), "7", "2"),
)
QUIET: Final = (
    _held(6, "999", quiet=True, decided="rejected by ana on 2026-11-20: bonus ended"),
    _held(2, "999", quiet=True, decided="rejected by ana on 2026-11-20: bonus ended"),
    _held(5, None, quiet=True, decided="put off by bob until 2026-12-01"),
)
DONE: Final = worth(row(Kind.SET_COMMISSION, number=7, outcome=Outcome.APPLIED), "1234.50", "12.5")

FOLDED: Final = replace(
    EVERYTHING,
    run=replace(HEAD, log=LOG),
    rows=(*BEFORE, *QUIET, *NEW, DONE),
    news=News(
        since={
            **{each.key: STARTED for each in NEW[:2]},
            **{each.key: STARTED - timedelta(days=days) for days, each in enumerate(BEFORE, 1)},
        },
        new=frozenset(each.key for each in NEW[:2]),
        gone=(row(number=8, person=PEOPLE[3], disposition=Disposition.HELD),),
    ),
)
"""A later report: money is known, some rows are new, some as before, some decided."""

ALL: Final = (EVERYTHING, DRY, IN_SYNC, FAILED, FOLDED)


def in_order(text: str, *parts: str) -> None:
    """Assert that the parts stand in the text, one after the other."""
    for part in parts:
        found, part_found, text = text.partition(part)
        assert part_found, f"{part!r} does not follow; left: {found[:300]!r}"


def hostile(texts: Iterable[str] = HOSTILE) -> Report:
    """A report in which every text that could come from outside is one of these."""
    rows = [_poisoned(text, number) for number, text in enumerate(texts)]
    return replace(
        EVERYTHING,
        run=replace(HEAD, by=rows[0].reason, error=rows[0].reason, log=rows[0].reason),
        rows=tuple(rows),
        news=News(gone=tuple(rows)),
        unmatched={
            side: tuple(Alone(r.person, r.reason, r.reason, r.reason, r.reason) for r in rows)
            for side in Side
        },
        notes=tuple(r.reason for r in rows),
        snapshots={Side.WHOP: SnapshotNote(1, complete=False, note=rows[0].reason)},
    )


def _poisoned(text: str, number: int) -> Row:
    person = Person(text, text, text, text, text)
    kind, disposition = list(Kind)[number % 11], list(Disposition)[number % 5]
    return replace(
        row(kind, disposition, person=person, number=number),
        whop_id=text,
        affihub_id=text,
        before=text,
        base=text,
        rule=text,
        reason=text,
        error=text,
        decided=text,
        quiet=number % 7 == 6,
    )
