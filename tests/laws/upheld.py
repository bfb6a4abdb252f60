"""The laws of design section 6, each as something to look at after a step or at rest."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from sync.core.plan import Disposition, Kind, Outcome
from sync.core.record import Side
from sync.core.report import Report
from sync.render import Format, render
from tests.laws.model.due import Due
from tests.laws.model.sides import MEANS, Sides
from tests.stage.people import PAYOUT
from tests.stage.spoiling import Heard
from tests.stage.stage import Played
from tests.stage.steps import Sync

if TYPE_CHECKING:
    from tests.laws.game import Game

SECRETS: Final = ("whop-sandbox-key", "affihub-sandbox-key", PAYOUT)
OPERATIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "create-partner": ("create_partner",),
    "create-affiliate": ("create_affiliate", "archive_affiliate"),
    "activate-partner": ("update_partner",),
    "deactivate-partner": ("update_partner",),
    "archive-affiliate": ("archive_affiliate",),
    "unarchive-affiliate": ("unarchive_affiliate",),
    "set-commission": ("update_partner", "create_override", "update_override"),
    "remove-commission": ("update_partner", "delete_override"),
    "fill-name": ("update_partner",),
}
"""How each write looks on the wire."""


def always(game: "Game", played: Played) -> None:
    """What holds after any step, whatever went wrong during it."""
    twice = {who: n for who, n in game.stage.world.created().items() if n > 1}
    assert not twice, f"L7: created more than once: {twice}"
    step = played.step
    if isinstance(step, Sync) and step.dry:
        changed = [one for one in played.heard if one.method != "GET"]
        assert not changed, f"L9: a dry run sent {changed}"
    if played.report is not None:
        untouched_conflicts(played.report)
        as_reported(game, played, played.report)
        if not played.report.complete:
            nobody_made_or_removed(played)
        told = str(played.report) + str(played.error)
        assert not _found(told.encode()), "L10: a secret in a report"


def untouched_conflicts(report: Report) -> None:
    """L2: what a person must decide has no outcome."""
    for row in report.rows:
        if row.disposition is Disposition.HELD:
            assert row.outcome is None, f"L2: a held row was written: {row}"


def as_reported(game: "Game", played: Played, report: Report) -> None:
    """L5: what the sides heard is what the rows say was sent, person by person."""
    sent = {game.who(row) for row in report.rows if row.outcome is not None}
    sent |= {game.who(row) for row in report.rows if row.kind is Kind.CREATE_AFFILIATE}
    for one in played.heard:
        if one.method == "GET" or one.operation == "archive_affiliate":
            continue
        who = _who(game, one)
        if not (isinstance(played.step, Sync) and played.step.beside):
            assert who in sent, f"L5: {one} was sent, and no row of {who} says so"


def nobody_made_or_removed(played: Played) -> None:
    """L8: an incomplete listing creates nobody."""
    made = [one for one in played.heard if one.operation in ("create_partner", "create_affiliate")]
    assert not made, f"L8: {made} after an incomplete listing"


def only_what_was_due(game: "Game", played: Played, due: Mapping[str, Sequence[set[Due]]]) -> None:
    """L1: every write of a run that went wrong was due, as its records were when read last."""
    for number, one in enumerate(played.heard):
        who = _who(game, one)
        if one.method == "GET" or who in game.model.lost:
            continue
        heard = played.heard[:number]
        since, rates_since = _read_at(game, who, heard, RECORDS), _read_at(game, who, heard, RATES)
        all_ = [(moment, each) for moment, dues in enumerate(due[who]) for each in dues]
        now = [each for moment, each in all_ if moment >= since or _is_due_all_the_same(each)]
        now += [
            each for moment, each in all_ if moment >= rates_since and each.field == "commission"
        ]
        fits = any(one.operation in OPERATIONS[each.kind] for each in now)
        assert fits, f"L1: {one} of {who}, and due was {now}"


RECORDS: Final = {"retrieve_affiliate": Side.WHOP, "get_partner": Side.AFFIHUB}
RATES: Final = {**RECORDS, "list_overrides": Side.WHOP}
"""What is read again before a write, and whose it is; before one of a rate the overrides too."""


def _is_due_all_the_same(due: Due) -> bool:
    """What follows our own create was due with it; a name hangs on no status."""
    return due.follows or due.field == "name"


def _read_at(game: "Game", who: str, heard: Sequence[Heard], what: Mapping[str, Side]) -> int:
    """The moment since which all this of a person was read again; 0 where some was not."""
    read = {one.operation: one.moment for one in heard if _who(game, one) == who}
    sides = game.moments[0].get(who, Sides())
    asked = [operation for operation, side in what.items() if sides.has(side)]
    return min((read.get(operation, 0) for operation in asked), default=0)


def as_planned(planned: Report, done: Report) -> None:
    """L5: the apply has the rows of the dry run right before it, and applied what it said."""
    dry = {row.key: row.disposition for row in planned.rows}
    wet = {row.key: row for row in done.rows}
    assert dry.keys() == wet.keys(), f"L5: planned {sorted(dry)}, done {sorted(wet)}"
    for key, disposition in dry.items():
        row = wet[key]
        if disposition is not Disposition.APPLY:
            assert row.outcome is None, f"L5: {disposition} was written: {row}"


def little_left(game: "Game", before: Report, played: Played) -> None:
    """L4: a second run writes nothing, but for the name that a new affiliate brought with it."""
    made = {
        game.who(row)
        for row in before.rows
        if row.kind is Kind.CREATE_AFFILIATE and row.outcome is Outcome.APPLIED
    }
    late = [one for one in played.heard if one.method != "GET" and _who(game, one) not in made]
    assert not late, f"L4: a second run sent {late}"


def at_rest(game: "Game", report: Report) -> None:
    """What holds once nothing moves any more."""
    agreed_or_listed(game, report)
    in_any_order(game)
    nothing_secret(game)
    assert not game.stage.house.intents(), "an intent that nobody settled"


def agreed_or_listed(game: "Game", report: Report) -> None:
    """L3: whoever has a record on both sides agrees, or is told about."""
    listed = {game.who(row) for row in report.rows}
    for who, sides in game.model.sides().items():
        seen = all(sides.has(side) and side in sides.listed for side in Side)
        if who in game.model.lost or not seen:
            continue
        whop, affihub = MEANS.get(sides.whop), MEANS.get(sides.affihub)
        rates = game.terms.rates == "off" or whop == "off" or sides.whop_rate == sides.affihub_rate
        if whop is None or whop != affihub or not rates:
            assert who in listed, f"L3: {who} differs and is not told: {sides}"


def in_any_order(game: "Game") -> None:
    """L6: at one moment, another order of pages and rows plans the same."""
    clock, world = game.stage.house.clock, game.stage.world
    now, gaps = clock.now, world.gaps
    plans = []
    for order in ({}, {"affihub_list_order": "shuffled", "affihub_per_page_cap": 2}):
        clock.now, world.gaps = now, gaps.with_(order)
        seen = game.runner.run(game.stage.play(Sync(dry=True))).report
        assert seen is not None
        plans.append(_plan(seen))
    clock.now, world.gaps = now, gaps
    assert plans[0] == plans[1], "L6: another order, another plan"


def _plan(report: Report) -> set[tuple[str, str, str]]:
    return {(row.key, row.disposition.value, row.rule) for row in report.rows}


def nothing_secret(game: "Game") -> None:
    """L10: nothing planted is in the state, the reports of all formats, or the log."""
    path = game.stage.house.state
    for file in path.parent.glob(f"{path.name}*"):
        found = _found(file.read_bytes())
        assert not found, f"L10: {found} in {file.name}"
    for form in Format:
        told = render(game.reports[-1], form)
        assert not _found(told.encode()), f"L10: a secret in the report as {form}"
    for line in game.listener.lines:
        assert not _found(line.encode()), f"L10: a secret in the log: {line}"
    game.listener.lines.clear()


def _found(told: bytes) -> list[str]:
    return [secret for secret in SECRETS if secret.encode() in told]


def _who(game: "Game", one: Heard) -> str:
    ids = game.stage.people.ids
    return ids.called(one.address) or next(
        filter(None, (ids.who(part) for part in one.path.split("/"))), ""
    )
