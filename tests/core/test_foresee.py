"""What will be known once writes that a crash left open are settled."""

from dataclasses import replace
from typing import Any

from sync.core.decision import Verb
from sync.core.foresee import foreseen
from sync.core.plan import Disposition, Kind, Outcome, Row
from sync.core.policy import GuardClass
from sync.core.ports import Intent, Known, Parked, Settlement, Spent
from sync.core.subject import Subject
from tests.core.people import affiliate, link, partner
from tests.core.words import MORNING, past, said


def row(kind: Kind = Kind.DEACTIVATE_PARTNER, number: int = 1, **told: Any) -> Row:
    subject = Subject("main", affiliate(number), partner(number), link(number))
    made = subject.row(kind, Disposition.APPLY, "whop-moved", "A reason.")
    return replace(made, **{"outcome": Outcome.APPLIED, **told})


def after(known: Known, *settled: Settlement) -> Known:
    intents = [Intent(n, "run-1", done.row, MORNING) for n, done in enumerate(settled, start=1)]
    return foreseen(known, zip(intents, settled, strict=True), MORNING)


LESSON = Parked(Disposition.BREAK, "not-kept", "Kept something else.", MORNING)


def test_a_link_that_was_made_is_one() -> None:
    known = after(Known(links=(link(1),)), Settlement(row(Kind.CREATE_PARTNER, 2), link=link(2)))

    assert known.links == (link(1), link(2))


def test_a_link_that_is_known_is_as_it_was_left() -> None:
    left = replace(link(1), activation_owed=True)

    assert after(Known(links=(link(1),)), Settlement(row(), link=left)).links == (left,)


def test_a_link_that_moved_is_where_it_moved_to() -> None:
    moved = replace(link(1), whop_id="aff_other")
    done = Settlement(row(Kind.MOVE_LINK), link=moved, unlink=link(1))

    assert after(Known(links=(link(1),)), done).links == (moved,)


def test_a_link_that_is_unknown_already_can_be_forgotten() -> None:
    assert after(Known(), Settlement(row(), unlink=link(1))).links == ()


def test_what_was_learnt_is_known() -> None:
    failed = row(outcome=Outcome.SKIPPED)

    assert after(Known(), Settlement(failed, park=LESSON)).parked == {failed.key: LESSON}


def test_what_was_applied_rests_no_more() -> None:
    other = row(number=2)
    known = Known(parked={row().key: LESSON, other.key: LESSON})

    assert after(known, Settlement(row())).parked == {other.key: LESSON}


def test_what_came_to_nothing_rests_as_it_did() -> None:
    known = Known(parked={row().key: LESSON})

    assert after(known, Settlement(row(outcome=Outcome.SKIPPED))).parked == known.parked


def test_what_an_undo_says_no_to_stays_quiet() -> None:
    first, again = said(Verb.REJECT, row(number=2)), said(Verb.REJECT, row())

    known = after(Known(decisions=(first,)), Settlement(row(), decisions=(again,)))

    assert known.decisions == (first, again)


def test_what_was_applied_counts_against_the_day_and_the_week() -> None:
    known = Known(spent={GuardClass.DEACTIVATE: Spent(1, 4), GuardClass.MISSING: Spent(0, 2)})

    spent = after(known, Settlement(row()), Settlement(row(number=2))).spent

    assert spent == {GuardClass.DEACTIVATE: Spent(3, 6), GuardClass.MISSING: Spent(0, 2)}


def test_a_first_row_of_its_class_counts_as_one() -> None:
    assert after(Known(), Settlement(row())).spent == {GuardClass.DEACTIVATE: Spent(1, 1)}


def test_status_and_rate_that_were_applied_are_turns_of_a_field() -> None:
    earlier, status = past(row(number=3), MORNING), row()
    rate, name = row(Kind.SET_COMMISSION), row(Kind.FILL_NAME)

    known = after(Known(lately=(earlier,)), Settlement(status), Settlement(rate), Settlement(name))

    assert [(one.run_id, one.at, one.row) for one in known.lately[1:]] == [
        ("run-1", MORNING, status),
        ("run-1", MORNING, rate),
    ]
    assert known.lately[0] == earlier


def test_what_came_to_nothing_counts_nowhere() -> None:
    known = after(Known(), Settlement(row(outcome=Outcome.SKIPPED)))

    assert (known.spent, known.lately) == ({}, ())


def test_where_nothing_was_open_all_is_as_known() -> None:
    known = Known(links=(link(1),), company_id="biz_1")

    assert after(known) == known
