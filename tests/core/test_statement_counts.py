"""What a statement counts: everybody in each book, by its own words and by rate, in one order."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from sync.core.commission import Inexpressible
from sync.core.plan import Base, Plan
from sync.core.ports import Known
from sync.core.record import Affiliate, Earned, Gathered, Incident, Partner, Side, Snapshot, Untold
from sync.core.statement import (
    Book,
    Statement,
    earned_on_affihub,
    exit_code,
    firm_on_affihub,
    rate_word,
    statement,
)
from tests.core.people import (
    OFF,
    affihub,
    affiliate,
    commission,
    link,
    override,
    partner,
    policy,
    whop,
)
from tests.core.words import MORNING


def stated(
    ones: Snapshot[Affiliate],
    others: Snapshot[Partner],
    *links: Any,
    overrides: Mapping[str, Any] | None = None,
    **read: Any,
) -> Statement:
    gathered = Gathered(ones, others, overrides=overrides or {}, **read)
    settings = policy(pair="other", commission=commission())
    return statement(gathered, Known(links=links), Plan(), settings, MORNING)


def crowd() -> Statement:
    return stated(
        whop(
            affiliate(1),
            affiliate(2),
            affiliate(3, "archived"),
            affiliate(4, None),
            affiliate(5),
        ),
        affihub(
            partner(1, commission=Decimal("12.50")),
            partner(2, commission=Decimal("12.5")),
            partner(3, "deactivated", commission=Decimal(1)),
            partner(6, "invited"),
            partner(7, commission=Untold.ABSENT),
        ),
        link(1, commission=Base("12.5", "12.5", "12.5")),
        link(2, commission=None),
        link(3, status=OFF, commission=Base("1", "1", "1")),
        link(5, status=None),
        overrides={"aff_1": (override(20),), "aff_2": (), "aff_3": (override(5),)},
    )


def test_everybody_is_counted_in_each_book_the_most_first_and_then_by_word() -> None:
    told = [(count.book, count.word, count.people) for count in crowd().statuses]

    assert told == [
        (Book.WHOP, "active", 3),
        (Book.WHOP, "archived", 1),
        (Book.WHOP, "no status", 1),
        (Book.AFFIHUB, "active", 3),
        (Book.AFFIHUB, "deactivated", 1),
        (Book.AFFIHUB, "invited", 1),
        (Book.MAPPING, "on", 2),
        (Book.MAPPING, "never agreed", 1),
        (Book.MAPPING, "off", 1),
    ]


def test_only_who_is_on_is_counted_by_rate() -> None:
    told = [(count.book, count.word, count.people) for count in crowd().rates]

    assert told == [
        (Book.WHOP, "20 %", 1),
        (Book.WHOP, "default", 1),
        (Book.WHOP, "not read", 1),
        (Book.AFFIHUB, "12.5 %", 2),
        (Book.AFFIHUB, "default", 1),
        (Book.AFFIHUB, "not read", 1),
        (Book.MAPPING, "12.5 %", 1),
        (Book.MAPPING, "never agreed", 1),
    ]


def test_a_mapping_that_agreed_on_no_rate_holds_the_default() -> None:
    made = stated(whop(affiliate()), affihub(partner()), link())

    assert [c.word for c in made.rates if c.book is Book.MAPPING] == ["default"]


@pytest.mark.parametrize(
    "pays, word",
    [
        (None, "default"),
        (Untold.ABSENT, "not read"),
        (Untold.UNREADABLE, "unreadable"),
        (Inexpressible("two"), "not one rate"),
        (Decimal("12.50"), "12.5 %"),
        (Decimal(0), "0 %"),
    ],
)
def test_a_rate_is_counted_by_a_word_of_its_own(pays: Any, word: str) -> None:
    assert rate_word(pays) == word


def test_a_statement_says_of_which_pair_when_and_what_nobody_could_read() -> None:
    incident, note = Incident("par_9", "no email"), "The rate of aff_1 is left alone: 500."
    ones = whop(complete=False)
    others = affihub(complete=False, note="two totals", incidents=(incident,))

    made = stated(ones, others, notes=(note,))

    assert (made.pair, made.at, made.notes) == ("other", MORNING, (note,))
    assert made.unreadable == {Side.WHOP: (), Side.AFFIHUB: (incident,)}
    assert made.holes == (
        "Whop's listing is incomplete: who is not in it cannot be tied out.",
        "Affihub's listing is incomplete (two totals): who is not in it cannot be tied out.",
    )
    assert exit_code(made) == 1


def test_what_was_earned_on_affihub_is_told_in_all_and_firm_as_far_as_it_was_read() -> None:
    earned = partner(earned=Earned(Decimal(7), Decimal(5)))
    made = stated(whop(affiliate()), affihub(earned, partner(2)), link())

    one, other = made.accounts
    assert (earned_on_affihub(one), firm_on_affihub(one)) == (Decimal(7), Decimal(5))
    assert (earned_on_affihub(other), firm_on_affihub(other)) == (None, None)
    (lone,) = stated(whop(affiliate()), affihub()).accounts
    assert (earned_on_affihub(lone), firm_on_affihub(lone)) == (None, None)
