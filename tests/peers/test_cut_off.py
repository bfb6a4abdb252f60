"""A run dies in the middle of its creates: what it made is neither forgotten nor made again."""

from collections import Counter

import pytest

from sync.core.record import Side
from tests.runs.dying import Died, Fate
from tests.runs.shop import Asked, Shop, applied

ALL = ("all",)
FOR_EVER = 10_000


async def die_after_creates(shop: Shop, side: Side, count: int) -> None:
    """A run whose process dies once the server made so many; no answer to the last one arrives."""
    fate, made = Fate(FOR_EVER), Counter[str]()
    path = "/partners" if side is Side.AFFIHUB else "/affiliates"

    def watch(asked: Asked) -> None:
        made[f"{asked.method} {asked.path}"] += 1
        if made[f"POST {path}"] == count:
            fate.dead = True
            raise Died

    shop.before.append(fate.ask)
    shop.after.append(watch)
    shop.wrap = fate.of
    with pytest.raises((Died, BaseExceptionGroup)):
        await shop.sync(allow=ALL)
    shop.before.clear()
    shop.after.clear()
    shop.wrap = lambda store: store
    shop.close()


@pytest.fixture
def ten(shop: Shop) -> Shop:
    """Ten affiliates whom Affihub does not know, and one person who is linked."""
    shop.people_at_once = 1
    shop.both()
    for _ in range(10):
        shop.lone_affiliate()
    return shop


async def test_a_crash_after_the_sixth_of_ten_creates_makes_nobody_twice(ten: Shop) -> None:
    """Vdirsyncer remembers none of the six; rclone bisync makes copies of them under other names.

    (Rclone refuses first, until somebody deletes the lock of the run that died.)
    """
    await die_after_creates(ten, Side.AFFIHUB, 6)
    assert len(ten.world.affihub.partners) == 1 + 6
    assert len(ten.known().links) == 1 + 5

    await ten.sync(allow=ALL)

    made = [ten.partner_of(affiliate) for affiliate in ten.world.whop.affiliates.values()]
    assert len({one.id for one in made}) == len(ten.world.affihub.partners) == 11
    assert max(ten.world.created().values()) == 1
    assert len(ten.known().links) == 11
    assert ten.intents() == ()
    assert applied(await ten.sync(allow=ALL)) == []


async def test_a_crash_after_the_sixth_of_ten_new_affiliates_makes_nobody_twice(shop: Shop) -> None:
    """The same towards Whop, whose create finds as well and may bring somebody back."""
    shop.people_at_once = 1
    shop.both()
    partners = [shop.lone_partner() for _ in range(10)]

    await die_after_creates(shop, Side.WHOP, 6)
    await shop.sync(allow=ALL)

    made = [shop.affiliate_of(partner) for partner in partners]
    assert len({one.id for one in made}) == 10
    assert max(shop.world.created().values()) == 1
    assert len(shop.known().links) == 11
    assert applied(await shop.sync(allow=ALL)) == []
