"""Several threads on one store, and what an error of the state may say."""

import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest

from sync.core.ports import EmailReading, Fence, Settlement
from sync.errors import StateError
from sync.state.store import Store
from tests.state.people import NOON, a_head, a_link, a_row, applied

CANARY = "canary@example.com"


def test_many_threads_write_and_read_and_nothing_is_lost(store: Store, fence: Fence) -> None:
    store.begin_run(a_head())

    def apply(number: int) -> None:
        intent = store.intend(fence, "run-1", a_row(number), NOON)
        store.known("main", NOON)
        store.settle(fence, intent, "run-1", Settlement(applied(number), link=a_link(number)))

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(apply, range(100)))

    report = store.report("run-1", None)
    assert report is not None
    assert len(report.rows) == 100
    assert len(store.known("main", NOON).links) == 100
    assert store.open_intents("main") == ()


def test_a_reader_waits_for_no_writer_and_sees_none_of_what_is_not_done(
    store: Store, fence: Fence
) -> None:
    store.save_links(fence, [a_link(1)])
    with ThreadPoolExecutor(1) as threads, store._database.write() as connection:
        connection.exec_driver_sql("DELETE FROM links")

        seen = threads.submit(store.known, "main", NOON).result(timeout=10)

    assert seen.links == (a_link(1),)
    assert store.known("main", NOON).links == ()


def test_one_reading_sees_one_moment(store: Store, fence: Fence) -> None:
    with store._database.read() as connection:
        count = "SELECT count(*) FROM links"
        assert connection.exec_driver_sql(count).scalar() == 0
        with ThreadPoolExecutor(1) as threads:
            threads.submit(store.save_links, fence, [a_link(1)]).result(timeout=10)

        assert connection.exec_driver_sql(count).scalar() == 0


def test_a_write_that_is_interrupted_is_undone(store: Store, fence: Fence) -> None:
    def links() -> object:
        yield a_link(1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.save_links(fence, links())  # type: ignore[arg-type]

    assert store.known("main", NOON).links == ()
    store.save_links(fence, [a_link(2)])


def test_no_error_tells_what_was_to_be_written(store: Store, fence: Fence) -> None:
    """The whole traceback, causes and all, as --debug shows it."""
    store.begin_run(a_head())
    secret = a_link(1, evidence=CANARY)
    broken = a_link(2, evidence=f"{CANARY}\ud800")
    nobody = EmailReading((CANARY,), None)  # type: ignore[arg-type]
    said = [
        _said(lambda: store.save_links(fence, [secret, a_link(3, affihub_id="par_1")])),
        _said(lambda: store.save_links(fence, [broken])),
        _said(lambda: store.cache_emails("main", {"user_1": nobody})),
        _said(lambda: store.begin_run(a_head(by=CANARY))),
    ]

    assert CANARY not in "\n".join(said)


def _said(write: object) -> str:
    with pytest.raises(StateError) as refused:
        write()  # type: ignore[operator]
    return "".join(traceback.format_exception(refused.value))


def test_closing_twice_is_no_error(store: Store) -> None:
    store.lease("main")

    store.close()
    store.close()
