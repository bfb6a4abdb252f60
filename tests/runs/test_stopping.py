"""One run of a pair at a time, and a run that is to stop writes nothing after the row in hand."""

import asyncio

import pytest

from sync.core.plan import Kind, Outcome, Plan
from sync.core.record import Side
from sync.core.report import Mode, RunStatus, exit_code
from sync.errors import PairBusy
from sync.runs.pair import Stop
from sync.state.store import open_store
from tests.runs.shop import Asked, Shop, applied, rows_of


def leave(shop: Shop, count: int) -> None:
    """So many people are archived on Whop."""
    active = [a for a in shop.world.whop.affiliates.values() if a.status == "active"]
    for affiliate in active[:count]:
        shop.world.whop.edit(affiliate.id, status="archived")


@pytest.fixture
def leaving(roomy: Shop) -> Shop:
    """Four of six linked people were archived on Whop; people are written one by one."""
    roomy.people_at_once = 1
    roomy.crowd(6)
    return roomy


async def arranged(shop: Shop) -> None:
    await shop.settled()
    leave(shop, 4)


class TestTwoRunsAtOnce:
    """The second one is told who holds the pair, and does nothing."""

    async def test_one_goes_on_and_the_other_is_refused(self, leaving: Shop) -> None:
        await arranged(leaving)

        first, second = await asyncio.gather(leaving.sync(), leaving.sync(), return_exceptions=True)

        outcomes = [first, second]
        (busy,) = [one for one in outcomes if isinstance(one, PairBusy)]
        (report,) = [one for one in outcomes if not isinstance(one, BaseException)]
        assert "Another run holds pair main" in str(busy)
        assert applied(report) == [Kind.DEACTIVATE_PARTNER] * 4
        assert len(leaving.changes()) == 4

    async def test_a_dry_run_needs_no_lease(self, leaving: Shop) -> None:
        await arranged(leaving)

        with leaving.leased():
            report = await leaving.dry_run()

        assert (report.run.mode, len(report.rows)) == (Mode.DRY_RUN, 4)

    async def test_an_apply_gives_the_pair_back(self, leaving: Shop) -> None:
        await arranged(leaving)
        await leaving.sync()

        with leaving.leased():
            pass

    async def test_one_that_failed_gives_the_pair_back_as_well(self, leaving: Shop) -> None:
        leaving.before.append(lambda _asked: _refuse())
        with pytest.raises(ZeroDivisionError):
            await leaving.sync()

        with leaving.leased():
            pass

    async def test_after_the_prompt_is_a_failed_run_in_the_history(self, leaving: Shop) -> None:
        await arranged(leaving)
        lease = None

        async def meanwhile(_plan: Plan) -> bool:
            nonlocal lease
            lease = leaving.store.lease("main")
            return True

        with pytest.raises(PairBusy):
            await leaving.sync(confirm=meanwhile)

        assert lease is not None
        lease.release()
        (latest, *_) = leaving.store.runs("main", 5)
        assert latest.head.status is RunStatus.FAILED
        assert "Another run holds pair main" in str(latest.head.error)
        assert leaving.changes() == []


def _refuse() -> None:
    raise ZeroDivisionError


class TestALeaseThatIsLost:
    """The run stops; the write in hand is settled by whoever comes next."""

    def _steal(self, shop: Shop) -> None:
        shop.clock.pass_(minutes=1)
        with open_store(shop.state, clock=shop.clock) as store:
            store.lease("main").release()

    async def test_in_the_middle_of_a_write_ends_the_run(self, leaving: Shop) -> None:
        await arranged(leaving)
        leaving.when(lambda asked: asked.writes, lambda: self._steal(leaving))

        report = await leaving.sync()

        outcomes = [row.outcome for row in rows_of(report, Kind.DEACTIVATE_PARTNER)]
        assert outcomes == [Outcome.FAILED] + [Outcome.SKIPPED] * 3
        assert (report.run.status, exit_code(report)) == (RunStatus.FAILED, 1)
        assert "took pair main over" in str(report.run.error)
        assert len(leaving.changes()) == len(leaving.intents()) == 1
        again = await leaving.sync()
        assert applied(again) == [Kind.DEACTIVATE_PARTNER] * 3
        assert leaving.intents() == ()
        assert (await leaving.sync()).rows == ()

    async def test_before_a_write_lets_nothing_out(self, leaving: Shop) -> None:
        await arranged(leaving)
        leaving.when(
            lambda asked: asked.path.startswith("/partners/"), lambda: self._steal(leaving)
        )

        report = await leaving.sync()

        assert leaving.changes() == []
        assert leaving.intents() == ()
        assert report.run.status is RunStatus.FAILED

    async def test_while_reading_lets_nothing_out_and_links_nobody(self, leaving: Shop) -> None:
        leaving.when(lambda asked: asked.side is Side.AFFIHUB, lambda: self._steal(leaving))

        report = await leaving.sync()

        assert (report.run.status, leaving.changes()) == (RunStatus.FAILED, [])
        assert leaving.known().links == ()

    async def test_after_the_last_write_still_tells_what_was_done(self, leaving: Shop) -> None:
        await arranged(leaving)
        done = leaving.store.settle

        def settle(*arguments: object) -> None:
            done(*arguments)  # type: ignore[arg-type]
            if len(leaving.changes()) == 4:
                self._steal(leaving)

        leaving.store.settle = settle  # type: ignore[method-assign, assignment]

        report = await leaving.sync()

        assert applied(report) == [Kind.DEACTIVATE_PARTNER] * 4
        assert report.run.status is RunStatus.FAILED
        assert [row.outcome for row in leaving.kept().rows] == [Outcome.APPLIED] * 4


class TestCtrlC:
    """Reading ends at once; a row in hand is finished and recorded."""

    @pytest.mark.parametrize("path", ["/affiliates", "/partners", "/product_affiliates"])
    @pytest.mark.parametrize("mode", list(Mode))
    async def test_while_reading(self, leaving: Shop, path: str, mode: Mode) -> None:
        stop = Stop()
        leaving.lone_affiliate()
        leaving.when(lambda asked: asked.path == path, stop.request)

        run = leaving.sync if mode is Mode.APPLY else leaving.dry_run
        report = await run(stop=stop)

        assert (report.run.status, exit_code(report)) == (RunStatus.FAILED, 1)
        assert report.run.error == "Stopped as asked, before anything was written."
        assert (leaving.changes(), leaving.known().links) == ([], ())

    async def test_while_writing(self, leaving: Shop) -> None:
        stop = Stop()
        await arranged(leaving)

        def watch(asked: Asked) -> None:
            if asked.writes and len(leaving.changes()) == 1:
                stop.request()

        leaving.before.append(watch)

        report = await leaving.sync(stop=stop)

        outcomes = [row.outcome for row in report.rows]
        assert outcomes == [Outcome.APPLIED] * 2 + [Outcome.SKIPPED] * 2
        assert (report.run.status, exit_code(report)) == (RunStatus.PARTIAL, 1)
        assert len(leaving.changes()) == 2
        assert leaving.intents() == ()
        assert leaving.kept() == report
        leaving.before.clear()
        assert applied(await leaving.sync()) == [Kind.DEACTIVATE_PARTNER] * 2

    async def test_in_the_first_run_leaves_the_rest_of_it_to_a_person(self, shop: Shop) -> None:
        stop = Stop()
        shop.people_at_once = 1
        for _ in range(3):
            shop.lone_affiliate()
        shop.when(lambda asked: asked.method == "POST", stop.request)

        report = await shop.sync(allow=["first-run"], stop=stop)
        later = await shop.sync(allow=[])

        assert [row.outcome for row in report.rows].count(Outcome.APPLIED) == 1
        assert {row.guard for row in later.rows} == {"first-run"}

    async def test_finishes_what_several_people_have_in_hand(self, roomy: Shop) -> None:
        stop = Stop()
        roomy.crowd(30)
        await roomy.settled()
        leave(roomy, 30)
        roomy.when(lambda asked: asked.writes, stop.request)

        report = await roomy.sync(stop=stop)

        outcomes = [row.outcome for row in report.rows]
        assert 1 <= outcomes.count(Outcome.APPLIED) <= roomy.people_at_once
        assert set(outcomes) == {Outcome.APPLIED, Outcome.SKIPPED}
        assert outcomes.count(Outcome.APPLIED) == len(roomy.changes())
        assert roomy.intents() == ()
