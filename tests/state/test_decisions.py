"""What people decide is kept for ever, and counts until it is overruled, ended or expired."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.core.decision import Decision, Verb
from sync.core.plan import Disposition
from sync.core.ports import Fate, Fence, Parked, PastDecision
from sync.errors import LeaseLost, StateError
from sync.state.store import Store
from tests.state.people import NOON, StandingClock, a_decision, a_report
from tests.state.test_codecs import MAYBE, ROWS, TEXTS, TIMES

LATER = NOON + timedelta(hours=1)
DECISIONS = st.builds(
    Decision,
    pair=st.just("any"),
    verb=st.sampled_from(Verb),
    row=ROWS,
    by=TEXTS,
    at=TIMES,
    why=TEXTS,
    until=st.none() | TIMES,
    value=MAYBE,
)


def in_force(store: Store) -> list[tuple[str, str]]:
    return [(one.verb.value, one.by) for one in store.known("main", LATER).decisions]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(decided=st.lists(DECISIONS, min_size=1, max_size=4))
def test_a_decision_comes_back_as_it_was_made_with_its_number(
    store: Store, decided: list[Decision]
) -> None:
    kept = store.decide(decided)

    assert [replace(one, number=None) for one in kept] == decided
    assert tuple(past.decision for past in store.decisions("any"))[-len(decided) :] == kept
    assert store.verify_log().problems == ()


def test_those_in_force_are_known_oldest_first_and_only_of_their_pair(store: Store) -> None:
    first, theirs, second = store.decide(
        [a_decision(number=2), a_decision(pair="other"), a_decision(number=1)]
    )

    assert store.known("main", LATER).decisions == (first, second)
    assert store.known("other", LATER).decisions == (theirs,)
    assert store.known("nobody", LATER).decisions == ()


def test_deciding_waits_for_nobody_who_holds_the_pair(store: Store, fence: Fence) -> None:
    (kept,) = store.decide([a_decision()])

    assert kept.number == 1
    store.save_links(fence, [])


@pytest.mark.parametrize(
    "earlier, later, left",
    [
        ("approve ana", "approve ana", ["approve ana"]),
        ("approve ana", "approve bob", ["approve ana", "approve bob"]),
        ("approve ana", "reject bob", ["reject bob"]),
        ("reject ana", "approve bob", ["approve bob"]),
        ("reject ana", "reject bob", ["reject ana", "reject bob"]),
        ("use ana", "use bob", ["use bob"]),
        ("use ana", "approve bob", ["use ana", "approve bob"]),
        ("use ana", "reject bob", ["use ana", "reject bob"]),
        ("assign ana", "assign bob", ["assign bob"]),
        ("snooze ana", "snooze bob", ["snooze bob"]),
        ("ignore-field ana", "ignore-field bob", ["ignore-field bob"]),
        ("retry ana", "retry ana", ["retry ana"]),
        ("retry ana", "retry bob", ["retry ana", "retry bob"]),
        ("snooze ana", "assign ana", ["snooze ana", "assign ana"]),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_a_later_decision_withdraws_what_it_overrules(
    store: Store, earlier: str, later: str, left: list[str], at_once: bool
) -> None:
    made = []
    for number, text in enumerate((earlier, later)):
        verb, by = text.split()
        made.append(a_decision(Verb(verb), by=by, at=NOON + timedelta(minutes=number)))

    for batch in (made,) if at_once else (made[:1], made[1:]):
        store.decide(batch)

    assert [" ".join(one) for one in in_force(store)] == left
    fates = [(past.fate, past.fate_at) for past in store.decisions("main")]
    overruled = (Fate.WITHDRAWN, NOON + timedelta(minutes=1))
    assert fates == [(None, None) if earlier in left[:-1] else overruled, (None, None)]
    assert store.verify_log().problems == ()


def test_only_decisions_about_the_same_row_are_withdrawn(store: Store) -> None:
    store.decide([a_decision(Verb.REJECT, 1), a_decision(Verb.REJECT, 1, pair="other")])

    store.decide([a_decision(Verb.APPROVE, 2)])

    assert in_force(store) == [("reject", "ana"), ("approve", "ana")]
    assert len(store.known("other", LATER).decisions) == 1


def test_an_expired_decision_is_kept_but_counts_no_more(store: Store) -> None:
    (kept,) = store.decide([a_decision(until=LATER)])

    assert store.known("main", LATER - timedelta(microseconds=1)).decisions == (kept,)
    assert store.known("main", LATER).decisions == ()
    store.decide([a_decision(at=LATER)])
    assert store.decisions("main")[0] == PastDecision(kept)


def test_an_approval_that_expired_is_known_until_a_run_told_of_it(
    store: Store, fence: Fence
) -> None:
    kept, *_ = store.decide(
        [
            a_decision(until=LATER),
            a_decision(Verb.SNOOZE, 2, until=LATER),
            a_decision(pair="other", until=LATER),
            a_decision(number=3),
        ]
    )

    assert store.known("main", LATER - timedelta(microseconds=1)).expired == ()
    assert store.known("main", LATER).expired == (kept,)
    store.end_decisions(fence, [kept.number or 0], Fate.EXPIRED, LATER)
    assert store.known("main", LATER).expired == ()
    assert store.verify_log().problems == ()


def test_a_decision_that_ended_is_kept_with_what_became_of_it(store: Store, fence: Fence) -> None:
    first, second, third = store.decide([a_decision(number=number) for number in (1, 2, 3)])

    store.end_decisions(fence, [1, 99], Fate.SPENT, NOON)
    store.end_decisions(fence, [1, 2], Fate.DROPPED, LATER)

    assert store.decisions("main") == (
        PastDecision(first, Fate.SPENT, NOON),
        PastDecision(second, Fate.DROPPED, LATER),
        PastDecision(third),
    )
    assert store.known("main", LATER).decisions == (third,)
    assert store.verify_log().problems == ()


def test_only_who_holds_the_pair_ends_its_decisions(
    store: Store, fence: Fence, clock: StandingClock
) -> None:
    store.decide([a_decision(), a_decision(pair="other")])

    store.end_decisions(fence, [2], Fate.SPENT, NOON)
    assert store.decisions("other")[0].fate is None
    clock.advance(60)
    store.lease("main")
    with pytest.raises(LeaseLost):
        store.end_decisions(fence, [1], Fate.SPENT, NOON)

    assert store.decisions("main")[0].fate is None


def test_a_row_to_be_tried_again_is_let_go_at_once_whoever_holds_the_pair(
    store: Store, fence: Fence
) -> None:
    lesson = Parked(Disposition.BREAK, "read-back", "Affihub kept 12.35.", NOON)
    for key in ("key-1", "key-2"):
        store.park(fence, key, lesson)

    store.decide([a_decision(Verb.RETRY, 1), a_decision(Verb.APPROVE, 2)])

    assert store.known("main", NOON).parked == {"key-2": lesson}


def test_all_of_a_batch_is_decided_or_nothing(store: Store, fence: Fence) -> None:
    store.decide([a_decision(Verb.REJECT)])
    store.park(fence, "key-2", Parked(Disposition.BREAK, "read-back", "No.", NOON))
    before = store.decisions("main"), store.known("main", NOON).parked, store.log_head()

    with pytest.raises(StateError):
        store.decide([a_decision(), a_decision(Verb.RETRY, 2), a_decision(by="\ud800")])

    after = store.decisions("main"), store.known("main", NOON).parked, store.log_head()
    assert after == before
    assert store.verify_log().problems == ()


def test_decisions_outlive_the_runs_they_were_made_after(store: Store) -> None:
    old = NOON - timedelta(days=90)
    for number in range(3):
        at = old + timedelta(hours=number)
        store.finish_run(a_report(f"run-{number}", started_at=at, finished_at=at))
        store.decide([a_decision(number=number, at=at)])

    assert store.prune(NOON) == 2

    assert len(store.decisions("main")) == 3
    assert store.verify_log().problems == ()
