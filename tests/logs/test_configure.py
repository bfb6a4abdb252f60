"""Which lines come out, and what stands in one."""

import io
import logging
import threading
import warnings
from contextvars import copy_context
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from structlog.contextvars import bound_contextvars

from sync.logs import catch_strays, configure
from tests.logs.conftest import KEY, Page, handlers, started

LOG = logging.getLogger("affisync.runs")


def test_a_line_tells_when_how_grave_who_what_and_where_it_belongs(page: Page) -> None:
    with bound_contextvars(row="0123456789abcdef", run="20261121T134100-abcdef", pair="main"):
        LOG.info("row %s", "applied", extra={"side": "whop", "tries": 2, "took": 0.5})

    record = page.record()
    assert list(record) == [
        *("timestamp", "level", "logger", "event", "pair", "run", "row"),
        *("side", "tries", "took"),
    ]
    assert record["level"] == "info"
    assert record["logger"] == "affisync.runs"
    assert record["event"] == "row applied"
    assert (record["pair"], record["run"], record["row"]) == (
        *("main", "20261121T134100-abcdef"),
        "0123456789abcdef",
    )
    assert (record["side"], record["tries"], record["took"]) == ("whop", 2, 0.5)


def test_no_field_takes_the_place_of_what_the_record_itself_says(page: Page) -> None:
    LOG.error("refused", extra={"timestamp": "never", "level": "info", "logger": "x", "event": ""})

    record = page.record()
    assert (record["level"], record["logger"], record["event"]) == (
        *("error", "affisync.runs"),
        "refused",
    )
    assert record["timestamp"] != "never"


def test_the_time_is_the_records_own_in_utc(page: Page) -> None:
    record = logging.makeLogRecord({"name": "affisync", "msg": "x", "levelname": "INFO"})
    record.created = datetime(2026, 3, 29, 1, 30, tzinfo=UTC).timestamp()

    handlers()[0].handle(record)

    assert page.record()["timestamp"] == "2026-03-29T01:30:00.000Z"


def test_a_readable_line_has_the_same_in_words(screen: Page) -> None:
    with bound_contextvars(pair="main"):
        LOG.warning("held", extra={"reason": "more than 5%", "guard": "deactivate", "ids": ["a"]})

    (line,) = screen.lines()
    assert " ".join(line[24:].split()) == (
        "[warning ] held logger=affisync.runs pair=main "
        'reason="more than 5%" guard=deactivate ids=["a"]'
    )


@pytest.mark.parametrize("tty", [True, False])
def test_a_terminal_gets_readable_lines_and_everything_else_json(tty: bool) -> None:
    stream = io.StringIO()
    stream.isatty = lambda: tty  # type: ignore[method-assign]
    configure(stream, secrets=tuple)

    LOG.info("hello")

    assert stream.getvalue().startswith("{") is not tty


def test_only_a_terminal_gets_colours() -> None:
    stream = io.StringIO()
    stream.isatty = lambda: True  # type: ignore[method-assign]
    configure(stream, secrets=tuple)
    LOG.error("red")
    page = started(readable=True)
    LOG.error("plain")

    assert "\x1b[31m" in stream.getvalue()
    assert "\x1b" not in page.text


def test_structlogs_own_loggers_go_the_same_way(page: Page) -> None:
    with bound_contextvars(pair="main"):
        structlog.get_logger("affisync.daemon").warning("%s began", "run", key=KEY, tries=1)

    record = page.record()
    assert (record["logger"], record["level"], record["pair"]) == (
        *("affisync.daemon", "warning"),
        "main",
    )
    assert (record["event"], record["key"], record["tries"]) == ("run began", "[redacted]", 1)


@pytest.mark.parametrize(
    "name", ["apscheduler.executors", "uvicorn.access", "apprise", "httpx", "httpcore.http11", "x"]
)
def test_others_tell_warnings_and_no_less(page: Page, name: str) -> None:
    logging.getLogger(name).info("every address there is")
    logging.getLogger(name).warning("something is amiss")

    assert [record["event"] for record in page.records()] == ["something is amiss"]


def test_who_asked_for_less_than_warnings_keeps_it() -> None:
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    page = started()

    logging.getLogger("apscheduler.executors").warning("missed")
    logging.getLogger("apscheduler.executors").error("broke")

    assert [record["event"] for record in page.records()] == ["broke"]


@pytest.mark.parametrize("name", ["affisync.runs", "sync.daemon.health", "connectors.transport"])
def test_ours_are_ours_by_either_name(page: Page, name: str) -> None:
    logging.getLogger(name).debug("small")

    assert page.record()["logger"] == name


def test_ours_tell_what_was_asked_for() -> None:
    page = started(level=logging.INFO)

    LOG.debug("small")
    LOG.info("large")

    assert [record["event"] for record in page.records()] == ["large"]


def test_a_logger_that_brought_its_own_way_out_loses_it(page: Page) -> None:
    around = io.StringIO()
    logger = logging.getLogger("uvicorn.error")
    logger.addHandler(logging.StreamHandler(around))
    logger.propagate = False

    page = started()
    logger.error("port taken")

    assert around.getvalue() == ""
    assert page.record()["event"] == "port taken"


def test_a_second_call_takes_the_place_of_the_first(page: Page) -> None:
    second = started()

    LOG.info("once")

    assert page.text == ""
    assert len(second.lines()) == 1


def test_what_is_bound_in_one_context_stands_in_no_other(page: Page) -> None:
    def work(pair: str) -> None:
        structlog.contextvars.bind_contextvars(pair=pair)
        LOG.info("here")

    for pair in ("east", "west"):
        copy_context().run(work, pair)
    LOG.info("outside")

    assert [record.get("pair") for record in page.records()] == ["east", "west", None]


def stop(cause: Exception) -> None:
    raise RuntimeError("stopped") from cause


def test_an_error_is_told_with_what_led_to_it_and_where(page: Page) -> None:
    try:
        stop(LookupError("nobody"))
    except RuntimeError:
        LOG.exception("run ended")

    told = page.record()["exception"]
    assert isinstance(told, list)
    assert [(each["type"], each["says"]) for each in told] == [
        ("RuntimeError", "stopped"),
        ("LookupError", "nobody"),
    ]
    assert Path(__file__).name in told[0]["at"][0]
    assert [where.rpartition(" ")[2] for where in told[0]["at"]] == [
        "stop",
        "test_an_error_is_told_with_what_led_to_it_and_where",
    ]


def test_each_error_of_a_group_is_told(page: Page) -> None:
    LOG.error("both", exc_info=ExceptionGroup("two", [ValueError("one"), OSError("other")]))

    told = page.record()["exception"]
    assert isinstance(told, list)
    assert [each["says"] for each in told[0]["group"]] == ["one", "other"]


def test_no_error_in_hand_is_no_error_told(page: Page) -> None:
    LOG.error("fine", exc_info=True)  # noqa: LOG014 - that is the case

    assert "exception" not in page.record()


def test_what_python_would_print_itself_becomes_lines(page: Page) -> None:
    def fail() -> None:
        raise ValueError(f"refused {KEY}")

    def warn() -> None:
        warnings.warn(f"old {KEY}", UserWarning, stacklevel=1)

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        with catch_strays():
            thread = threading.Thread(target=fail, name="heartbeat")
            thread.start()
            thread.join()
            warn()

    thread_line, warning_line = page.records()
    assert thread_line["in_thread"] == "heartbeat"
    assert warning_line["logger"] == "py.warnings"
    assert KEY not in page.text


def test_catching_strays_ends_where_it_began() -> None:
    before = threading.excepthook
    with catch_strays():
        assert threading.excepthook is not before
    assert threading.excepthook is before
