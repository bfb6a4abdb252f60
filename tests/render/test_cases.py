"""Rows that wait, shown: short ids, the money, and no text that steers a terminal."""

import json
from datetime import timedelta
from decimal import Decimal

from sync.core.cases import Case
from sync.core.decision import Verb
from sync.core.inbox import inbox
from sync.core.plan import Person, Row
from sync.core.undo_reason import undo_of, undo_reason
from sync.core.weigh import Wish, weigh
from sync.render import decided, held
from sync.render import inbox as box
from sync.render.case_sheet import sheet
from sync.render.cases import line, short_ids
from tests.core.deciding import a_case, conflict, said
from tests.core.deciding import held as a_held
from tests.state.people import NOON

NOW = NOON + timedelta(hours=2)
HOSTILE = "\x1b[31m=cmd()\u202e"
RICH = Person(name="María", monthly_usd=Decimal(100))


def hostile() -> tuple[Case, Case]:
    """A held row and a conflict in which every text is somebody's attack."""
    person = Person(name=HOSTILE, email=HOSTILE, username=HOSTILE)
    told = {"person": person, "reason": HOSTILE, "error": HOSTILE, "guard": HOSTILE}
    row, odd = a_held(1, **told), conflict(2, **(told | {"rule": HOSTILE, "guard": None}))
    yes = said(Verb.APPROVE, row, HOSTILE, why=HOSTILE)
    note = said(Verb.ASSIGN, odd, HOSTILE, value=HOSTILE, why=HOSTILE)
    return a_case(row, yes), a_case(odd, note)


def everything_shown() -> tuple[str, ...]:
    cases = hostile()
    box_now, wish = inbox(cases, NOW), Wish(Verb.APPROVE, HOSTILE, NOON, HOSTILE, NOW)
    weighed = weigh(cases, wish)
    return (
        held.text(cases[:1], NOW, width=100, color=False),
        held.document(cases[:1]),
        box.text(box_now, width=100, color=False),
        box.document(box_now),
        decided.text(weighed, dry_run=False, width=100, color=False),
        decided.document(weighed, dry_run=False),
    )


def test_no_text_steers_a_terminal() -> None:
    for shown in everything_shown():
        assert "\x1b" not in shown
        assert "\u202e" not in shown


def test_no_cell_is_a_formula() -> None:
    person = Person(name="=cmd()", monthly_usd=Decimal("-5.00"))

    header, line_, *_ = sheet([a_case(a_held(1, person=person))]).split("\r\n")

    assert "'=cmd()" in line_
    assert (header.split(",")[-2], line_.split(",")[-2]) == ("monthly_usd", "-5.00")


def test_an_id_is_as_short_as_it_can_be() -> None:
    keys = "abcdef1111", "abcdef2222", "ffffff0000"
    cases = [a_case(a_held(number, key=key)) for number, key in enumerate(keys)]

    assert set(short_ids(cases).values()) == {"abcdef1", "abcdef2", "ffffff0"}
    assert short_ids(cases[1:])["abcdef2222"] == "abcdef"
    assert short_ids(cases[:1]) == {"abcdef1111": "abcdef"}
    assert short_ids([]) == {}


def test_a_choice_is_told_as_what_is_made_of_it() -> None:
    odd = a_case(conflict(person=RICH))

    chosen = weigh([odd], Wish(Verb.USE, "ana", NOON, value="15")).accepted[0]

    assert line(odd) == "María: Set commission on Affihub: 20 %, $100.00 a month"
    assert line(chosen) == (
        "María: Set commission on Affihub: 20 % → 15 % and Set commission on Whop: 10 % → 15 %,"
        " $100.00 a month, -$5.00 paid a month, +$5.00 paid a month"
    )


def test_a_held_row_says_what_holds_it() -> None:
    told = line(a_case(a_held(person=RICH)))

    assert told.endswith("active → deactivated, $100.00 a month, held by deactivate")


def test_a_quiet_row_says_who_wanted_it_so() -> None:
    row = a_held()
    no = said(Verb.REJECT, row, "ben", why="a friend")

    (told,) = json.loads(held.document([a_case(row, no)]))["held"]

    assert told["decided"] == "rejected by ben on 2026-11-20: a friend"
    assert told["quiet"]


def test_rows_on_the_way_say_that_they_are() -> None:
    row, odd = a_held(1), conflict(2)
    cases = [
        a_case(row, said(Verb.APPROVE, row, "ana"), said(Verb.APPROVE, row, "ben"), needs=2),
        a_case(odd, said(Verb.USE, odd, value="whop")),
    ]

    shown = box.text(inbox(cases, NOW), width=140, color=False)

    assert "1 approved, applied by the next run" in shown
    assert "ana chose whop on 2026-11-20; the next run carries it out" in shown
    assert "affisync resolve" not in shown


def of_an_undo(number: int, target: str = "run-7", **changes: object) -> Row:
    told = {"rule": "undo", "reason": undo_reason(target, "the wrong list")}
    return a_held(number, **told | changes)


def test_what_applies_an_approved_row_of_an_undo_is_the_undo() -> None:
    """No sync does: the answer to a yes, the list and its heading name what does."""
    undone, plain = a_case(of_an_undo(1)), a_case(a_held(2))
    one_row = a_case(of_an_undo(3, "run-7:abc"))
    wish = Wish(Verb.APPROVE, "ana", NOON)

    both = decided.text(weigh((undone, plain), wish), dry_run=False, width=100, color=False)
    only = decided.text(weigh((one_row,), wish), dry_run=False, width=100, color=False)
    no = decided.text(
        weigh((undone,), Wish(Verb.REJECT, "ana", NOON, "no")),
        dry_run=False,
        width=100,
        color=False,
    )

    assert "affisync sync --pair main\n" in both
    assert "affisync undo run-7 --pair main --yes\n" in both
    assert "affisync undo run-7:abc --pair main --yes\n" in only
    assert "sync --pair" not in only
    assert "The next run" not in only
    assert "--yes" not in no


def test_the_list_of_what_is_held_tells_which_undo_applies_it() -> None:
    row = of_an_undo(1)
    waits, goes = a_case(row), a_case(row, said(Verb.APPROVE, row))

    text = held.text([waits], NOW, width=100, color=False)
    (told,) = json.loads(held.document([waits, a_case(a_held(2))]))["held"][:1]
    approved = held.text([goes, a_case(a_held(2))], NOW, width=100, color=False)

    assert "affisync undo run-7 --pair main --yes\n" in text
    assert "1 approved, applied by the undo" in approved
    assert "next run" not in approved
    assert told["undo"] == "run-7"


def test_a_reason_that_only_looks_like_an_undo_is_none() -> None:
    assert undo_of(a_held(1, reason=undo_reason("run-7"))) is None
    assert undo_of(of_an_undo(1, reason="Something else.")) is None
