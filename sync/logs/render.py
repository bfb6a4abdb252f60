"""Fields as one line: JSON for programs, key=value for people; redacted as the last step."""

import json
import re
from collections.abc import Mapping
from typing import Final

from structlog.typing import EventDict, WrappedLogger

from sync.core.secrets import GONE
from sync.logs.plain import Plain, plain
from sync.logs.redact import Redactor

BARE: Final = re.compile(r"[^\s=\"'\\{}\[\],]{1,200}")
"""A value that needs no quotes to be told apart from the next."""
WITHHELD: Final = json.dumps(
    {"level": "error", "event": f"{GONE}: a line that could not be cleaned"}
)
COLOURS: Final = {"warning": "33", "error": "31", "critical": "31;1"}

_encode = json.JSONEncoder(ensure_ascii=True, check_circular=False, separators=(",", ":")).encode


class JsonLine:
    """One JSON object in plain ASCII: nothing in it steers a terminal or begins a line."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def __call__(self, _logger: WrappedLogger, _name: str, event: EventDict) -> str:
        self._redactor.learn()
        fields = plain(event)
        line = _encode(fields)
        return self._cleaned(fields) if self._redactor.suspects(line) else line

    def _cleaned(self, fields: Mapping[str, Plain]) -> str:
        line = _encode(self._redactor.fields(fields))
        cleaned = self._redactor.text(line)
        return line if cleaned == line else _still_json(cleaned)


class ReadableLine:
    """One line for a terminal: time, level, event, then the fields; all else is escaped."""

    def __init__(self, redactor: Redactor, *, colours: bool) -> None:
        self._redactor = redactor
        self._colours = colours

    def __call__(self, _logger: WrappedLogger, _name: str, event: EventDict) -> str:
        self._redactor.learn()
        fields = self._redactor.fields(plain(event))
        time, level, what = (str(fields.pop(name)) for name in ("timestamp", "level", "event"))
        rest = " ".join(f"{name}={_shown(value)}" for name, value in fields.items())
        line = inert(self._redactor.text(f"{time} [{level:<9}] {what:<30} {rest}".rstrip()))
        return self._coloured(line, level)

    def _coloured(self, line: str, level: str) -> str:
        colour = COLOURS.get(level) if self._colours else None
        return f"\x1b[{colour}m{line}\x1b[0m" if colour else line


def inert(text: str) -> str:
    """The text with every character that is not plainly visible written as its escape."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def _shown(value: Plain) -> str:
    if isinstance(value, str) and BARE.fullmatch(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def _still_json(line: str) -> str:
    """The line where blanking left it whole; a secret may look like a part of its grammar."""
    try:
        json.loads(line)
    except ValueError:
        return WITHHELD
    return line
