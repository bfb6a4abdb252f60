"""``affisync stamp``: the links as a backup copy on the partners."""

from typing import Any

import pytest

from connectors.sandbox.affihub_records import Partner
from connectors.sandbox.exchange import Answer
from connectors.sandbox.script import Step
from connectors.sandbox.whop_records import Affiliate
from tests.cli.playing import Town

REFUSED = Answer(422, b'{"error": "no"}')


def stamp_of(town: Town, partner: Partner) -> Any:
    return (town.world.affihub.partners[partner.id].metadata or {}).get("affisync")


def linked(town: Town, count: int) -> list[tuple[Affiliate, Partner]]:
    people = [town.both() for _ in range(count)]
    town.remember(*people)
    return people


def test_every_linked_partner_is_stamped(town: Town) -> None:
    people = linked(town, 3)

    ran = town("stamp", "--yes")

    assert ran.code == 0
    assert "3 linked partners: 3 applied." in ran.out
    for affiliate, partner in people:
        assert affiliate.id in str(stamp_of(town, partner))
        assert affiliate.user_id in str(stamp_of(town, partner))


def test_a_second_time_there_is_nothing_to_write(town: Town) -> None:
    linked(town, 2)
    town("stamp", "--yes")
    town.world.log.clear()

    ran = town("stamp", "--yes")

    assert ran.code == 0
    assert "2 stamped already" in ran.out
    assert town.world.log.changes() == []


def test_other_metadata_stays(town: Town) -> None:
    two = town.both(metadata={"crm": "42"})
    town.remember(two)

    town("stamp", "--yes")

    metadata = town.world.affihub.partners[two[1].id].metadata
    assert metadata is not None
    assert metadata["crm"] == "42"
    assert "affisync" in metadata


def test_a_dry_run_lists_and_writes_nothing(town: Town) -> None:
    ((affiliate, partner),) = linked(town, 1)

    ran = town("stamp", "--dry-run")

    assert ran.code == 3
    assert partner.id in ran.out
    assert affiliate.id in ran.out
    assert town.world.log.changes() == []


def test_another_stamp_is_shown_and_replaced(town: Town) -> None:
    one, other = linked(town, 2)
    town("stamp", "--yes")
    town("unlink", one[0].id, other[0].id, "--forget", "--yes")
    town("link", one[0].id, other[1].id, "--yes")

    told = town("stamp", "--dry-run")
    ran = town("stamp", "--yes")

    assert f"names {other[0].id}" in told.out
    assert ran.code == 0
    assert one[0].id in str(stamp_of(town, other[1]))


def test_it_asks_first(town: Town) -> None:
    linked(town, 2)

    ran = town("stamp", answers="n\n")

    assert ran.code == 1
    assert "2 of 2 linked partners lack their stamp" in ran.err
    assert town.world.log.changes() == []
    assert town("stamp").code == 2


def test_one_failure_stops_nobody_else(town: Town) -> None:
    people = linked(town, 5)
    town.faults.set_script([Step(fault=REFUSED, operation="update_partner", nth=2)])

    ran = town("stamp", "--yes")

    assert ran.code == 4
    assert "4 applied" in ran.out
    assert "1 failed" in ran.out
    assert sum(stamp_of(town, partner) is not None for _, partner in people) == 4


def test_a_partner_that_cannot_be_read_is_told_and_left(town: Town) -> None:
    linked(town, 3)
    town.faults.set_script([Step(fault=Answer(404, b"{}"), operation="get_partner")])

    ran = town("stamp", "--yes", "--format", "json")

    assert ran.code == 4
    standings = sorted(stamp["standing"] for stamp in ran.document["stamps"])
    assert standings == ["lacking", "lacking", "unread"]
    assert sum(stamp["outcome"] == "applied" for stamp in ran.document["stamps"]) == 2


def test_a_refused_key_ends_it_and_the_rest_is_skipped(town: Town) -> None:
    linked(town, 20)
    town.faults.set_script(
        [Step(fault=Answer(401, b"{}"), operation="update_partner", nth=3, times=1000)]
    )

    ran = town("stamp", "--yes", "--format", "json")

    assert ran.code == 1
    assert "refused the key" in ran.document["error"]
    outcomes = [stamp["outcome"] for stamp in ran.document["stamps"]]
    assert outcomes.count("applied") == 2
    assert outcomes.count("skipped") == 18


def test_a_refused_key_at_the_first_look_is_the_error(town: Town) -> None:
    linked(town, 2)
    town.faults.set_script([Step(fault=Answer(401, b"{}"), times=1000)])

    ran = town("stamp", "--yes")

    assert (ran.code, ran.out) == (1, "")
    assert "refused the key" in ran.err


def test_a_pair_in_use_is_waited_for_and_then_told(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked(town, 1)
    monkeypatch.setattr("sync.app.time.sleep", lambda _seconds: None)

    with town.store() as store:
        lease = store.lease("main")
        ran = town("stamp", "--yes")
        lease.release()

    assert ran.code == 5
    assert town.world.log.changes() == []


def test_nobody_linked_is_nothing_to_do(town: Town) -> None:
    ran = town("stamp", "--yes")

    assert ran.code == 0
    assert "0 linked partners: nothing to do." in ran.out
