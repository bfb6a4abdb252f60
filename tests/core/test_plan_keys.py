"""Keys of rows: the same in every run, and never the same in two pairs."""

from decimal import Decimal

from sync.core.decision import seal
from sync.core.plan import Field, Kind, Plan, row_key
from tests.core.people import (
    OFF,
    affihub,
    affiliate,
    commission,
    email,
    link,
    override,
    partner,
    planned,
    policy,
    whop,
)


def everything(pair: str) -> Plan:
    """A plan with every sort of row there is: creates, writes, questions, moves, breaks."""
    return planned(
        whop(
            affiliate(1, "archived"),
            affiliate(2),
            affiliate(4),
            affiliate(6, "deleted"),
            affiliate(60, user_id="user_6"),
            affiliate(7),
            affiliate(8),
            affiliate(9),
            affiliate(10),
            affiliate(11),
            affiliate(12),
            gone=frozenset({"aff_5"}),
        ),
        affihub(
            partner(1),
            partner(2, "deactivated"),
            partner(3),
            partner(5),
            partner(6),
            partner(7, commission=Decimal(20)),
            partner(8, commission=Decimal("12.5")),
            partner(9, email=email(90)),
            partner(12, "invited"),
            partner(13, "paused"),
            gone=frozenset({"par_14"}),
        ),
        [
            link(1),
            link(2),
            link(5),
            link(6),
            link(7),
            link(8),
            link(12, OFF),
            link(11, affihub_id="par_14"),
        ],
        emails={f"user_{n}": (email(n),) for n in (4,)}
        | {"user_9": (email(90),), "user_10": (email(90),)},
        overrides={"aff_7": (override(30),), "aff_8": ()},
        settings=policy(pair=pair, commission=commission()),
    )


def test_rows_of_two_pairs_never_share_a_key_even_about_the_same_people() -> None:
    one, other = everything("main"), everything("other")

    assert len(one.rows) == len(other.rows)
    assert len({row.kind for row in one.rows}) > 6
    assert {row.kind for row in one.rows} >= {Kind.CREATE_PARTNER, Kind.CREATE_AFFILIATE}
    assert not {row.key for row in one.rows} & {row.key for row in other.rows}


def test_each_row_of_a_plan_has_a_key_of_its_own_that_stays_the_same() -> None:
    keys = [row.key for row in everything("main").rows]

    assert len(set(keys)) == len(keys)
    assert keys == [row.key for row in everything("main").rows]


def test_a_key_is_the_same_for_ever_since_people_and_the_state_hold_on_to_it() -> None:
    """What is held, approved or in a plan file is found again by it after an upgrade."""
    ids = ("aff_1", None)
    values = (Field.RECORD, None, "invited")

    key = row_key("main", Kind.CREATE_PARTNER, ids, "maría@example.com", values, "no-partner")

    assert key == "007f9a90bcd357e0"
    assert {len(seal(row)) for row in everything("main").rows} == {16}
