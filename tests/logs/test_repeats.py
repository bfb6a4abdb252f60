"""A flood of the same line of others is one line a minute; ours all stay."""

import logging

import pytest
import time_machine

from tests.logs.conftest import Page

ACCEPT = "socket.accept() out of system resource"


def said(page: Page) -> list[tuple[object, object]]:
    return [(record["event"], record.get("left_out")) for record in page.records()]


def test_what_others_say_over_and_over_is_written_once_a_minute(page: Page) -> None:
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        for _ in range(1000):
            logging.getLogger("asyncio").error(ACCEPT)
        logging.getLogger("asyncio").error("something else")
        clock.shift(59)
        logging.getLogger("asyncio").error(ACCEPT)
        clock.shift(1)
        logging.getLogger("asyncio").error(ACCEPT)
        logging.getLogger("asyncio").error(ACCEPT)

    assert said(page) == [(ACCEPT, None), ("something else", None), (ACCEPT, 1000)]


def test_the_same_words_of_two_loggers_are_two_lines(page: Page) -> None:
    for name in ("uvicorn.error", "asyncio"):
        logging.getLogger(name).warning("Invalid HTTP request received.")

    assert len(page.records()) == 2


def test_arguments_tell_lines_apart(page: Page) -> None:
    for number in (1, 2, 1):
        logging.getLogger("apprise").warning("Sent %d", number)

    assert [event for event, _ in said(page)] == ["Sent 1", "Sent 2"]


@pytest.mark.parametrize("name", ["affisync.daemon", "sync.daemon.health", "connectors.transport"])
def test_every_line_of_ours_stays(page: Page, name: str) -> None:
    for _ in range(3):
        logging.getLogger(name).info("Run began.")

    assert len(page.records()) == 3


def test_a_clock_that_is_set_back_silences_nobody_for_long(page: Page) -> None:
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        logging.getLogger("asyncio").error(ACCEPT)
        clock.shift(-86_400)
        logging.getLogger("asyncio").error(ACCEPT)

    assert len(page.records()) == 2


def test_what_is_remembered_is_bounded(page: Page) -> None:
    for number in range(1000):
        logging.getLogger("asyncio").error("task %d", number)
    logging.getLogger("asyncio").error("task %d", 999)
    logging.getLogger("asyncio").error("task %d", 0)

    assert [event for event, _ in said(page)][-2:] == ["task 999", "task 0"]
