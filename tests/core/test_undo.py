"""An undo: which rows of a run are taken back, which moved since, which stay and why."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from sync.core.decision import Verb
from sync.core.inverse import INVERSE
from sync.core.partial import LEFT_ALONE
from sync.core.plan import (
    Base,
    Disposition,
    Expect,
    Field,
    GuardVerdict,
    Kind,
    Link,
    Outcome,
    Person,
    Plan,
    Row,
    row_key,
)
from sync.core.policy import GuardClass, Guards, Limit, Policy, Share
from sync.core.record import Gathered, Override, Side, Untold
from sync.core.undo import Done, Left, Undoing, take_back, undo
from tests.core.people import (
    NO_GUARDS,
    OFF,
    affiliate,
    commission,
    only,
    override,
    partner,
    policy,
    whop,
)
from tests.core.undoing import (
    RATES,
    REASON,
    basis,
    done,
    gathered,
    moved,
    now,
    since,
    wrote,
    wrote_rate,
)
from tests.core.words import MORNING, said

THIRTY = Base("30", "30", "30")


def switched_off(**rates: Any) -> Gathered:
    """Person 1 as a run left them that deactivated the partner of an archived affiliate."""
    return gathered([affiliate(status="archived")], [partner(status="deactivated")], **rates)


def rated(whop_rate: Any = 30, affihub_rate: Any = 30, **told: Any) -> Gathered:
    """Person 1 as a run left them that carried 30 % to the other side."""
    rate = affihub_rate if isinstance(affihub_rate, Untold) else Decimal(affihub_rate)
    return gathered([affiliate()], [partner(commission=rate)], {1: whop_rate}, **told)


def undone(
    read: Gathered, *rows: Row | Done, links: tuple[Link, ...] | None = None, **told: Any
) -> Undoing:
    links = (link(),) if links is None else links
    written = (row if isinstance(row, Done) else Done(row) for row in rows)
    return undo(written, now(read, *links, **told), REASON)


def link(number: int = 1, **told: Any) -> Link:
    """The link of a person as a run leaves it."""
    known = {
        "whop_id": f"aff_{number}",
        "user_id": f"user_{number}",
        "affihub_id": f"par_{number}",
        "evidence": "email",
        "status": OFF,
        "commission": THIRTY,
    }
    return Link(**{**known, **told})


def errors(undoing: Undoing) -> list[str | None]:
    return [row.error for row in undoing.rows]


def test_what_nobody_touched_since_is_written_back_as_both_sides_show_it_now() -> None:
    row = only(undone(switched_off(), wrote()).rows)

    assert (row.kind, row.before, row.after) == (Kind.ACTIVATE_PARTNER, "deactivated", "active")
    assert (row.disposition, row.outcome, row.reason) == (Disposition.APPLY, None, REASON)
    assert row.expect == Expect("archived", "deactivated", None, None)
    assert row.person.email == "person.1@example.com"
    assert (row.whop_id, row.affihub_id) == ("aff_1", "par_1")
    said_of = (Field.STATUS, "deactivated", "active")
    assert row.key == row_key("main", row.kind, ("aff_1", "par_1"), None, said_of, "undo")


def test_what_cannot_be_undone_is_left_and_says_why() -> None:
    created = wrote(Kind.CREATE_PARTNER)

    undoing = undone(switched_off(), created, wrote())

    assert undoing.left == (
        Left(created, "Affihub erases nobody, and the invitation may have been mailed"),
    )
    assert [row.kind for row in undoing.rows] == [Kind.ACTIVATE_PARTNER]


def test_the_order_in_which_rows_come_makes_no_difference() -> None:
    read = gathered(
        [affiliate(1, "archived"), affiliate(2)],
        [partner(1, "deactivated"), partner(2, commission=Decimal(30))],
        {2: 30},
    )
    rows = [wrote(), wrote_rate(number=2), wrote(Kind.CREATE_PARTNER, 3)]
    links = (link(1), link(2))

    there, back = undone(read, *rows, links=links), undone(read, *rows[::-1], links=links)

    assert there == back
    assert [row.identity for row in there.rows] == ["aff_2", "aff_1"]


def test_a_second_undo_says_which_run_took_it_back() -> None:
    row = wrote()
    back = replace(
        row, kind=INVERSE[row.kind], before=row.after, after=row.before, rule="undo-first-link"
    )

    undoing = undone(gathered([affiliate()], [partner()]), Done(row, since(back)))

    assert undoing == Undoing((), (Left(row, "run run-2 took it back already"),))


@pytest.mark.parametrize(
    "told",
    [
        {"rule": "affihub-moved"},
        {"side": Side.WHOP},
        {"before": "invited"},
        {"after": "invited"},
    ],
)
def test_only_the_very_opposite_of_a_row_by_an_undo_counts_as_taken_back(
    told: dict[str, Any],
) -> None:
    row = wrote()
    back = replace(row, **{"before": "deactivated", "after": "active", "rule": "undo", **told})

    undoing = undone(switched_off(), Done(row, since(back)))

    assert undoing.left == ()
    assert errors(undoing) == ["Run run-2 wrote it again since."]


def test_a_row_that_was_undone_and_redone_to_the_same_value_can_be_undone() -> None:
    row = wrote()
    forth = replace(row, rule="redo")
    elsewhere = replace(row, rule="redo", after="invited")

    assert errors(undone(switched_off(), Done(row, since(forth)))) == [None]
    assert errors(undone(switched_off(), Done(row, since(elsewhere)))) == [
        "Run run-2 wrote it again since."
    ]


def test_what_moved_since_is_stale_and_says_what_each_side_shows() -> None:
    row = only(undone(gathered([affiliate()], [partner(status="deactivated")]), wrote()).rows)

    assert (row.disposition, row.outcome) == (Disposition.WAITING, Outcome.STALE)
    assert row.error == "Whop's status was archived and is active now."
    assert (row.kind, row.after) == (Kind.ACTIVATE_PARTNER, "active")


def test_two_records_that_are_linked_no_more_are_left_as_they_are() -> None:
    row = only(undone(switched_off(), wrote(person=Person("Ana")), links=()).rows)

    assert row.error == "The two are not linked any more as they were."
    assert (row.whop_id, row.affihub_id, row.person) == ("aff_1", "par_1", Person("Ana"))


@pytest.mark.parametrize(
    "found",
    [
        link(affihub_id="par_9"),
        link(whop_id="aff_9"),
        link(whop_id="aff_9", affihub_id="par_9"),
    ],
)
def test_a_link_with_one_other_record_is_not_the_link_that_was(found: Link) -> None:
    assert errors(undone(switched_off(), wrote(), links=(found,))) == [
        "The two are not linked any more as they were."
    ]


@pytest.mark.parametrize("missing", ["whop_id", "affihub_id"])
def test_an_id_that_nobody_knows_stays_empty(missing: str) -> None:
    told: dict[str, Any] = {missing: None}

    row = only(undone(switched_off(), wrote(**told), links=()).rows)

    assert (row.whop_id or row.affihub_id, getattr(row, missing)) in (
        ("aff_1", ""),
        ("par_1", ""),
    )


@pytest.mark.parametrize("missing", ["whop_id", "affihub_id"])
def test_a_row_that_followed_a_create_is_found_by_the_id_it_has(missing: str) -> None:
    """A rate that followed a create told nobody's rates: both sides have it since."""
    told: dict[str, Any] = {missing: None, "expect": Expect()}

    made = only(undone(rated(), wrote_rate(**told)).rows)

    assert (made.outcome, made.whop_id, made.affihub_id) == (None, "aff_1", "par_1")


def test_a_link_that_moved_goes_back_to_an_affiliate_that_is_there_and_free() -> None:
    read = gathered([affiliate(1, "deleted"), affiliate(2)], [partner()])

    row = only(undone(read, moved(), links=(link(whop_id="aff_2"),)).rows)

    assert (row.kind, row.before, row.after) == (Kind.MOVE_LINK, "aff_2", "aff_1")
    assert (row.outcome, row.whop_id) == (None, "aff_2")


def test_a_link_does_not_move_back_to_somebody_who_is_gone_or_linked_again() -> None:
    there = gathered([affiliate(1, "deleted"), affiliate(2)], [partner(), partner(2)])
    gone = gathered([affiliate(2)], [partner()])
    mine, others = link(whop_id="aff_2"), link(1, affihub_id="par_2")

    assert errors(undone(gone, moved(), links=(mine,))) == [
        "Whop does not show affiliate aff_1 now."
    ]
    assert errors(undone(there, moved(), links=(mine, others))) == [
        "Affiliate aff_1 is linked again."
    ]
    assert errors(undone(there, moved(), links=(link(whop_id="aff_7"),))) == [
        "The two are not linked any more as they were."
    ]


def test_who_is_not_shown_now_is_left_as_they_are() -> None:
    nobody = gathered([], [partner(status="deactivated")])
    no_partner = gathered([affiliate(status="archived")], [])

    assert errors(undone(nobody, wrote())) == ["Whop does not show this person now."]
    assert errors(undone(no_partner, wrote())) == ["Affihub does not show this person now."]


def test_an_affiliate_that_is_known_to_be_gone_can_still_be_what_it_was() -> None:
    gone = gathered(whop(gone=frozenset({"aff_1"})), [partner(status="deactivated")])

    undoing = undone(gone, wrote(expect=Expect(None, "active")))

    assert errors(undoing) == [None]
    assert only(undoing.rows).person.user_id == "user_1"


UNTOLD = "No single rate can be read of this person now."


def test_a_rate_is_not_given_back_where_nobody_can_read_what_is_paid_now() -> None:
    flat = (override(30), override(30, 2))
    many = replace(rated(), overrides={"aff_1": flat})
    unread = replace(rated(), overrides={})

    for read in (many, unread, rated(affihub_rate=Untold.ABSENT)):
        assert errors(undone(read, wrote_rate())) == [UNTOLD]
    assert errors(undone(replace(switched_off(), overrides={}), wrote())) == [None]


def test_a_rate_is_read_from_the_slot_of_the_settings() -> None:
    other: Override = override(30, product_id="prod_1")
    read = replace(rated(), overrides={"aff_1": (override(30), other, override(5, 2, plan_id="p"))})

    two = replace(read, overrides={"aff_1": (override(30), other)})

    assert errors(undone(two, wrote_rate())) == [None]
    assert errors(undone(read, wrote_rate())) == [UNTOLD]


def off_by_now(read: Gathered) -> Gathered:
    whop_side = replace(read.whop, records={"aff_1": affiliate(status="archived")})
    one = replace(read.affihub.records["par_1"], status="deactivated")
    return replace(read, whop=whop_side, affihub=replace(read.affihub, records={"par_1": one}))


def test_nobody_who_is_off_by_now_gets_a_rate_back_but_by_the_undo_of_an_undo() -> None:
    read = off_by_now(rated())

    assert errors(undone(read, wrote_rate())) == [
        "This person is off by now, and nobody who is off gets a rate."
    ]
    assert errors(undone(read, wrote_rate(rule="undo"))) == [None]


@pytest.mark.parametrize(
    "read",
    [
        gathered([affiliate()], [partner(status="deactivated", commission=Decimal(30))], {1: 30}),
        gathered([affiliate(status="archived")], [partner(commission=Decimal(30))], {1: 30}),
    ],
)
def test_who_is_on_at_either_side_gets_a_rate_back(read: Gathered) -> None:
    assert errors(undone(read, wrote_rate())) == [None]


def test_a_status_is_written_back_to_somebody_who_is_off() -> None:
    assert errors(undone(switched_off(), wrote())) == [None]


def test_a_rate_chosen_for_both_sides_goes_back_on_both_one_after_the_other() -> None:
    first = wrote_rate(
        Side.AFFIHUB,
        before="25",
        after="40",
        rule="resolved",
        base="20",
        expect=Expect("active", "active", "30", "25"),
    )
    second = wrote_rate(
        Side.WHOP,
        before="30",
        after="40",
        rule="resolved",
        base=None,
        expect=Expect("active", "active", "30", "40"),
    )

    rows = undone(rated(40, 40), first, second).rows

    assert [(row.side, row.before, row.after, row.base) for row in rows] == [
        (Side.AFFIHUB, "40", "25", "20"),
        (Side.WHOP, "40", "30", "20"),
    ]
    assert [row.expect for row in rows] == [
        Expect("active", "active", "40", "40"),
        Expect("active", "active", "40", "25"),
    ]


@pytest.mark.parametrize("whop_id", ["aff_1", None])
def test_where_one_of_two_writes_moved_neither_goes_back(whop_id: str | None) -> None:
    first = wrote_rate(Side.AFFIHUB, before="25", after="40", rule="resolved", whop_id=whop_id)
    second = wrote_rate(Side.WHOP, before="30", after="40", rule="resolved")
    again = replace(second, rule="affihub-moved", after="41")

    undoing = undone(rated(40, 40), first, Done(second, since(again, "run-3")))

    assert errors(undoing) == ["Run run-3 wrote it again since."] * 2


def test_a_person_is_switched_off_before_the_old_rate_comes_back() -> None:
    came_back = wrote(
        Kind.ACTIVATE_PARTNER,
        before="deactivated",
        base="deactivated",
        expect=Expect("active", "deactivated"),
    )
    read = rated()

    rows = undone(read, wrote_rate(), came_back).rows

    assert [row.kind for row in rows] == [Kind.DEACTIVATE_PARTNER, Kind.SET_COMMISSION]
    assert rows[0].expect == Expect("active", "active", "30", "30")
    assert rows[1].expect == Expect("active", "deactivated", "30", "30")


def test_a_stale_row_is_nothing_the_next_one_is_decided_on() -> None:
    read = gathered([affiliate()], [partner(commission=Decimal(30))], {1: 30})

    rows = undone(read, wrote(), wrote_rate()).rows

    stale, rate = sorted(rows, key=lambda row: row.outcome is None)
    assert (stale.outcome, stale.expect) == (Outcome.STALE, Expect())
    assert rate.expect == Expect("active", "active", "30", "30")


def test_fields_of_two_people_have_nothing_to_do_with_each_other() -> None:
    read = gathered(
        [affiliate(1, "archived"), affiliate(2)],
        [partner(1, "deactivated"), partner(2, "deactivated")],
    )

    rows = undone(read, wrote(), wrote(number=2), links=(link(1), link(2))).rows

    assert [(row.whop_id, row.outcome) for row in rows] == [
        ("aff_1", None),
        ("aff_2", Outcome.STALE),
    ]


# The plan of an undo, in the place of the one that was decided.


def plan_back(
    read: Gathered,
    *rows: Row,
    plan: Plan | None = None,
    links: tuple[Link, ...] | None = None,
    settings: Policy = RATES,
    **told: Any,
) -> tuple[Plan, Undoing]:
    links = (link(),) if links is None else links
    ground = basis(read, *links, settings=settings, **told)
    return take_back(done(*rows), REASON, ground, plan or Plan(links=len(links)))


def test_the_plan_of_an_undo_has_its_rows_with_what_they_change_in_money() -> None:
    read = gathered(
        [affiliate(monthly_usd=Decimal(1000))], [partner(commission=Decimal(30))], {1: 30}
    )

    plan, undoing = plan_back(read, wrote_rate())

    assert len(undoing.rows) == 1
    assert only(plan.rows) == replace(undoing.rows[0], effect_usd=Decimal("-100.00"))
    assert only(plan.rows).reason == REASON


def test_whatever_else_is_due_waits_for_the_next_sync() -> None:
    due = wrote(Kind.ARCHIVE_AFFILIATE, 2, outcome=None)

    plan, _ = plan_back(switched_off(), wrote(), plan=Plan(rows=(due,), links=2))

    left = next(row for row in plan.rows if row.whop_id == "aff_2")
    assert (left.disposition, left.rule) == (Disposition.WAITING, LEFT_ALONE)
    assert left.reason == "An undo only undoes; the next sync sees to this."
    assert len(plan.rows) == 2
    assert plan.links == 2


def test_nothing_else_is_said_of_a_field_that_is_written_back() -> None:
    again = wrote(outcome=None)
    name = wrote(Kind.FILL_NAME, field=Field.NAME, outcome=None)

    plan, _ = plan_back(switched_off(), wrote(), plan=Plan(rows=(again, name), links=1))

    assert [(row.kind, row.rule) for row in plan.rows] == [
        (Kind.ACTIVATE_PARTNER, "undo"),
        (Kind.FILL_NAME, LEFT_ALONE),
    ]


def test_of_a_field_that_is_not_written_back_the_plan_still_tells() -> None:
    conflict = wrote(outcome=None, disposition=Disposition.CONFLICT)
    read = gathered([affiliate()], [partner(status="deactivated")])

    plan, _ = plan_back(read, wrote(), plan=Plan(rows=(conflict,), links=1))

    assert {(row.disposition, row.outcome) for row in plan.rows} == {
        (Disposition.CONFLICT, None),
        (Disposition.WAITING, Outcome.STALE),
    }


HELD_BACK = policy(
    commission=commission(),
    guards=Guards({**NO_GUARDS.limits, GuardClass.REACTIVATE: Limit(0)}, first_run=False),
)


def test_an_undo_passes_the_guards_of_the_pair() -> None:
    verdict = GuardVerdict("deactivate", 1, 0, 1, "Told before.", "affisync sync")
    before = Plan(links=7, verdicts=(verdict,))

    plan, _ = plan_back(switched_off(), wrote(), plan=before, settings=HELD_BACK)

    row = only(plan.rows)
    assert (row.disposition, row.guard) == (Disposition.HELD, "reactivate")
    assert [one.guard for one in plan.verdicts] == ["deactivate", "reactivate"]
    assert plan.carries == {}


def test_the_limits_of_an_undo_are_shares_of_the_links() -> None:
    limits = {**NO_GUARDS.limits, GuardClass.REACTIVATE: Limit(Share(Decimal(5)))}
    settings = policy(guards=Guards(limits, first_run=False, floor=0))

    many, _ = plan_back(switched_off(), wrote(), plan=Plan(links=20), settings=settings)
    few, _ = plan_back(switched_off(), wrote(), plan=Plan(links=19), settings=settings)

    assert only(many.rows).disposition is Disposition.APPLY
    assert only(few.rows).disposition is Disposition.HELD


def test_a_guard_that_is_waived_lets_an_undo_pass() -> None:
    plan, _ = plan_back(switched_off(), wrote(), settings=HELD_BACK, waived=("reactivate",))

    assert only(plan.rows).disposition is Disposition.APPLY


def test_no_status_is_written_back_on_a_day_of_freeze() -> None:
    frozen = replace(RATES, freeze=(24,))

    plan, _ = plan_back(switched_off(), wrote(), settings=frozen, today=date(2026, 12, 24))
    later, _ = plan_back(switched_off(), wrote(), settings=frozen, today=date(2026, 12, 25))

    assert (only(plan.rows).disposition, only(plan.rows).guard) == (Disposition.HELD, "freeze")
    assert only(later.rows).disposition is Disposition.APPLY


def test_a_yes_lets_an_undo_pass_and_is_spent_by_it() -> None:
    row = only(plan_back(switched_off(), wrote(), settings=HELD_BACK)[0].rows)
    yes = said(Verb.APPROVE, row)

    plan, _ = plan_back(switched_off(), wrote(), settings=HELD_BACK, known={"decisions": (yes,)})

    approved = only(plan.rows)
    assert approved.disposition is Disposition.APPLY
    assert approved.decided is not None
    assert approved.decided.startswith(f"approved by ana on {yes.at:%Y-%m-%d}")
    assert plan.carries == {approved.key: (yes.number,)}


def test_a_yes_that_was_spent_by_an_earlier_undo_lets_nothing_pass() -> None:
    row = only(plan_back(switched_off(), wrote(), settings=HELD_BACK)[0].rows)
    yes = replace(said(Verb.APPROVE, row), at=MORNING)
    applied = replace(since(row), at=said(Verb.APPROVE, row).at)

    plan, _ = plan_back(
        switched_off(),
        wrote(),
        settings=HELD_BACK,
        known={"decisions": (yes,), "lately": (applied,)},
    )

    assert only(plan.rows).disposition is Disposition.HELD


def test_a_no_holds_a_row_of_an_undo() -> None:
    row = only(plan_back(switched_off(), wrote())[0].rows)
    no = said(Verb.REJECT, row, why="he earns again")

    plan, _ = plan_back(switched_off(), wrote(), known={"decisions": (no,)})

    held = only(plan.rows)
    assert (held.disposition, held.guard, held.quiet) == (Disposition.HELD, "rejected", True)
    assert "he earns again" in str(held.decided)


def test_a_yes_to_a_row_of_the_plan_itself_is_no_part_of_the_undo() -> None:
    due = wrote(Kind.ARCHIVE_AFFILIATE, 2, outcome=None)
    kept = Plan(rows=(due,), links=2, carries={due.key: (7,)})

    plan, _ = plan_back(switched_off(), wrote(), plan=kept)

    assert plan.carries == {}


def test_of_other_rows_it_is_told_what_the_plan_told_of_them() -> None:
    waiting = wrote(Kind.ARCHIVE_AFFILIATE, 2, outcome=None, disposition=Disposition.WAITING)
    snooze = said(Verb.SNOOZE, waiting)

    plan, _ = plan_back(
        switched_off(),
        wrote(),
        plan=Plan(rows=(waiting,), links=2),
        known={"decisions": (snooze,)},
    )

    assert waiting in plan.rows


def switched_on() -> tuple[Gathered, tuple[Row, ...]]:
    """Person 1, who came back at a new rate, and the rows by which that came about."""
    came_back = wrote(
        Kind.ACTIVATE_PARTNER,
        before="deactivated",
        base="deactivated",
        expect=Expect("active", "deactivated"),
    )
    return rated(), (wrote_rate(), came_back)


NOBODY_OFF = policy(
    commission=commission(),
    guards=Guards({**NO_GUARDS.limits, GuardClass.DEACTIVATE: Limit(0)}, first_run=False),
)


def test_the_old_rate_waits_where_its_person_is_not_switched_off_again() -> None:
    read, rows = switched_on()

    plan, _ = plan_back(read, *rows, settings=NOBODY_OFF)
    free, _ = plan_back(read, *rows)

    off, rate = plan.rows
    assert (off.kind, off.disposition) == (Kind.DEACTIVATE_PARTNER, Disposition.HELD)
    assert (rate.disposition, rate.rule) == (Disposition.WAITING, "off-first")
    assert rate.reason == "Goes back once this person is off again."
    assert [row.disposition for row in free.rows] == [Disposition.APPLY] * 2


def test_the_old_rate_waits_for_its_own_person_alone() -> None:
    _, rows = switched_on()
    both = gathered(
        [affiliate(), affiliate(2)],
        [partner(commission=Decimal(30)), partner(2, commission=Decimal(30))],
        {1: 30, 2: 30},
    )

    plan, _ = plan_back(
        both, *rows, wrote_rate(number=2), settings=NOBODY_OFF, links=(link(1), link(2))
    )

    rates = {r.whop_id: r.disposition for r in plan.rows if r.kind is Kind.SET_COMMISSION}
    assert rates == {"aff_1": Disposition.WAITING, "aff_2": Disposition.APPLY}


def test_a_held_switching_off_of_the_plan_itself_keeps_no_rate_back() -> None:
    read = rated()
    due = wrote(outcome=None, disposition=Disposition.CONFLICT)

    plan, _ = plan_back(read, wrote_rate(), plan=Plan(rows=(due,), links=1))

    rate = next(row for row in plan.rows if row.kind is Kind.SET_COMMISSION)
    assert rate.disposition is Disposition.APPLY


def test_who_stays_on_keeps_other_rows_of_the_undo_as_they_are() -> None:
    """Only a rate waits for the switching off; what is stale stays stale."""
    read, rows = switched_on()
    moved_rate = replace(read, overrides={"aff_1": (override(31),)})

    plan, _ = plan_back(moved_rate, *rows, settings=NOBODY_OFF)

    rate = next(row for row in plan.rows if row.kind is Kind.SET_COMMISSION)
    assert (rate.rule, rate.outcome) == ("undo", Outcome.STALE)


def test_what_stays_is_told_by_kind_and_reason_with_a_few_names() -> None:
    created = [wrote(Kind.CREATE_PARTNER, n) for n in range(1, 8)]
    named = [wrote(Kind.FILL_NAME, n) for n in range(1, 6)]

    plan, undoing = plan_back(
        switched_off(), *created, *named, plan=Plan(notes=("Told before.",), links=1)
    )

    assert len(undoing.left) == 12
    told, creates, names = plan.notes
    assert told == "Told before."
    assert creates == (
        "Not undone, 7 x create-partner: Affihub erases nobody, and the invitation may have been "
        "mailed (Person 1, Person 2, Person 3, Person 4, Person 5 and 2 more)."
    )
    assert names == (
        "Not undone, 5 x fill-name: it was empty before, and Affihub is not asked to forget a name "
        "(Person 1, Person 2, Person 3, Person 4, Person 5)."
    )


def test_the_first_writes_of_a_pair_are_held_in_an_undo_too() -> None:
    first = replace(RATES, guards=replace(NO_GUARDS, first_run=True))

    plan, _ = plan_back(switched_off(), wrote(), settings=first, known={"first_run_done": False})

    assert only(plan.rows).guard == "first-run"
