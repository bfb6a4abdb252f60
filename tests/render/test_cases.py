"""Rows that wait, shown: short ids, the money, and no text that steers a terminal."""

import json
from datetime import timedelta
from decimal import Decimal

from sync.core.cases import Case
from sync.core.decision import Verb
from sync.core.inbox import inbox
from sync.core.plan import Person
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
