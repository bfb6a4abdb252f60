"""Lines beside the program: whatever becomes of them, it goes on, and what is missing is told."""

import errno
import io
import json
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.logs import configure
from sync.logs.aside import LinesAside
from sync.logs.lines import LOST

LOG = logging.getLogger("affisync.runs")


@contextmanager
def aside(stream: TextIO, most: int = 4_000_000) -> Iterator[LinesAside]:
    """Lines that go there, until the block ends."""
    lines = LinesAside(stream, most)
    try:
        yield lines
    finally:
        lines.close()


def say(lines: logging.Handler, text: str) -> None:
    lines.handle(logging.makeLogRecord({"msg": text}))


class Slow(io.StringIO):
    """A stream that takes a line when it is let, and may refuse it."""

    def __init__(self) -> None:
        super().__init__()
        self.let = threading.Semaphore(0)
        self.wrong = False

    def write(self, text: str) -> int:
        assert self.let.acquire(timeout=20)
        if self.wrong:
            raise OSError(errno.ENOSPC, "no space")
        return super().write(text)

    def open_wide(self) -> None:
        """Take everything from now on."""
        self.let.release(1000)


@contextmanager
def pipe() -> Iterator[tuple[int, TextIO]]:
    """Both ends of a pipe."""
    out, into = os.pipe()
    try:
        with os.fdopen(into, "w", encoding="utf-8") as stream:
            yield out, stream
    finally:
        os.close(out)


def read(out: int, lines: int) -> list[str]:
    """So many lines of a pipe."""
    text = b""
    while text.count(b"\n") < lines:
        text += os.read(out, 65536)
    return text.decode().splitlines()


def test_a_pipe_that_nobody_reads_stops_nobody_and_loses_nothing_that_has_room() -> None:
    with pipe() as (out, stream):
        lines = configure(stream, secrets=tuple, aside=True)
        texts = [f"{number} " + "x" * 1000 for number in range(300)]
        for text in texts:
            LOG.info(text)  # more than four times what a pipe holds

        told = [json.loads(line)["event"] for line in read(out, len(texts))]
        lines.close()

    assert told == texts
    assert lines.dropped == 0


def test_a_pipe_that_does_not_block_loses_no_half_of_a_line() -> None:
    with pipe() as (out, stream):
        os.set_blocking(stream.fileno(), False)
        with aside(stream) as lines:
            for number in range(100):
                say(lines, f"{number} " + "x" * 1999)
            told = read(out, 100)

    assert [line.partition(" ")[0] for line in told] == [str(number) for number in range(100)]
    assert {len(line.partition(" ")[2]) for line in told} == {1999}


def test_a_pipe_whose_reader_is_gone_costs_lines_only() -> None:
    out, into = os.pipe()
    os.close(out)
    with os.fdopen(into, "w") as stream, aside(stream) as lines:
        for _ in range(3):
            say(lines, "into the void")
        lines.flush(20)

        assert lines.dropped == 3


def test_what_has_no_room_is_lost_and_told_later() -> None:
    stream = Slow()
    with aside(stream, most=15) as lines:
        for number in range(8):
            say(lines, f"line {number}")
        assert lines.dropped == 6  # two of six characters each have room
        stream.open_wide()
        lines.flush(20)
        say(lines, "back")
        lines.flush(20)
        say(lines, "on")
        lines.flush(20)

        assert stream.getvalue().splitlines() == ["line 0", "line 1", "back", "on"]
        assert lines.dropped == 6


def test_one_line_tells_how_many_are_missing() -> None:
    stream = Slow()
    with aside(stream, most=1000) as lines:
        for _ in range(5):
            say(lines, "x" * 400)
        stream.open_wide()
        lines.flush(20)
        say(lines, "back")
        say(lines, "and on")
        lines.flush(20)

        assert stream.getvalue().splitlines() == ["x" * 400] * 2 + ["back", LOST, "and on"]


def test_a_disk_that_is_full_for_a_while_costs_lines_and_says_so() -> None:
    stream = Slow()
    stream.wrong = True
    stream.open_wide()
    with aside(stream) as lines:
        for _ in range(3):
            say(lines, "lost")
            lines.flush(20)
        assert lines.dropped == 3
        stream.wrong = False
        say(lines, "back")
        say(lines, "and on")
        lines.flush(20)

        assert stream.getvalue().splitlines() == ["back", LOST, "and on"]


def test_the_end_waits_for_the_last_lines_and_not_for_ever() -> None:
    stream = Slow()
    with aside(stream) as lines:
        say(lines, "the last")
        lines.flush(0.01)
        assert stream.getvalue() == ""
        stream.open_wide()
        lines.flush(20)
        assert stream.getvalue() == "the last\n"


def test_whoever_ends_it_again_waits_no_more() -> None:
    stream = Slow()
    lines = LinesAside(stream)
    say(lines, "the last")
    lines.flush(0)
    lines._over = True  # as after a first end whose patience is over
    ended = threading.Thread(target=lines.flush, args=(1000,), daemon=True)
    ended.start()
    ended.join(20)
    stream.open_wide()

    assert not ended.is_alive()


def test_nothing_is_written_after_the_end() -> None:
    stream = io.StringIO()
    lines = LinesAside(stream)
    say(lines, "one")
    lines.close()
    say(lines, "two")

    assert stream.getvalue() == "one\n"
    assert lines.dropped == 1


@given(
    steps=st.lists(
        st.one_of(st.integers(1, 30), st.sampled_from(["take", "break", "mend"])), max_size=40
    )
)
def test_every_line_arrives_in_order_or_is_counted(steps: list[int | str]) -> None:
    stream = Slow()
    given_ = [f"{place:03}".ljust(3 + step, "x") for place, step in enumerate(steps)
              if isinstance(step, int)]  # fmt: skip
    todo = iter(given_)
    with aside(stream, most=60) as lines:
        for step in steps:
            if step == "take":
                stream.let.release()
            elif isinstance(step, str):
                stream.wrong = step == "break"
            else:
                say(lines, next(todo))
        stream.open_wide()
        lines.flush(20)
        arrived = [line for line in stream.getvalue().splitlines() if line != LOST]

        assert arrived == sorted(arrived)
        assert set(arrived) <= set(given_)
        assert len(arrived) + lines.dropped == len(given_)


@pytest.mark.parametrize("aside_", [True, False])
def test_lines_of_many_threads_keep_the_order_of_each(aside_: bool) -> None:
    stream = io.StringIO()
    lines = configure(stream, secrets=tuple, aside=aside_)

    def tell(name: str) -> None:
        for number in range(100):
            LOG.info(name * 200, extra={"number": number})

    threads = [threading.Thread(target=tell, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines.flush()
    lines.close()

    records = [json.loads(line) for line in stream.getvalue().splitlines()]
    for name in "abcd":
        numbers = [each["number"] for each in records if each["event"] == name * 200]
        assert numbers == list(range(100))
