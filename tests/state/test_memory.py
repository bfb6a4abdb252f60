"""What is remembered of a pair beside its links: facts, readings, parked and held rows."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sync.core.plan import Disposition, Outcome
from sync.core.ports import EmailReading, Fence, OverrideReading, Parked, Settlement
from sync.core.record import Override, Untold
from sync.state.store import Store
from sync.state.tables import HELD_ROWS, PAIRS
from tests.state.people import NOON, a_head, a_row, applied

LATER = NOON + timedelta(days=1)
PARKED = Parked(Disposition.BREAK, "read-back", "Affihub kept 12.35.", NOON)


def test_the_company_of_the_first_run_is_kept_whatever_comes_later(
    store: Store, fence: Fence
) -> None:
    store.remember_company(fence, "biz_1")
    store.remember_company(fence, "biz_2")

    assert store.known("main", NOON).company_id == "biz_1"
    assert store.known("other", NOON).company_id is None
    assert (store.company("main"), store.company("other")) == ("biz_1", None)


def test_the_first_run_is_lifted_once_by_the_first_who_did(store: Store, fence: Fence) -> None:
    store.remember_company(fence, "biz_1")
    store.lift_first_run(fence, "ann", NOON)
    store.lift_first_run(fence, "bob", LATER)

    assert store.known("main", NOON).first_run_done
    assert not store.known("other", NOON).first_run_done
    with store._database.read() as connection:
        (row,) = connection.execute(PAIRS.select())
    assert (row.first_run_by, row.first_run_at) == ("ann", NOON)


def test_addresses_are_kept_with_their_age_until_read_again(store: Store) -> None:
    first = {
        "user_1": EmailReading(("a@example.com", "b@example.com"), NOON),
        "user_2": EmailReading((), NOON),
    }
    store.cache_emails("main", first)

    store.cache_emails("main", {"user_2": EmailReading(("c@example.com",), LATER)})

    assert store.known("main", NOON).emails == first | {
        "user_2": EmailReading(("c@example.com",), LATER)
    }
    assert store.known("other", NOON).emails == {}


def test_an_address_that_is_not_unicode_is_kept_all_the_same(store: Store) -> None:
    read = {"user_1": EmailReading(("a\ud800\x00@example.com",), NOON)}

    store.cache_emails("main", read)

    assert store.known("main", NOON).emails == read


def test_overrides_are_kept_with_the_marks_of_their_reading(store: Store) -> None:
    override = Override("ovr_1", "rev_share", "percentage", Decimal("12.50"), plan_id="plan_1")
    read = {
        "aff_1": OverrideReading((override,), 1, "2026-11-20T12:00:00Z", NOON),
        "aff_2": OverrideReading(
            (replace(override, commission_value=Untold.ABSENT),), None, "", NOON
        ),
        "aff_3": OverrideReading((), 0, "", NOON),
    }
    store.cache_overrides("main", read)
    store.cache_overrides("main", {"aff_3": read["aff_2"]})

    kept = store.known("main", NOON).overrides

    assert kept == read | {"aff_3": read["aff_2"]}
    assert str(kept["aff_1"].overrides[0].commission_value) == "12.50"


def test_a_parked_row_stays_parked_until_it_is_applied(store: Store, fence: Fence) -> None:
    store.begin_run(a_head())
    failed = a_row(1, outcome=Outcome.FAILED)
    store.settle(fence, None, "run-1", Settlement(failed, park=PARKED))
    store.settle(fence, None, "run-1", Settlement(applied(2)))
    store.settle(fence, None, "run-1", Settlement(failed))
    assert store.known("main", NOON).parked == {"key-1": PARKED}

    store.settle(fence, None, "run-1", Settlement(applied(1)))

    assert store.known("main", NOON).parked == {}


def test_a_parked_row_keeps_how_often_it_was_tried_and_until_when_it_rests(
    store: Store, fence: Fence
) -> None:
    again = replace(PARKED, disposition=Disposition.WAITING, tries=3, until=LATER)
    store.park(fence, "key-1", again)
    store.begin_run(a_head())
    failed = a_row(2, outcome=Outcome.FAILED)
    store.settle(fence, None, "run-1", Settlement(failed, park=replace(again, tries=4)))

    assert store.known("main", NOON).parked == {"key-1": again, "key-2": replace(again, tries=4)}


def test_held_rows_are_those_of_the_last_run_since_they_were_first_held(
    store: Store, fence: Fence
) -> None:
    store.remember_held(fence, {"a": "deactivate", "b": "deactivate", "c": "missing"}, NOON)

    store.remember_held(fence, {"b": "deactivate", "c": "commission", "d": "missing"}, LATER)

    held = {"b": "deactivate", "c": "commission", "d": "missing"}
    assert store.known("main", NOON).held == held
    with store._database.read() as connection:
        since = {row.key: row.since for row in connection.execute(HELD_ROWS.select())}
    assert since == {"b": NOON, "c": LATER, "d": LATER}


def test_held_rows_can_all_be_let_go(store: Store, fence: Fence) -> None:
    store.remember_held(fence, {"a": "deactivate"}, NOON)
    store.remember_held(fence, {}, NOON)

    assert store.known("main", NOON).held == {}
