"""Decisions as a plan heeds them: bound to the row as it was seen, the later word counting."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest

from sync.core.deciding import NO
from sync.core.decision import Decision, Verb, seal
from sync.core.guard import lasting
from sync.core.plan import Base, Disposition, Kind, Outcome, Plan, Row
from sync.core.policy import GuardClass, Guards, Hold, Limit, OnFirstLink
from sync.core.ports import Known, Parked
from sync.core.reconcile import guard_facts
from tests.core.people import (
    NO_GUARDS,
    affihub,
    affiliate,
    brief,
    commission,
    email,
    link,
    only,
    override,
    partner,
    planned,
    policy,
    whop,
)
from tests.core.words import MORNING, past, said, use

STRICT: Final = replace(NO_GUARDS, limits={**NO_GUARDS.limits, GuardClass.DEACTIVATE: Limit(0)})

EXPIRED_AT: Final = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def leaving(status: str = "active", guards: Guards = STRICT, **told: Any) -> Plan:
    """Person 1 was archived on Whop; the partner has this status, and a guard holds the row."""
    return planned(
        [affiliate(status="archived")],
        [partner(status=status)],
        [link()],
        settings=policy(guards=guards),
        **told,
    )


def asking(**told: Any) -> Plan:
    """Person 1 was just linked, archived on Whop and active on Affihub."""
    return planned([affiliate(status="archived")], [partner()], [link(status=None)], **told)


def held_row() -> Row:
    return only(leaving().rows)


def question() -> Row:
    return only(asking().rows)


def test_a_seal_is_the_same_as_long_as_the_row_is() -> None:
    row = held_row()

    assert seal(row) == seal(replace(row, reason="Other words.", guard=None, quiet=True))
    assert seal(row) != seal(replace(row, key="another"))
    assert seal(row) != seal(replace(row, expect=replace(row.expect, whop_status="deleted")))
    rates = replace(row.expect, whop_rate="25")
    assert seal(row) == seal(replace(row, expect=rates)), "no business of a status"


def test_an_approved_row_goes() -> None:
    yes = said(Verb.APPROVE, held_row(), why="she left")

    plan = leaving(decisions=(yes,))

    row = only(plan.rows)
    assert (row.disposition, row.guard, row.quiet) == (Disposition.APPLY, None, False)
    assert row.decided == "approved by ana on 2026-11-21: she left"
    assert plan.verdicts == ()
    assert plan.carries == {row.key: (yes.number,)}


def test_an_approval_of_a_row_that_changed_is_dropped_and_told() -> None:
    """Approved while the partner was invited; active since, so it is another deactivation."""
    yes = said(Verb.APPROVE, only(leaving("invited").rows), why="she left")

    plan = leaving("active", decisions=(yes,))

    row = only(plan.rows)
    assert (row.disposition, row.decided) == (Disposition.HELD, None)
    assert plan.dropped == (yes.number,)
    (note,) = plan.notes
    assert note == (
        "Dropped, as the row changed: Person 1, deactivate-partner invited -> deactivated (held, "
        "whop-moved), approved by ana on 2026-11-21: she left. Now: deactivate-partner active -> "
        "deactivated (held, whop-moved)."
    )


def test_an_approval_of_a_row_that_went_away_is_dropped_and_told() -> None:
    yes = said(Verb.APPROVE, held_row(), why="she left.")

    plan = planned([affiliate()], [partner()], [link()], decisions=(yes,))

    assert plan.dropped == (yes.number,)
    assert plan.notes[0].endswith("on 2026-11-21: she left. Now: nothing to be done any more.")


def test_an_approval_that_expired_is_told_with_what_is_due_now() -> None:
    yes = replace(said(Verb.APPROVE, held_row(), why="she left"), until=EXPIRED_AT)

    plan = leaving(expired=(yes,))

    assert only(plan.rows).disposition is Disposition.HELD
    (note,) = plan.notes
    assert note == (
        "Expired before it was applied: Person 1, deactivate-partner active -> deactivated (held, "
        "whop-moved), approved by ana on 2026-11-21: she left. It held until 2026-11-22 09:00 UTC. "
        "Now: deactivate-partner active -> deactivated (held, whop-moved)."
    )


def test_an_approval_that_was_given_again_is_not_told_as_expired() -> None:
    yes = replace(said(Verb.APPROVE, held_row()), until=EXPIRED_AT)

    assert leaving(expired=(yes,), decisions=(said(Verb.APPROVE, held_row()),)).notes == ()


def test_many_expired_approvals_are_counted_and_not_listed() -> None:
    yes = replace(said(Verb.APPROVE, held_row()), until=EXPIRED_AT)

    notes = leaving(expired=(yes,) * 25).notes

    assert len(notes) == 21
    assert notes[-1] == "5 more approvals expired before their rows were applied."


def test_a_run_that_did_not_see_everything_drops_nothing() -> None:
    yes = said(Verb.APPROVE, held_row())

    plan = planned(
        whop(complete=False), affihub(partner()), [link()], decisions=(yes,), settings=policy()
    )

    assert plan.rows == ()
    assert plan.dropped == ()
    assert not [note for note in plan.notes if note.startswith("Dropped")]


def test_many_dropped_decisions_are_counted_and_not_listed() -> None:
    row = held_row()
    gone = [said(Verb.APPROVE, replace(row, key=f"key-{n}")) for n in range(25)]

    plan = leaving(decisions=tuple(gone))

    assert len(plan.dropped) == 25
    assert len([note for note in plan.notes if note.startswith("Dropped")]) == 20
    assert plan.notes[-1] == "5 more decisions are dropped, as their rows changed too."


def test_a_rejected_row_is_held_and_quiet() -> None:
    plan = leaving(guards=NO_GUARDS, decisions=(said(Verb.REJECT, held_row(), why="a mistake"),))

    row = only(plan.rows)
    assert (row.disposition, row.guard, row.quiet) == (Disposition.HELD, Hold.REJECTED, True)
    assert not row.needs_person
    assert row.decided == "rejected by ana on 2026-11-21: a mistake"
    assert plan.verdicts == ()


def test_a_rejected_row_stays_quiet_only_until_it_changes() -> None:
    no = said(Verb.REJECT, only(leaving("invited").rows))

    plan = leaving("active", decisions=(no,))

    assert only(plan.rows).needs_person
    assert plan.dropped == (no.number,)


def test_a_rejected_conflict_is_quiet_and_stays_a_conflict() -> None:
    row = only(asking(decisions=(said(Verb.REJECT, question()),)).rows)

    assert (row.disposition, row.guard, row.quiet) == (Disposition.CONFLICT, None, True)


ONE: Final = replace(NO_GUARDS, limits={**NO_GUARDS.limits, GuardClass.DEACTIVATE: Limit(1)})


def two_leaving(people: tuple[int, ...] = (1, 2), **told: Any) -> Plan:
    """Two people leave, and one may go."""
    return planned(
        [affiliate(n, "archived") for n in people],
        [partner(n) for n in people],
        [link(n) for n in people],
        settings=policy(guards=ONE),
        **told,
    )


@pytest.mark.parametrize("verb", [Verb.REJECT, Verb.IGNORE_FIELD])
def test_a_no_to_one_row_lets_no_other_pass(verb: Verb) -> None:
    """Too many left at once: that one of them is a mistake makes the other no better."""
    first, second = two_leaving().rows
    no = said(verb, first)

    plan = two_leaving(decisions=(no,))

    assert [row.guard for row in plan.rows] == [str(NO[verb]), "deactivate"]
    (verdict,) = plan.verdicts
    assert (verdict.counted, verdict.held) == (2, 1)
    facts = guard_facts(policy(guards=ONE), Known(), links=2)
    held = lasting(plan.rows, ONE, facts)
    assert held == {first.key: "deactivate", second.key: "deactivate"}


def test_an_old_no_uses_up_no_limit() -> None:
    first = two_leaving().rows[0]
    no, held = said(Verb.REJECT, first), {first.key: "deactivate"}

    rows = two_leaving(decisions=(no,), held=held).rows

    assert [row.guard for row in rows] == [Hold.REJECTED, None]


def test_the_later_word_counts() -> None:
    row = held_row()
    yes, no = said(Verb.APPROVE, row), said(Verb.REJECT, row)
    again = said(Verb.APPROVE, row, "ben")

    assert only(leaving(decisions=(yes, no)).rows).guard == Hold.REJECTED
    passed = only(leaving(decisions=(yes, no, again)).rows)
    assert passed.disposition is Disposition.APPLY
    assert passed.decided == "approved by ben on 2026-11-21"


def test_a_choice_after_a_no_is_a_yes_and_a_no_after_a_choice_is_a_no() -> None:
    row = question()
    no, yes, late = said(Verb.REJECT, row), use(row, "whop"), said(Verb.REJECT, row)

    assert brief(asking(decisions=(no, yes)).rows) == [("deactivate-partner", "apply", "resolved")]
    assert only(asking(decisions=(no, yes, late)).rows).disposition is Disposition.CONFLICT


def test_of_two_choices_the_later_counts() -> None:
    row = question()
    one, other = use(row, "whop"), use(row, "affihub", "ben")

    told = only(asking(decisions=(one, other)).rows)

    assert told.kind is Kind.UNARCHIVE_AFFILIATE
    assert told.decided == "ben chose affihub on 2026-11-21"


def test_a_choice_passes_the_guards_like_an_approval() -> None:
    asked = question()
    strict = policy(guards=STRICT)

    plan = asking(decisions=(use(asked, "whop"),), settings=strict)

    assert brief(plan.rows) == [("deactivate-partner", "apply", "resolved")]
    assert plan.verdicts == ()


def test_what_a_choice_made_can_be_rejected() -> None:
    choice = use(question(), "whop")
    made = only(asking(decisions=(choice,)).rows)

    row = only(asking(decisions=(choice, said(Verb.REJECT, made))).rows)

    assert (row.key, row.guard, row.quiet) == (made.key, Hold.REJECTED, True)


def test_a_snoozed_row_is_quiet_as_long_as_it_stays_as_it_is() -> None:
    until = MORNING + timedelta(days=3)
    snooze = said(Verb.SNOOZE, question(), until=until, why="payout week")

    row = only(asking(decisions=(snooze,)).rows)

    assert (row.disposition, row.quiet) == (Disposition.CONFLICT, True)
    assert row.decided == "put off by ana until 2026-11-24 08:00 UTC: payout week"
    deleted = planned(
        [affiliate(status="deleted")], [partner()], [link(status=None)], decisions=(snooze,)
    )
    assert only(deleted.rows).needs_person


def test_a_field_is_left_alone_whatever_the_row_says() -> None:
    alone = said(Verb.IGNORE_FIELD, only(leaving("invited").rows))

    plan = leaving("active", NO_GUARDS, decisions=(alone,))

    row = only(plan.rows)
    assert (row.disposition, row.guard, row.quiet) == (Disposition.HELD, Hold.IGNORED, True)
    assert plan.dropped == ()
    other = planned([affiliate()], [partner(status="deactivated")], [link()], decisions=(alone,))
    assert only(other.rows).guard == Hold.IGNORED


def test_leaving_one_field_alone_leaves_no_other_alone() -> None:
    def plan(**told: Any) -> Plan:
        return planned(
            [affiliate()],
            [partner(name="", commission=Decimal(25))],
            [link(name=None, commission=Base("20", "20", "20"))],
            overrides={"aff_1": (override(20),)},
            settings=policy(commission=commission()),
            **told,
        )

    rate, name = plan().rows
    rows = plan(decisions=(said(Verb.IGNORE_FIELD, rate),)).rows

    assert [(row.kind, row.guard) for row in rows] == [
        (Kind.SET_COMMISSION, Hold.IGNORED),
        (Kind.FILL_NAME, None),
    ]
    assert rows[1].key == name.key


def test_who_comes_back_does_not_wait_for_a_rate_that_is_left_alone() -> None:
    def plan(**told: Any) -> Plan:
        return planned(
            [affiliate()],
            [partner(status="deactivated", commission=Decimal(10))],
            [link(status=Base("off", "archived", "deactivated"), commission=None)],
            overrides={"aff_1": (override(20),)},
            settings=policy(commission=commission()),
            **told,
        )

    rate, back = plan().rows
    assert (rate.disposition, back.rule) == (Disposition.CONFLICT, "rate-first")

    rows = plan(decisions=(said(Verb.IGNORE_FIELD, rate),)).rows

    assert [row.disposition for row in rows] == [Disposition.HELD, Disposition.APPLY]


def test_a_field_left_alone_is_seen_to_again_once_somebody_chooses() -> None:
    row = question()
    alone, choice = said(Verb.IGNORE_FIELD, row), use(row, "whop")

    assert brief(asking(decisions=(alone, choice)).rows) == [
        ("deactivate-partner", "apply", "resolved")
    ]


def test_an_assignment_changes_nothing_and_ends_with_the_field() -> None:
    owner = said(Verb.ASSIGN, only(leaving("invited").rows), value="ben")

    plan = leaving("active", decisions=(owner,))
    assert plan == leaving("active")

    agreed = planned([affiliate()], [partner()], [link()], decisions=(owner,))
    assert (agreed.dropped, agreed.notes) == ((owner.number,), ())


LESSON: Final = Parked(Disposition.BREAK, "gave-up", "Tried 8 times and given up.", MORNING)


def test_another_try_forgets_what_earlier_ones_taught() -> None:
    key = held_row().key
    failed = only(leaving(guards=NO_GUARDS, parked={key: LESSON}).rows)
    assert failed.rule == "gave-up"

    again = said(Verb.RETRY, failed)
    row = only(leaving(guards=NO_GUARDS, parked={key: LESSON}, decisions=(again,)).rows)

    assert (row.disposition, row.rule) == (Disposition.APPLY, "whop-moved")
    assert row.decided == "to be tried again by the word of ana on 2026-11-21"


def test_another_try_forgets_nothing_that_was_learnt_after_it() -> None:
    key = held_row().key
    again = said(Verb.RETRY, held_row())
    lesson = replace(LESSON, at=again.at + timedelta(minutes=1))

    row = only(leaving(guards=NO_GUARDS, parked={key: lesson}, decisions=(again,)).rows)

    assert row.rule == "gave-up"


def test_another_try_is_no_approval() -> None:
    row = only(leaving(decisions=(said(Verb.RETRY, held_row()),)).rows)

    assert row.guard == "deactivate"


def test_a_choice_that_failed_is_still_the_rows_story() -> None:
    choice = use(question(), "whop")
    made = only(asking(decisions=(choice,)).rows)

    plan = asking(decisions=(choice,), parked={made.key: LESSON})

    row = only(plan.rows)
    assert (row.key, row.disposition, row.rule) == (made.key, Disposition.BREAK, "gave-up")
    assert plan.dropped == ()


def test_a_decision_whose_row_was_applied_since_counts_no_more() -> None:
    """The run died before it could say so; the same row comes back within the day."""
    yes = said(Verb.APPROVE, held_row())
    done = past(held_row(), yes.at + timedelta(minutes=1))

    plan = leaving(decisions=(yes,), lately=(done,))

    assert only(plan.rows).disposition is Disposition.HELD
    assert (plan.spent, plan.dropped) == ((yes.number,), ())


def test_a_decision_after_the_row_was_applied_is_about_the_next_one() -> None:
    yes = said(Verb.APPROVE, held_row())
    done = past(held_row(), yes.at - timedelta(minutes=1))

    plan = leaving(decisions=(yes,), lately=(done,))

    assert only(plan.rows).disposition is Disposition.APPLY
    assert plan.spent == ()


def test_a_choice_for_both_sides_is_spent_only_with_both_rows() -> None:
    def plan(on_affihub: int, **told: Any) -> Plan:
        return planned(
            [affiliate()],
            [partner(commission=Decimal(on_affihub))],
            [link(commission=None)],
            overrides={"aff_1": (override(20),)},
            settings=policy(commission=commission()),
            **told,
        )

    choice = use(only(plan(25).rows), "30")
    first, second = plan(25, decisions=(choice,)).rows
    late = choice.at + timedelta(minutes=1)

    cut_off = plan(30, decisions=(choice,), lately=(past(first, late),))
    done = plan(30, decisions=(choice,), lately=(past(first, late), past(second, late)))

    assert [row.key for row in cut_off.rows] == [second.key]
    assert done.spent == (choice.number,)


def test_an_approved_create_brings_the_rows_that_follow_it() -> None:
    settings = policy(
        activate=True,
        guards=replace(NO_GUARDS, limits={**NO_GUARDS.limits, GuardClass.CREATE_PARTNER: Limit(0)}),
    )

    def plan(**told: Any) -> Plan:
        return planned([affiliate()], emails={"user_1": (email(),)}, settings=settings, **told)

    create, follows = plan().rows
    assert (create.guard, follows.rule) == ("create-partner", "after-create")

    rows = plan(decisions=(said(Verb.APPROVE, create),)).rows

    assert {row.disposition for row in rows} == {Disposition.APPLY}


def test_a_no_to_what_follows_a_create_holds_once_the_record_is_there() -> None:
    """Created, but not to be made active: the next run sees another row, and the same wish."""
    settings = policy(activate=True)
    create, follows = planned([affiliate()], emails={"user_1": (email(),)}, settings=settings).rows
    no = said(Verb.REJECT, follows)
    owed = link(status=Base("on", "active", "invited"), evidence="created", activation_owed=True)

    plan = planned(
        [affiliate()], [partner(status="invited")], [owed], decisions=(no,), settings=settings
    )

    row = only(plan.rows)
    assert (row.kind, row.guard) == (Kind.ACTIVATE_PARTNER, Hold.REJECTED)
    assert (create.kind, plan.dropped) == (Kind.CREATE_PARTNER, ())


def test_a_field_is_left_alone_also_once_its_person_is_linked() -> None:
    settings = policy(commission=commission(on_first_link=OnFirstLink.AFFIHUB))
    _, rate = planned([], [partner(commission=Decimal(20))], settings=settings).rows
    alone = said(Verb.IGNORE_FIELD, rate)

    plan = planned(
        [affiliate()],
        [partner(commission=Decimal(20))],
        [link(commission=None)],
        overrides={"aff_1": ()},
        decisions=(alone,),
        settings=settings,
    )

    assert only(plan.rows).guard == Hold.IGNORED


def test_nobody_can_say_no_to_what_only_remembers() -> None:
    """A link is saved with the plan; to part two people there is unlink."""

    def plan(**told: Any) -> Plan:
        return planned([affiliate()], [partner()], emails={"user_1": (email(),)}, **told)

    row = only(plan().rows)

    told = only(plan(decisions=(said(Verb.REJECT, row),)).rows)

    assert told.disposition is Disposition.APPLY


@pytest.mark.parametrize("verb", list(Verb))
def test_a_decision_about_somebody_else_changes_nothing(verb: Verb) -> None:
    other = replace(held_row(), whop_id="aff_9", affihub_id="par_9", key="another")
    decision: Decision = said(verb, other, value="whop", until=MORNING + timedelta(days=1))

    plan = leaving(decisions=(decision,))

    assert plan.rows == leaving().rows
    assert Outcome.APPLIED not in {row.outcome for row in plan.rows}
