"""The one filter every line passes: known secrets in all their writings, and what looks like one.

It is the last step on the rendered text, and where that could show anything, on the fields too:
there the name of a field tells what it holds, and escapes hide nothing.
"""

import contextlib
import re
from collections.abc import Callable, Iterable, Mapping

from sync.core.secrets import GONE, blank, may_hold_secret, names_secret
from sync.logs.plain import Plain
from sync.logs.written import SHORTEST, parts, percent, writings

Secrets = Callable[[], Iterable[str]]
"""Answers with the secrets in use; asked for every line, so that a new key counts at once."""


class Redactor:
    """Takes secrets out of texts and fields.

    A secret stays known for as long as the process lives: after a change of keys, what still runs
    with the old one may fail and tell it.
    """

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._given: object = None
        self._known: set[str] = set()
        self._writings: tuple[str, ...] = ()
        self._percent: tuple[re.Pattern[str], ...] = ()

    def learn(self) -> None:
        """Ask for the secrets in use; one that cannot be told now was told before or never used."""
        with contextlib.suppress(Exception):
            given = self._secrets()
            if given is not self._given:
                self._take({part for secret in given for part in parts(secret)})
                self._given = given if isinstance(given, tuple | frozenset) else None

    def suspects(self, rendered: str) -> bool:
        """Whether ``text`` or ``fields`` could change anything of what this JSON was made from."""
        return (
            "%" in rendered
            or may_hold_secret(rendered)
            or any(writing in rendered for writing in self._writings)
        )

    def text(self, text: str) -> str:
        """The text without secrets."""
        for writing in self._writings:
            if writing in text:
                text = text.replace(writing, GONE)
        if "%" in text:
            for pattern in self._percent:
                text = pattern.sub(GONE, text)
        return blank(text)

    def fields(self, fields: Mapping[str, Plain]) -> dict[str, Plain]:
        """The fields without secrets, in their names, their values and below."""
        return {self.text(name): self._field(name, value) for name, value in fields.items()}

    def _field(self, name: str, value: Plain) -> Plain:
        if names_secret(name) and value is not None and not isinstance(value, bool):
            return GONE
        return self._value(value)

    def _value(self, value: Plain) -> Plain:
        match value:
            case str():
                return self.text(value)
            case dict():
                return self.fields(value)
            case list():
                return [self._value(each) for each in value]
            case _:
                return value

    def _take(self, secrets: set[str]) -> None:
        new = {secret for secret in secrets if len(secret) >= SHORTEST} - self._known
        if new:
            self._known |= new
            known = sorted(self._known, key=len, reverse=True)
            ways = {way for secret in known for way in writings(secret)}
            self._writings = tuple(sorted(ways, key=lambda way: (-len(way), way)))
            self._percent = tuple(map(percent, known))
