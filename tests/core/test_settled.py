"""Of whom nothing is to be said: the short look comes to what the long one would."""

from decimal import Decimal
from itertools import product
from typing import Any, Final

import pytest

from sync.core.linked import Decision, decide
from sync.core.plan import Acceptance, Base, Link
from sync.core.policy import Policy
from sync.core.record import Affiliate, Override, Partner, Untold
from sync.core.settled import AGREED, is_settled
from sync.core.status import Meaning
from sync.core.subject import Subject
from tests.core.people import OFF, ON, affiliate, commission, link, override, partner, policy

ON_INVITED: Final = Base("on", "active", "invited")
STATUSES: Final = (
    None,
    ON,
    OFF,
    ON_INVITED,
    Base("off", "deleted", "deactivated"),
    Base("off", "active", "active"),  # made by nobody; not to be trusted either
)
WHOP_WORDS: Final = ("active", "archived", "deleted", None, "frozen")
AFFIHUB_WORDS: Final = ("invited", "active", "deactivated", "paused")
NAMES: Final = (None, Base("Ann", "Ann", "Ann"))
TWENTY: Final = Base("20", "20", "20")
NO_RATE: Final = Base(None, None, None)
RATES: Final = (
    # agreed on, Whop's overrides, Affihub's rate
    (NO_RATE, (), None),
    (None, (), None),
    (TWENTY, (override(20),), Decimal("20.00")),
    (TWENTY, (override(20),), Decimal(25)),
    (TWENTY, (override(25),), Decimal(20)),
    (TWENTY, (), None),
    (NO_RATE, (override(20),), Decimal(20)),
    (Base("25", "20", "20"), (override(20),), Decimal(20)),
    (None, (override(20),), Decimal(20)),
    (Base("12.34", "12.34", "12.35"), (override(Decimal("12.34")),), Decimal("12.35")),
    (NO_RATE, (override(20, commission_type="flat_fee"),), None),
    (NO_RATE, (), Untold.UNREADABLE),
    (NO_RATE, (), Untold.ABSENT),
    (NO_RATE, None, Decimal(5)),
)
SETTINGS: Final = (policy(), policy(activate=True), policy(commission=commission()))

Seen = tuple[Link, Affiliate, Partner, tuple[Override, ...] | None, Policy]


def looked_long(known: Link, one: Affiliate, other: Partner, *rest: Any) -> Decision:
    """What is decided about a person row by row."""
    overrides, settings = rest
    subject = Subject("main", one, other, known)
    return decide(subject, known, other, overrides, settings, lambda row: (row,))


def everybody() -> list[Seen]:
    """Every status against every base, with names and rates in every way that matters."""
    return [
        (
            link(status=base, acceptance=seen, activation_owed=owed, name=name, commission=rate[0]),
            affiliate(status=whop),
            partner(status=affihub, commission=rate[2], name=shown),
            rate[1],
            settings,
        )
        for whop, affihub, base, seen, owed, name, shown, rate, settings in product(
            WHOP_WORDS,
            AFFIHUB_WORDS,
            STATUSES,
            Acceptance,
            (False, True),
            NAMES,
            (None, "", "Ann"),
            RATES[:2],
            SETTINGS,
        )
    ]


def test_whoever_is_settled_would_get_no_row_and_keep_the_link_as_it_is() -> None:
    settled = [seen for seen in everybody() if is_settled(*seen)]

    assert len(settled) > len(STATUSES)
    assert [s for s in settled if looked_long(*s) != Decision(s[0])] == []


@pytest.mark.parametrize("agreed, overrides, percent", RATES)
def test_a_rate_is_settled_exactly_where_nothing_is_to_be_said_of_it(
    agreed: Base | None, overrides: tuple[Override, ...] | None, percent: Any
) -> None:
    known, other = link(commission=agreed), partner(commission=percent)
    seen = (known, affiliate(), other, overrides, policy(commission=commission()))

    assert is_settled(*seen) is (looked_long(*seen) == Decision(known))


def settled(known: Link, whop: str, affihub: str, **told: Any) -> bool:
    return is_settled(known, affiliate(status=whop), partner(status=affihub, **told), (), policy())


def test_people_who_say_what_they_agreed_on_are_settled() -> None:
    invited = link(status=ON_INVITED, acceptance=Acceptance.INVITED)

    assert settled(link(), "active", "active")
    assert settled(link(status=OFF), "archived", "deactivated")
    assert settled(link(status=OFF, name=None, commission=None), "archived", "deactivated")
    assert settled(invited, "active", "invited")
    assert settled(link(name=None), "active", "active", name=None)


def test_a_rate_nobody_asked_to_sync_unsettles_nobody() -> None:
    assert settled(link(commission=TWENTY), "active", "active", commission=Decimal(35))


def test_a_deleted_affiliate_is_always_looked_at_for_another_one_of_its_user() -> None:
    known = link(status=Base("off", "deleted", "deactivated"))

    assert not settled(known, "deleted", "deactivated")


def test_words_that_agree_are_those_of_the_matrix() -> None:
    assert AGREED == {
        ("active", "invited"): Meaning.ON,
        ("active", "active"): Meaning.ON,
        ("archived", "deactivated"): Meaning.OFF,
    }
