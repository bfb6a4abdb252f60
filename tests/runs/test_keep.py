"""What is kept of a run is in the log, and the head of the log is in its report."""

import pytest

from connectors.sandbox.exchange import Answer
from connectors.sandbox.script import Step
from sync.core.report import Mode, RunStatus
from tests.runs.shop import Shop


@pytest.mark.parametrize("mode", Mode)
async def test_a_report_carries_the_head_of_the_log_after_its_run(shop: Shop, mode: Mode) -> None:
    run = shop.sync if mode is Mode.APPLY else shop.dry_run
    first, second = await run(), await run()

    assert first.run.log != second.run.log == shop.store.log_head()
    assert [shop.store.report(one.run.id, None) for one in (first, second)] == [first, second]
    found = shop.store.verify_log(first.run.log)
    assert (found.entries, found.problems, found.knows) == (2, (), True)


async def test_the_report_of_a_run_that_failed_carries_it_as_well(shop: Shop) -> None:
    refused = Step(fault=Answer(401, b"{}"), operation="list_partners", times=100)
    shop.faults.set_script([refused])

    report = await shop.sync()

    assert report.run.status is RunStatus.FAILED
    assert report.run.log == shop.store.log_head()
    assert shop.store.verify_log().problems == ()
