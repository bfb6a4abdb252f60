"""A person's history: every value, who set it, and what people decided, oldest first."""

from decimal import Decimal

import httpx

from sync.core.decision import Decision, Verb
from sync.core.history import Event, History, What
from sync.core.plan import Field
from sync.runs.history import Whom, history, whom
from tests.runs.shop import Asked, Shop, row_of
from tests.runs.undoing import undo


def told(shop: Shop, wanted: str, field: Field | None = None) -> History:
    """The history of whom a text means."""
    who = whom(shop.store, "main", shop.clock, wanted)
    assert who is not None
    return history(shop.store, "main", shop.clock, who, field)


def refuse_writes(asked: Asked) -> None:
    if asked.writes:
        raise httpx.ConnectError("no way there")


def brief(one: Event) -> tuple[str, str | None, str | None, str | None]:
    return one.what.value, one.side.value if one.side else None, one.before, one.after


async def test_edits_and_our_writes_alternate_as_they_happened(roomy: Shop) -> None:
    roomy.sync_rates()
    affiliate, partner = roomy.cast.rated(20, 20)
    await roomy.settled()
    roomy.world.whop.set_rate(affiliate.id, 30)
    seen = await roomy.dry_run()
    first = await roomy.sync()
    roomy.world.affihub.edit(partner.id, commission_pct=Decimal(25))
    second = await roomy.sync()
    roomy.world.whop.edit(affiliate.id, status="archived")
    await roomy.sync()

    found = told(roomy, affiliate.id)

    rates = [one for one in found.events if one.field is Field.COMMISSION]
    assert list(map(brief, rates)) == [
        ("edit", "whop", "20", "30"),
        ("write", "affihub", "20", "30"),
        ("edit", "affihub", "30", "25"),
        ("write", "whop", "30", "25"),
    ]
    assert [one.run for one in rates] == [seen.run.id, first.run.id, second.run.id, second.run.id]
    assert [one.by for one in rates] == ["", "a test", "", "a test"]
    assert [brief(one) for one in found.events if one.field is Field.STATUS] == [
        ("edit", "whop", "active", "archived"),
        ("write", "affihub", "active", "deactivated"),
    ]
    assert found.events[0].what is What.LINK
    assert [one.at for one in found.events] == sorted(one.at for one in found.events)


async def test_both_edits_of_a_conflict_are_told_and_what_was_chosen(roomy: Shop) -> None:
    roomy.sync_rates()
    affiliate, partner = roomy.cast.rated(20, 20)
    await roomy.settled()
    roomy.world.whop.set_rate(affiliate.id, 30)
    roomy.world.affihub.edit(partner.id, commission_pct=Decimal(25))
    await roomy.sync()
    conflict = row_of(await roomy.sync(), affiliate)
    use = Decision("main", Verb.USE, conflict, "ben", roomy.clock(), "agreed by mail", value="whop")
    roomy.store.decide([use])
    await roomy.sync()

    found = told(roomy, partner.id, Field.COMMISSION)

    assert list(map(brief, found.events)) == [
        ("edit", "whop", "20", "30"),
        ("edit", "affihub", "20", "25"),
        ("decision", "affihub", "25", "25"),
        ("write", "affihub", "25", "30"),
    ]
    decision = found.events[2]
    assert decision.by == "ben"
    assert "ben chose whop" in decision.why
    assert "agreed by mail (spent on 2026-11-02)" in decision.why


async def test_an_undo_is_told_and_is_nobodys_edit(roomy: Shop) -> None:
    roomy.sync_rates()
    affiliate, _ = roomy.cast.rated(20, 20)
    await roomy.settled()
    roomy.world.whop.set_rate(affiliate.id, 30)
    done = await roomy.sync()
    await undo(roomy, done.run.id, why="the wrong person", by="ana")
    for _ in range(2):
        await roomy.sync()

    found = told(roomy, affiliate.id, Field.COMMISSION)

    assert list(map(brief, found.events)) == [
        ("edit", "whop", "20", "30"),
        ("write", "affihub", "20", "30"),
        ("write", "affihub", "30", "20"),
        ("decision", "affihub", "20", "30"),
    ]
    assert found.events[2].by == "ana"
    assert "the wrong person" in found.events[2].why
    assert "rejected by ana" in found.events[3].why


async def test_a_second_edit_to_the_same_value_is_told_again(roomy: Shop) -> None:
    affiliate, _ = roomy.both()
    roomy.allow(reactivate=True)
    await roomy.settled()
    for status in ("archived", "active", "archived"):
        roomy.world.whop.edit(affiliate.id, status=status)
        await roomy.sync()

    found = told(roomy, affiliate.id, Field.STATUS)

    assert [brief(one)[2:] for one in found.events if one.what is What.EDIT] == [
        ("active", "archived"),
        ("archived", "active"),
        ("active", "archived"),
    ]


async def test_a_link_that_moved_keeps_the_history_of_both_affiliates(roomy: Shop) -> None:
    affiliate, partner = roomy.both()
    await roomy.settled()
    roomy.world.whop.edit(affiliate.id, status="deleted")
    other = roomy.world.whop.add_affiliate(affiliate.user_id)
    await roomy.sync(allow=("all",))

    for wanted in (partner.id, other.id):
        moved = [brief(one) for one in told(roomy, wanted, Field.LINK).events]
        assert moved[-1] == ("link", "whop", affiliate.id, other.id)
        assert len(moved) == 2


async def test_who_is_created_has_a_history_from_the_invitation_on(roomy: Shop) -> None:
    affiliate = roomy.lone_affiliate()
    await roomy.settled()

    found = told(roomy, affiliate.id)

    assert [brief(one) for one in found.events] == [("write", "affihub", None, "invited")]
    assert found.person.name == roomy.world.whop.user_of(affiliate.id).name


async def test_somebody_linked_is_found_by_any_id_and_by_address(roomy: Shop) -> None:
    affiliate, partner = roomy.both()
    await roomy.settled()
    expected = Whom(affiliate.id, partner.id)

    for wanted in (affiliate.id, partner.id, affiliate.user_id, f" {partner.email.upper()} "):
        assert whom(roomy.store, "main", roomy.clock, wanted) == expected
    assert whom(roomy.store, "main", roomy.clock, "somebody") is None
    assert whom(roomy.store, "main", roomy.clock, "aff_nobody") is None


async def test_a_write_that_failed_is_told_as_one(roomy: Shop) -> None:
    affiliate, partner = roomy.both()
    await roomy.settled()
    roomy.world.whop.edit(affiliate.id, status="archived")
    roomy.before.append(refuse_writes)
    await roomy.sync()

    (failed,) = [one for one in told(roomy, partner.id).events if one.what is What.FAILED]

    assert brief(failed) == ("failed", "affihub", "active", "deactivated")
    assert failed.why
