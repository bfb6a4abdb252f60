"""Log lines into a string, and everything the logging modules keep put back afterwards."""

import io
import json
import logging
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field

import pytest
import structlog

from sync.logs import configure
from sync.logs.configure import FOREIGN, OURS, SERVER
from sync.logs.lines import Lines

KEY = "canary-5d20-not-a-pattern"


@dataclass(slots=True)
class Page:
    """What was written since the logs were set up."""

    stream: io.StringIO = field(default_factory=io.StringIO)

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def lines(self) -> list[str]:
        """Each line without its end; the last one must have had one too."""
        assert not self.text or self.text.endswith("\n")
        return self.text.split("\n")[:-1]

    def records(self) -> list[dict[str, object]]:
        """Each line as the JSON object it is."""
        return [json.loads(line) for line in self.lines()]

    def record(self) -> dict[str, object]:
        """The one record there is."""
        (record,) = self.records()
        return record

    def clear(self) -> None:
        self.stream.seek(0)
        self.stream.truncate()


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    """Leave our handler alone at the root: pytest's own breaks over what ours has to bear."""
    logging.getLogger().handlers[:] = handlers()
    return (yield)


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """No test sees another's loggers, fields or structlog."""
    names = ("", *OURS, *FOREIGN, *SERVER)
    loggers = [logging.getLogger(name) for name in names]
    before = [(each.level, list(each.handlers), each.propagate, each.disabled) for each in loggers]
    structlog.contextvars.clear_contextvars()
    for each in loggers:
        each.setLevel(logging.NOTSET)
    yield
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()
    for each, (level, handlers, propagate, disabled) in zip(loggers, before, strict=True):
        each.setLevel(level)
        each.handlers[:] = handlers
        each.propagate, each.disabled = propagate, disabled


def started(
    *, readable: bool = False, secrets: Iterable[str] = (KEY,), level: int = logging.DEBUG
) -> Page:
    """The logs, set up to write to a page."""
    page = Page()
    configure(page.stream, secrets=lambda: tuple(secrets), level=level, readable=readable)
    return page


@pytest.fixture
def page() -> Page:
    """JSON lines of everything."""
    return started()


@pytest.fixture
def screen() -> Page:
    """Readable lines of everything."""
    return started(readable=True)


def handlers() -> list[Lines]:
    """Ours at the root."""
    return [each for each in logging.getLogger().handlers if isinstance(each, Lines)]
