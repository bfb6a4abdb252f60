"""No key, token or payout detail reaches a report, the state, a log or an error."""

import json
import logging
import traceback
from decimal import Decimal

import pytest

from connectors.sandbox.exchange import Answer
from connectors.sandbox.script import Step
from connectors.sandbox.seed import seeded
from sync.core.record import Side
from sync.core.report import Mode
from sync.render import Format, render
from tests.runs.shop import Asked, Shop

WHOP_KEY = "canary-whop-0d4c-not-a-pattern"
AFFIHUB_KEY = "canary-affihub-77ce-not-a-pattern"
PAYOUT = "canary.payout@example.org"
ACCOUNT = "acct_canary1Lx"
TOKEN = "canarytoken5f"
BUYER = "canary.buyer@example.net"
CANARIES = (WHOP_KEY, AFFIHUB_KEY, PAYOUT, ACCOUNT, TOKEN, BUYER)

TALE = (
    f"Authorization: Bearer {{key}} was sent; payout_email: {PAYOUT}, stripe_account_id {ACCOUNT}, "
    f"token=eyJ{TOKEN}.x for {BUYER}"
)


def planted(shop: Shop) -> None:
    """Every secret there is, wherever a side could hold one."""
    shop.world = seeded(24, 5, clock=shop.clock)
    shop.cast.world = shop.world
    shop.world.whop.key, shop.world.affihub.key = WHOP_KEY, AFFIHUB_KEY
    for partner in list(shop.world.affihub.partners.values()):
        shop.world.affihub.edit(
            partner.id,
            payout_method="paypal",
            payout_email=PAYOUT,
            stripe_account_id=ACCOUNT,
            metadata={"session": {"token": f"eyJ{TOKEN}.x"}, "buyer": BUYER},
        )


def tale(side: Side, status: int, form: str) -> Answer:
    """An error in which a server tells everything it knows."""
    text = TALE.format(key=WHOP_KEY if side is Side.WHOP else AFFIHUB_KEY)
    bodies = {
        "json": json.dumps({"error": {"message": text}, "payout_email": PAYOUT}),
        "flat": json.dumps({"error": text}),
        "text": text,
        "page": f"<html><body>{text}</body></html>",
        "data": json.dumps({"data": [{"id": "x", "status": 5, "payout_email": PAYOUT}]}),
    }
    return Answer(status, bodies[form].encode())


def seen_in(shop: Shop, *texts: str) -> set[str]:
    """The canaries in these texts and in every byte of the state."""
    shop.close()
    files = b"".join(path.read_bytes() for path in sorted(shop.state.parent.glob("state.db*")))
    told = "\n".join(texts).encode() + files
    return {canary for canary in CANARIES if canary.encode() in told}


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    return caplog


@pytest.mark.parametrize("mode", list(Mode))
async def test_runs_that_go_well_tell_none(
    roomy: Shop, quiet: pytest.LogCaptureFixture, mode: Mode
) -> None:
    planted(roomy)
    roomy.allow(activate=True)
    roomy.sync_rates(on_first_link="whop")
    run = roomy.sync if mode is Mode.APPLY else roomy.dry_run

    reports = [await run(allow=["all"]), await run(allow=["all"])]

    texts = [render(report, form) for report in reports for form in Format]
    assert seen_in(roomy, *texts, quiet.text, repr(reports)) == set()


@pytest.mark.parametrize("form", ["json", "flat", "text", "page", "data"])
@pytest.mark.parametrize("status", [200, 401, 422])
async def test_runs_that_go_wrong_tell_none(
    roomy: Shop, quiet: pytest.LogCaptureFixture, status: int, form: str
) -> None:
    planted(roomy)
    await roomy.sync(allow=["all"])
    people = [roomy.cast.rated(20, 20) for _ in range(2)]
    await roomy.settled(allow=["all"])
    roomy.world.whop.edit(people[0][0].id, status="archived")
    roomy.world.affihub.edit(people[1][1].id, commission_pct=Decimal(30))
    roomy.lone_affiliate()
    roomy.lone_partner()
    roomy.sync_rates()

    def spoil(asked: Asked) -> None:
        writes = asked.writes or asked.path.endswith("/overrides")
        roomy.instead = {asked.path: tale(asked.side, status, form)} if writes else {}

    roomy.before.append(spoil)
    told = [await roomy.sync(allow=["all"])]
    roomy.before.clear()
    roomy.instead.clear()
    for side, operation in ((Side.WHOP, "list_affiliates"), (Side.AFFIHUB, "list_partners")):
        step = Step(fault=tale(side, status, form), operation=operation, times=50)
        roomy.faults.set_script([step])
        told.append(await roomy.sync(allow=["all"]))

    texts = [render(report, kind) for report in told for kind in Format]
    assert any(row.error for row in told[0].rows) or told[0].run.error
    assert seen_in(roomy, *texts, quiet.text, repr(told)) == set()


async def test_an_end_nobody_foresaw_tells_none_in_its_traceback(roomy: Shop) -> None:
    planted(roomy)

    def fail(asked: Asked) -> None:
        if asked.side is Side.AFFIHUB:
            raise ZeroDivisionError

    roomy.before.append(fail)

    with pytest.raises(ZeroDivisionError) as caught:
        await roomy.sync()

    lines = traceback.format_exception(caught.value)
    assert seen_in(roomy, *lines, repr(caught.value)) == set()
