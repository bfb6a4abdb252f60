"""A statement of a drifted sandbox: nothing is left over until somebody edits behind the back."""

import asyncio
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.sandbox.drift import drift
from connectors.sandbox.exchange import Answer
from connectors.sandbox.script import Step
from connectors.sandbox.seed import seeded
from sync.core.accounts import Account, Finding
from sync.core.grounds import REMEMBERED, By
from sync.core.ledger import Sum, total
from sync.core.plan import Kind, Row
from sync.core.policy import Policy
from sync.core.statement import (
    Statement,
    difference,
    earned_on_affihub,
    exit_code,
    firm_on_affihub,
)
from sync.errors import ClientBroken, Interrupted, KeyRefused, Rejected
from sync.runs.pair import Stop
from sync.runs.statement import Wanted, state
from tests.runs.shop import ROOMY, Clock, Shop

PEOPLE = 1_000
CACHES = {"email_readings", "override_readings"}


@pytest.fixture(scope="module")
def drifted(tmp_path_factory: pytest.TempPathFactory, blank_state: Path) -> Shop:
    """A thousand people brought into step, and another week of edits after that."""
    clock, folder = Clock(), tmp_path_factory.mktemp("drifted")
    file = Path(shutil.copy(blank_state, folder / "state.db"))
    shop = Shop(seeded(PEOPLE, 3, clock=clock), file, clock, policy=Policy("main", guards=ROOMY))
    shop.sync_rates()
    drift(shop.world, 1)
    asyncio.run(shop.settled())
    drift(shop.world, 2)
    shop.close()
    return shop


@pytest.fixture
def town(drifted: Shop, tmp_path: Path) -> Iterator[Shop]:
    """The same with a life of its own."""
    town = drifted.copy(tmp_path / "town")
    yield town
    town.close()


async def stated(shop: Shop, *, earnings: bool = False, stop: Stop | None = None) -> Statement:
    async with shop.pair(writes=False, stop=stop) as pair:
        return await state(pair, Wanted(earnings=earnings))


def edit(shop: Shop, statement: str, *values: object) -> None:
    """Change the state as no part of the tool would."""
    shop.close()
    with sqlite3.connect(shop.state) as file:
        changed = file.execute(statement, values).rowcount
    file.close()
    assert changed == 1


def of(done: Statement, *ids: str) -> list[Account]:
    return [one for one in done.accounts if {one.whop_id, one.affihub_id} & set(ids)]


def row_of(one: Account) -> Row:
    assert one.status.reason is not None
    assert one.status.reason.row is not None
    return one.status.reason.row


def in_step(done: Statement) -> Account:
    """Somebody who is on on both sides at an equal rate of their own, which the mapping knows."""
    return next(
        one
        for one in done.accounts
        if one.status.finding is one.rate.finding is Finding.SAME
        and isinstance(one.whop_pays, Decimal)
        and one.link
        and one.link.evidence == "email"
    )


def signed(amounts: Iterable[tuple[int, Sum]]) -> Decimal:
    return sum((sign * amount.known for sign, amount in amounts), Decimal(0))


async def test_the_remainder_of_a_thousand_drifted_people_is_zero(town: Shop) -> None:
    done = await stated(town)

    assert (done.remainder, done.holes) == ((), ())
    assert done.adds_up
    assert exit_code(done) == 0
    assert [ledger.start.people for ledger in done.ledgers[:2]] == [
        len(town.world.whop.affiliates) - 1,  # Whop's marketplace takes no part
        sum(a.status == "active" for a in town.world.whop.affiliates.values()) - 1,
    ]
    assert done.ledgers[0].end.people == len(town.world.affihub.partners)
    by = {one.status.reason.by for one in done.accounts if one.status.reason}
    assert by >= {By.ROW, By.UNMATCHED}
    kinds = {
        row_of(one).kind for one in done.accounts if one.status.reason and one.status.reason.row
    }
    assert len(kinds) >= 7


async def test_money_comes_out_as_people_do(town: Shop) -> None:
    done = await stated(town)

    for ledger in done.ledgers:
        steps = [
            (line.sign, total(one.person.monthly_usd for one in line.accounts))
            for line in ledger.lines
        ]
        assert ledger.start.monthly.known + signed(steps) == ledger.end.monthly.known
        assert ledger.start.monthly.known > 0


async def test_every_row_it_names_is_one_of_the_next_dry_run(town: Shop) -> None:
    done = await stated(town)
    report = await town.dry_run()

    named = {key for ledger in done.ledgers for line in ledger.lines for key in line.keys}
    assert named
    assert named <= {row.key for row in report.rows}


async def test_it_leaves_no_trace_but_read_caches(town: Shop) -> None:
    before = contents(town)

    await stated(town, earnings=True)

    assert contents(town) == before
    assert town.world.log.changes() == []
    assert town.store.holder("main") is None


def contents(shop: Shop) -> list[str]:
    """Everything in the state but the read caches."""
    shop.close()
    with sqlite3.connect(shop.state) as file:
        lines = [line for line in file.iterdump() if not any(name in line for name in CACHES)]
    file.close()
    return lines


async def test_a_link_deleted_behind_the_back_shows_its_two_people_with_the_row_that_links_them(
    town: Shop,
) -> None:
    one = in_step(await stated(town))
    assert one.whop_id
    assert one.affihub_id
    edit(town, "DELETE FROM links WHERE whop_id = ?", one.whop_id)

    done = await stated(town)

    now = of(done, one.whop_id, one.affihub_id)
    assert [(a.status.finding, row_of(a).kind) for a in now] == [
        (Finding.NOT_LINKED, Kind.LINK)
    ] * 2
    assert len({row_of(a).key for a in now}) == 1
    assert exit_code(done) == 0


async def test_a_status_base_edited_behind_the_back_shows_the_person(town: Shop) -> None:
    before = await stated(town)
    one = in_step(before)
    edit(town, "UPDATE bases SET value = 'off' WHERE whop_id = ? AND field = 'status'", one.whop_id)

    done = await stated(town)

    (now,) = of(done, one.whop_id or "")
    assert (now.status.finding, now.status.reason) == (Finding.BEHIND, REMEMBERED)
    agreed = [statement.ledgers[2].end.people for statement in (before, done)]
    assert agreed[0] - agreed[1] == 1


async def test_a_rate_base_edited_so_that_unequal_rates_look_agreed_is_the_remainder(
    town: Shop,
) -> None:
    one = in_step(await stated(town))
    assert one.whop_id
    assert one.affihub_id
    rate = town.world.whop.rate(one.whop_id)
    assert rate is not None
    town.world.affihub.edit(one.affihub_id, commission_pct=rate + 7)
    edit(
        town,
        "UPDATE bases SET affihub = ? WHERE whop_id = ? AND field = 'commission'",
        str(rate + 7),
        one.whop_id,
    )

    done = await stated(town)

    assert [left.whop_id for left in done.remainder] == [one.whop_id]
    assert done.remainder[0].rate.finding is Finding.DIFFER
    assert done.ledgers[3].remainder == done.remainder
    assert exit_code(done) == 4


async def test_a_status_flipped_on_a_side_shows_the_person_with_the_row_that_follows(
    town: Shop,
) -> None:
    before = await stated(town)
    one = in_step(before)
    assert one.whop_id
    town.world.whop.edit(one.whop_id, status="archived")

    done = await stated(town)

    (now,) = of(done, one.whop_id)
    assert (now.status.finding, row_of(now).kind) == (Finding.DIFFER, Kind.DEACTIVATE_PARTNER)
    on = [statement.ledgers[1] for statement in (before, done)]
    assert (on[0].start.people - on[1].start.people, on[0].end.people - on[1].end.people) == (1, 0)
    assert exit_code(done) == 0


async def test_the_earnings_of_both_sides_stand_beside_each_other(shop: Shop) -> None:
    (affiliate, partner), *_ = shop.crowd(2)
    shop.lone_partner()
    shop.world.affihub.edit(
        partner.id, pending_cents=1, approved_cents=20_050, paid_cents=1_000_000
    )
    await shop.settled()

    unread, done = await stated(shop), await stated(shop, earnings=True)

    (one,) = of(done, affiliate.id)
    assert (earned_on_affihub(one), firm_on_affihub(one)) == (
        Decimal("10200.51"),
        Decimal("10200.50"),
    )
    assert one.person.earnings_usd is not None
    assert difference(one) == one.person.earnings_usd - Decimal("10200.51")
    assert done.earnings_read
    assert not unread.earnings_read
    assert exit_code(done) == 0


async def test_a_partner_whose_earnings_cannot_be_read_is_a_note_and_unknown(shop: Shop) -> None:
    (_, partner), (_, other) = shop.crowd(2)
    await shop.settled()
    shop.instead[f"/partners/{partner.id}"] = Answer(422, b'{"error": "no"}')

    done = await stated(shop, earnings=True)

    (one,), (fine,) = of(done, partner.id), of(done, other.id)
    assert earned_on_affihub(one) is None
    assert earned_on_affihub(fine) is not None
    assert [note for note in done.notes if partner.id in note]
    assert exit_code(done) == 0


async def test_when_most_partners_cannot_be_read_the_statement_ends(shop: Shop) -> None:
    people = shop.crowd(30)
    await shop.settled(allow=("all",))
    for _, partner in people:
        shop.instead[f"/partners/{partner.id}"] = Answer(422, b'{"error": "no"}')

    with pytest.raises(Rejected):
        await stated(shop, earnings=True)


async def test_a_refused_key_ends_it(shop: Shop) -> None:
    shop.crowd(1)
    await shop.settled()
    shop.faults.set_script([Step(fault=Answer(401, b"{}"), operation="get_partner", times=9)])

    with pytest.raises((KeyRefused, ClientBroken)):
        await stated(shop, earnings=True)


async def test_an_incomplete_listing_says_what_cannot_be_tied_out(roomy: Shop) -> None:
    roomy.crowd(3)
    await roomy.settled()
    roomy.instead["/partners"] = Answer(
        200, b'{"data": [], "total": 3, "page": 1, "per_page": 100}'
    )

    done = await stated(roomy)

    assert exit_code(done) == 1
    assert len(done.holes) == 1
    assert "Affihub's listing is incomplete" in done.holes[0]
    assert done.remainder == ()


async def test_it_ends_when_it_is_asked_to(shop: Shop) -> None:
    shop.crowd(2)
    stop = Stop()
    stop.request()

    with pytest.raises(Interrupted):
        await stated(shop, stop=stop)
