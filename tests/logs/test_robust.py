"""No record, no stream and no secret can break the program or another line."""

import errno
import io
import json
import logging
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.logs import configure
from sync.logs.lines import LOST
from sync.logs.plain import LARGEST
from tests.logs.conftest import Page, handlers, started

LOG = logging.getLogger("affisync.runs")


def kind(value: object) -> str:
    return type(value).__name__


class Mute:
    """Nobody can print it."""

    def __str__(self) -> NoReturn:
        raise RuntimeError("no")

    __repr__ = __str__


def circle() -> list[object]:
    ring: list[object] = []
    ring += [ring, ring, {"again": ring}]
    return ring


def deep() -> list[object]:
    nest: list[object] = []
    for _ in range(10_000):
        nest = [nest]
    return nest


@pytest.mark.parametrize(
    "value",
    [
        *(
            Mute(),
            circle(),
            deep(),
            {Mute(): 1},
            {1: 2, None: 3},
            b"\xff\x00",
            float("nan"),
            10**9999,
        ),
        *("\ud800", "x" * 1_000_000, ["y"] * 1_000_000, {b"\xff"}, Decimal("12.5"), object()),
        *(lambda: 0, type, iter(()), threading.Lock(), KeyError(Mute()), range(9), "\x00"),
        {"a": {"b": (1, {2})}},
    ],
    ids=kind,
)
@pytest.mark.parametrize("readable", [True, False])
def test_whatever_is_logged_is_one_line(value: object, readable: bool) -> None:
    page = started(readable=readable)

    LOG.info("said %s", value, extra={"field": value})
    LOG.info("as it is", extra={"field": value})
    LOG.info(value)

    # A message that cannot be turned into text at all may be lost, but then it is counted.
    lost = handlers()[0].dropped
    lines = [line for line in page.lines() if LOST not in line]
    assert len(lines) + lost == 3
    assert len(lines) >= 2
    assert all(len(line) < 12 * LARGEST for line in lines)
    for line in lines:
        assert line.isprintable()
        assert readable or json.loads(line)


def test_a_message_that_does_not_fit_its_arguments_is_told_all_the_same(page: Page) -> None:
    LOG.info("%d of %d", "one", "two")

    assert str(page.record()["event"]).startswith("%d of %d")


def test_numbers_and_times_keep_their_digits(page: Page) -> None:
    LOG.info("x", extra={"rate": Decimal("12.50"), "count": 3, "share": 0.25, "on": True})

    record = page.record()
    assert [record[name] for name in ("rate", "count", "share", "on")] == ["12.50", 3, 0.25, True]


def test_an_error_that_bites_its_own_tail_is_told(page: Page) -> None:
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first

    LOG.error("turning", exc_info=first)

    assert page.record()["event"] == "turning"


@pytest.mark.parametrize("readable", [True, False])
@settings(deadline=None)
@given(text=st.text(), name=st.text(min_size=1))
def test_no_text_begins_a_line_or_steers_a_terminal(text: str, name: str, readable: bool) -> None:
    page = started(readable=readable, secrets=())

    LOG.info("said %s", text, extra={f"field {name}": text, "below": {name: [text]}})
    LOG.error("%s", text, exc_info=ValueError(text))

    assert len(page.lines()) == 2
    assert all(line.isprintable() for line in page.lines())
    if not readable:
        assert page.records()[0]["event"] == "said " + text


@pytest.mark.parametrize("forged", ["\n", "\r\n", "\x1b[2J", "\u202e", "\u2028", "\x9b31m", "\x85"])
def test_what_would_forge_a_line_is_shown_as_its_escape(screen: Page, forged: str) -> None:
    LOG.info("name", extra={"who": f"Ana{forged}2026-01-01 [info] all is well"})

    (line,) = screen.lines()
    assert forged not in line
    assert "Ana" in line


class Full(io.StringIO):
    """A stream that takes nothing while something is wrong with it."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: Exception | None = None

    def write(self, text: str) -> int:
        if self.wrong:
            raise self.wrong
        return super().write(text)


@pytest.mark.parametrize(
    "wrong",
    [
        OSError(errno.ENOSPC, "no space"),
        BrokenPipeError(),
        ValueError("I/O operation on closed file"),
        UnicodeEncodeError("ascii", "é", 0, 1, "no"),
        BlockingIOError(),
    ],
    ids=kind,
)
def test_a_stream_that_takes_nothing_costs_lines_and_says_so_later(wrong: Exception) -> None:
    stream = Full()
    lines = configure(stream, secrets=tuple)
    stream.wrong = wrong
    for _ in range(3):
        LOG.info("lost")
    assert lines.dropped == 3

    stream.wrong = None
    LOG.info("back")
    LOG.info("and on")

    records = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [record["event"] for record in records] == ["back", LOST, "and on"]
    assert records[1]["lost"] == 3


def test_a_closed_stream_breaks_nothing() -> None:
    stream = io.StringIO()
    lines = configure(stream, secrets=tuple)
    stream.close()

    LOG.info("into the void")

    assert lines.dropped == 1


def unknown() -> NoReturn:
    raise RuntimeError("no configuration yet")


@pytest.mark.parametrize("secrets", [unknown, lambda: None, lambda: [None]])
def test_secrets_that_cannot_be_told_break_no_line(secrets: Callable[[], list[str]]) -> None:
    page = Page()
    configure(page.stream, secrets=secrets)

    LOG.info("Authorization: Bearer abcdef")

    assert page.record()["event"] == "Authorization: [redacted]"


def test_lines_of_many_threads_never_mix(page: Page) -> None:
    def tell(name: str) -> None:
        for number in range(100):
            LOG.info(name * 200, extra={"number": number})

    threads = [threading.Thread(target=tell, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    told = sorted((str(record["event"])[0], record["number"]) for record in page.records())
    assert told == [(name, number) for name in "abcd" for number in range(100)]


def test_each_line_is_one_write() -> None:
    written: list[str] = []

    class Counting(io.StringIO):
        def write(self, text: str) -> int:
            written.append(text)
            return len(text)

    configure(Counting(), secrets=tuple)
    LOG.info("one")
    LOG.info("two")

    assert len(written) == 2
    assert all(text.endswith("\n") for text in written)
