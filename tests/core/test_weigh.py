"""What a person wants decided, row by row: which row accepts it, and what the others answer."""

from datetime import timedelta
from typing import Any

import pytest

from sync.core.decision import Decision, Verb
from sync.core.plan import Disposition, Field, Kind, Outcome, Row
from sync.core.policy import Hold
from sync.core.weigh import Wish, accepts, objection, weigh
from sync.errors import UsageError
from tests.core.deciding import a_case, conflict, held, ids, said
from tests.state.people import NOON, a_row

YES = Wish(Verb.APPROVE, "ana", NOON, "left", NOON + timedelta(hours=72))


def a_wish(verb: Verb, **changes: object) -> Wish:
    told: dict[str, object] = {"why": "because", "until": NOON + timedelta(days=3)}
    value = {Verb.USE: "whop", Verb.ASSIGN: "ben"}.get(verb)
    return Wish(verb, "ana", NOON, **{"value": value} | told | changes)  # type: ignore[arg-type]


def test_a_yes_is_bound_to_the_row_as_it_was_seen() -> None:
    row = held()

    weighed = weigh([a_case(row)], YES)

    (decision,) = weighed.accepted[0].decisions
    assert (decision.row, decision.by, decision.why) == (row, "ana", "left")
    assert decision.until == NOON + timedelta(hours=72)
    assert weighed.accepted[0].missing == 0


def test_the_same_name_twice_is_told() -> None:
    row, other = held(1), held(2)
    cases = [a_case(row, said(Verb.APPROVE, row, "ANA"), needs=2), a_case(other, needs=2)]

    weighed = weigh(cases, YES)

    assert ids(weighed.repeated) == [row.key]
    assert [case.missing for case in weighed.accepted] == [1, 1]


@pytest.mark.parametrize("verb", [Verb.APPROVE, Verb.REJECT])
@pytest.mark.parametrize(
    "row, told",
    [
        (conflict(), "a conflict is not held"),
        (conflict(disposition=Disposition.BREAK), "a break is not held"),
        (a_row(outcome=Outcome.FAILED), "it failed; to try it again: affisync resolve key-1"),
        (a_row(disposition=Disposition.WAITING), "rests until its next try"),
        (held(guard=Hold.IGNORED.value), "leave this field of this person alone"),
    ],
)
def test_a_yes_and_a_no_are_for_what_is_held(verb: Verb, row: Row, told: str) -> None:
    (refused,) = weigh([a_case(row)], a_wish(verb)).refused

    assert told in refused.reason


def test_who_does_not_accept_it_keeps_nobody_else_from_it() -> None:
    weighed = weigh([a_case(conflict(1)), a_case(held(2))], YES)

    assert ids(weighed.accepted) == ["key-2"]
    assert [each.case.id for each in weighed.refused] == ["key-1"]


@pytest.mark.parametrize("value", ["whop", "affihub", "15"])
def test_a_conflict_accepts_either_side_and_another_rate(value: str) -> None:
    assert weigh([a_case(conflict())], a_wish(Verb.USE, value=value)).accepted


@pytest.mark.parametrize(
    "row, value, told",
    [
        (conflict(), "half", "it accepts whop or affihub or VALUE"),
        (conflict(rule="unreadable"), "whop", "cannot use whop"),
        (held(), "whop", "cannot use whop"),
    ],
)
def test_a_value_that_settles_nothing_is_refused(row: Row, value: str, told: str) -> None:
    (refused,) = weigh([a_case(row)], a_wish(Verb.USE, value=value)).refused

    assert told in refused.reason


def test_only_what_was_tried_is_tried_again() -> None:
    parked = a_case(conflict(1, disposition=Disposition.BREAK, rule="gave-up"), parked=True)
    failed = a_case(a_row(2, outcome=Outcome.FAILED))
    untried = a_case(conflict(3))

    weighed = weigh([parked, failed, untried], a_wish(Verb.RETRY))

    assert ids(weighed.accepted) == ["key-1", "key-2"]
    assert "never tried" in weighed.refused[0].reason


def test_a_link_is_no_field_to_leave_alone() -> None:
    move = conflict(1, kind=Kind.MOVE_LINK, field=Field.LINK)

    weighed = weigh([a_case(move), a_case(conflict(2))], a_wish(Verb.IGNORE_FIELD))

    assert ids(weighed.accepted) == ["key-2"]
    assert "about the link" in weighed.refused[0].reason


LEFT_ALONE = "somebody said to leave this field of this person alone"
NO_RATE = "a rate is a number from 0 to 100"
FAILED_BREAK = conflict(disposition=Disposition.BREAK, rule="gave-up", outcome=Outcome.FAILED)


@pytest.mark.parametrize(
    "row, wish, sentence",
    [
        (
            conflict(),
            YES,
            "a conflict is not held: affisync inbox says what would settle it",
        ),
        (
            FAILED_BREAK,
            YES,
            "it is not held, it failed; to try it again: affisync resolve key-1 --retry",
        ),
        (
            a_row(disposition=Disposition.WAITING),
            YES,
            "it is not held; it rests until its next try",
        ),
        (
            held(guard=Hold.IGNORED.value),
            YES,
            f"{LEFT_ALONE}: affisync inbox --all says what would settle it",
        ),
        (
            conflict(),
            a_wish(Verb.USE, value="half"),
            f"cannot use half: {NO_RATE}; it accepts whop or affihub or VALUE",
        ),
        (
            conflict(),
            a_wish(Verb.USE, value="20", why=""),
            "",
        ),
        (
            conflict(rule="unreadable"),
            a_wish(Verb.USE, value="whop"),
            "cannot use whop: no choice settles it; it accepts --ignore-field",
        ),
        (
            conflict(rule="unreadable", outcome=Outcome.FAILED),
            a_wish(Verb.USE, value="whop"),
            "cannot use whop: no choice settles it; it accepts --retry or --ignore-field",
        ),
        (
            conflict(rule="unreadable", kind=Kind.LINK, field=Field.LINK),
            a_wish(Verb.USE, value="whop"),
            "cannot use whop: no choice settles it",
        ),
        (
            conflict(),
            a_wish(Verb.RETRY),
            "it was never tried, so there is nothing to try again",
        ),
        (
            conflict(kind=Kind.MOVE_LINK, field=Field.LINK),
            a_wish(Verb.IGNORE_FIELD),
            "it is about the link, not about a field that could be left alone",
        ),
        (conflict(kind=Kind.FILL_NAME, field=Field.NAME), a_wish(Verb.IGNORE_FIELD), ""),
        (held(), a_wish(Verb.IGNORE_FIELD), ""),
    ],
)
def test_a_row_answers_in_a_sentence(row: Row, wish: Wish, sentence: str) -> None:
    assert objection(a_case(row), wish) == sentence


@pytest.mark.parametrize(
    "told, sentence",
    [
        ({"verb": Verb.APPROVE, "by": " "}, "A decision is somebody's: say whose, --as NAME."),
        ({"verb": Verb.REJECT}, "Say why not: --reason TEXT."),
        ({"verb": Verb.ASSIGN}, "Say who sees to it: a name."),
        ({"verb": Verb.USE}, "Say what to use: --use whop|affihub|VALUE."),
        ({"verb": Verb.SNOOZE}, "Say until when: --for 3d."),
    ],
)
def test_what_is_lacking_is_said_with_the_option_that_says_it(
    told: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(UsageError) as lacking:
        Wish(**{"by": "ana", "at": NOON, **told})

    assert str(lacking.value) == sentence


def test_a_decision_is_kept_without_the_spaces_somebody_typed() -> None:
    case = a_case(conflict(), pair="other")
    until = NOON + timedelta(hours=1)

    kept = Wish(Verb.USE, " Ana \t Li ", NOON, " why \n", until, "whop").about(case)

    assert kept == Decision("other", Verb.USE, case.row, "Ana Li", NOON, "why", until, "whop")


def test_a_yes_of_the_same_person_is_repeated_and_another_verb_is_not() -> None:
    row = conflict()
    case = a_case(row, said(Verb.APPROVE, row, "ana"))

    weighed = weigh([case], a_wish(Verb.ASSIGN))

    assert len(weighed.accepted) == 1
    assert weighed.repeated == ()
    assert weighed.wish == a_wish(Verb.ASSIGN)


@pytest.mark.parametrize("verb", [Verb.ASSIGN, Verb.SNOOZE])
def test_anything_can_be_given_to_somebody_or_put_off(verb: Verb) -> None:
    assert len(weigh([a_case(held(1)), a_case(conflict(2))], a_wish(verb)).accepted) == 2


@pytest.mark.parametrize(
    "verb, lacking",
    [
        (Verb.APPROVE, {"by": "  "}),
        (Verb.REJECT, {"why": " "}),
        (Verb.ASSIGN, {"value": " "}),
        (Verb.USE, {"value": ""}),
        (Verb.SNOOZE, {"until": NOON}),
        (Verb.SNOOZE, {"until": None}),
    ],
)
def test_what_nobody_could_make_sense_of_later_is_not_recorded(
    verb: Verb, lacking: dict[str, object]
) -> None:
    told: dict[str, object] = {"by": "ana", "why": "because", "until": NOON + timedelta(1)}

    with pytest.raises(UsageError):
        Wish(verb, at=NOON, **{"value": "x"} | told | lacking)  # type: ignore[arg-type]


def test_a_row_says_what_it_accepts() -> None:
    assert accepts(a_case(conflict())) == ("whop", "affihub", "VALUE", "ignore-field")
    assert accepts(a_case(conflict(rule="gave-up"), parked=True))[-2:] == ("retry", "ignore-field")
