"""Ledgers: from one side's count to the other's, each step with its people, sign and reason."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from sync.core.accounts import SAME, Account, Finding, Tie
from sync.core.grounds import By, Reason
from sync.core.ledger import (
    OFF_ON_BOTH,
    End,
    Ledger,
    Line,
    Sum,
    ledgers_of,
    monthly,
    told,
    total,
)
from sync.core.plan import Link, Person
from sync.core.ports import Known
from sync.core.record import Gathered
from sync.core.status import Meaning
from tests.core.people import affihub, affiliate, link, partner, whop
from tests.core.undoing import wrote

ALONE = Reason(By.UNMATCHED, "never linked")
ROW = wrote()
BY_ROW = Reason(By.ROW, ROW.reason, ROW)


def account(number: int = 1, usd: int | None = 1, **changes: Any) -> Account:
    """A linked person who is on at both sides and brings in so much a month."""
    money = None if usd is None else Decimal(usd)
    known: dict[str, Any] = {
        "person": Person(f"Person {number}", monthly_usd=money),
        "status": SAME,
        "rate": SAME,
        "link": link(number),
        "affiliate": affiliate(number),
        "partner": partner(number),
        "whop": Meaning.ON,
        "affihub": Meaning.ON,
    }
    return Account(**{**known, **changes})


def on_whop_only(number: int, reason: Reason | None = ALONE, **changes: Any) -> Account:
    tie = Tie(Finding.NOT_LINKED, reason)
    return account(number, link=None, partner=None, affihub=None, status=tie, **changes)


def on_affihub_only(number: int, reason: Reason | None = ALONE, **changes: Any) -> Account:
    tie = Tie(Finding.NOT_LINKED, reason)
    return account(number, link=None, affiliate=None, whop=None, status=tie, **changes)


def ledgers(*accounts: Account, links: tuple[Link, ...] | None = None) -> dict[str, Ledger]:
    """The ledgers of these people, whose records are all there is."""
    gathered = Gathered(
        whop(*(one.affiliate for one in accounts if one.affiliate)),
        affihub(*(one.partner for one in accounts if one.partner)),
    )
    known = tuple(one.link for one in accounts if one.link) if links is None else links
    made = ledgers_of(accounts, gathered, Known(links=known))
    return {one.name: one for one in made}


def test_sums_count_who_is_unknown_instead_of_taking_them_for_nothing() -> None:
    assert total([Decimal("1.10"), None, Decimal(2), None]) == Sum(Decimal("3.10"), 2)
    assert total([]) == Sum(Decimal(0), 0)
    assert isinstance(total([]).known, Decimal)
    assert monthly([account(usd=5), account(usd=None)]) == Sum(Decimal(5), 1)


def test_every_ledger_has_its_title_and_names_both_its_ends() -> None:
    found = ledgers(account())

    one = Sum(Decimal(1))
    assert {name: (each.title, each.start, each.end) for name, each in found.items()} == {
        "listed": ("Who is listed", End("Whop lists", 1, one), End("Affihub lists", 1, one)),
        "on": ("Who is on", End("Whop says on", 1, one), End("Affihub says on", 1, one)),
        "status": (
            "Status of the linked",
            End("Linked", 1, one),
            End("Both sides and the mapping mean the same", 1, one),
        ),
        "rate": (
            "Rates of the linked",
            End("Linked", 1, one),
            End("Both sides and the mapping hold the same rate", 1, one),
        ),
    }
    assert [each.lines for each in found.values()] == [()] * 4


def test_from_one_side_to_the_other_whop_alone_goes_off_and_affihub_alone_comes_to_it() -> None:
    people = (account(1, 1), on_whop_only(2, usd=10), on_affihub_only(3, usd=100))

    listed = ledgers(*people)["listed"]

    assert listed.lines == (
        Line("Whop only, not linked", -1, (people[1],), ALONE),
        Line("Affihub only, not linked", 1, (people[2],), ALONE),
    )
    assert listed.start == End("Whop lists", 2, Sum(Decimal(11)))
    assert listed.end == End("Affihub lists", 2, Sum(Decimal(101)))
    assert listed.gap == 0


def test_who_is_off_is_listed_and_not_on() -> None:
    differ = Tie(Finding.DIFFER, BY_ROW)
    off = account(2, affiliate=affiliate(2, "archived"), whop=Meaning.OFF, status=differ)

    found = ledgers(account(1), off)

    assert found["listed"].lines == ()
    assert found["on"].lines == (Line("Affihub only, differ", 1, (off,), BY_ROW, (ROW.key,)),)
    assert (found["on"].start.people, found["on"].end.people) == (1, 2)


def test_a_meaning_without_a_record_on_that_side_is_not_counted() -> None:
    """Somebody Whop knows no more is off there, and on nowhere."""
    gone = account(1, affiliate=None, whop=Meaning.ON, status=Tie(Finding.UNSEEN, ALONE))

    on = ledgers(gone)["on"]

    assert [line.title for line in on.lines] == [
        "Affihub only, linked, and seen on one side at most"
    ]
    assert on.gap == 0


def test_who_is_gone_on_whop_and_off_on_affihub_is_explained() -> None:
    gone = account(1, affiliate=None, whop=Meaning.OFF, affihub=Meaning.OFF)

    (line,) = ledgers(gone)["listed"].lines

    assert line.reason == OFF_ON_BOTH
    assert line.reason.text == ("Whop has no such affiliate any more, and the partner is off.")


def test_within_the_links_who_does_not_agree_goes_off_by_finding() -> None:
    behind = account(2, 10, status=Tie(Finding.BEHIND, ALONE))
    people = (account(1, 1), behind, on_whop_only(3))

    found = ledgers(*people)

    status = found["status"]
    assert status.lines == (Line("Agree, and the mapping is behind", -1, (behind,), ALONE),)
    assert status.start == End("Linked", 2, Sum(Decimal(11)))
    assert status.end == End("Both sides and the mapping mean the same", 1, Sum(Decimal(1)))
    assert found["rate"].lines == ()


def test_rates_are_tied_out_by_themselves() -> None:
    odd = account(1, rate=Tie(Finding.DIFFER))

    found = ledgers(odd)

    assert found["rate"].lines == (Line("Differ", -1, (odd,), None),)
    assert found["status"].lines == ()


def test_the_same_step_for_the_same_reason_is_one_line_with_every_row() -> None:
    other = replace(ROW, key="another")
    ones = [
        account(1, status=Tie(Finding.DIFFER, BY_ROW)),
        account(2, status=Tie(Finding.DIFFER, replace(BY_ROW, row=other))),
        account(3, status=Tie(Finding.DIFFER, BY_ROW)),
        account(4, status=Tie(Finding.DIFFER, replace(BY_ROW, row=replace(ROW, rule="x")))),
    ]

    first, second = ledgers(*ones)["status"].lines

    assert (first.people, first.keys, first.reason) == (-3, (ROW.key, "another"), BY_ROW)
    assert [one.person.label for one in first.accounts] == ["Person 1", "Person 2", "Person 3"]
    assert second.people == -1


def test_lines_go_off_first_then_explained_then_the_largest_then_by_title_and_reason() -> None:
    one, other = Reason(By.UNMATCHED, "b"), Reason(By.UNMATCHED, "a")
    people = (
        on_affihub_only(1, one),
        on_whop_only(2, None),
        on_whop_only(3, None),
        on_whop_only(4, one),
        on_whop_only(5, other),
        on_whop_only(6, ALONE),
        on_whop_only(7, ALONE),
        account(8, partner=None, affihub=None, status=Tie(Finding.UNSEEN, one)),
    )

    lines = ledgers(*people)["listed"].lines

    assert [(line.people, line.title, line.reason and line.reason.text) for line in lines] == [
        (-2, "Whop only, not linked", "never linked"),
        (-1, "Whop only, linked, and seen on one side at most", "b"),
        (-1, "Whop only, not linked", "a"),
        (-1, "Whop only, not linked", "b"),
        (-2, "Whop only, not linked", None),
        (1, "Affihub only, not linked", "b"),
    ]


def test_what_nothing_explains_is_the_remainder() -> None:
    people = (on_whop_only(1, None), on_whop_only(2, ALONE), on_affihub_only(3, None))

    listed = ledgers(*people)["listed"]

    assert [line.reason for line in listed.explained] == [ALONE]
    assert [line.reason for line in listed.unexplained] == [None, None]
    assert listed.remainder == (people[0], people[2])


def test_steps_that_do_not_lead_to_the_other_end_leave_a_gap() -> None:
    one = account(1)
    gathered = Gathered(whop(affiliate(1), affiliate(2), affiliate(3)), affihub(partner(1)))

    found = ledgers_of([one], gathered, Known(links=(link(1), link(2))))

    assert [each.gap for each in found] == [2, 2, 1, 1]


def test_who_is_on_is_counted_by_what_the_records_say() -> None:
    gathered = Gathered(
        whop(affiliate(1), affiliate(2, "archived"), affiliate(3, None)),
        affihub(partner(1), partner(2, "invited"), partner(3, "deactivated"), partner(4, "x")),
    )

    on = ledgers_of([], gathered, Known())[1]

    assert (on.name, on.start.people, on.end.people) == ("on", 1, 2)


def test_a_reason_is_grouped_by_what_its_row_does_and_otherwise_by_its_sentence() -> None:
    assert told(BY_ROW) == "deactivate-partner, apply: whop-moved"
    assert told(ALONE) == "never linked"
    assert told(None) == ""
