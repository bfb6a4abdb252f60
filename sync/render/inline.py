"""What makes a page one self-contained HTML file: it asks nobody, and runs nothing foreign.

Style and script are files of their own, put inline; the policy lets exactly these two in, by hash.
"""

import base64
import hashlib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from sync.render import statement_words, words

POLICY: Final = (
    "default-src 'none'; style-src {style}; script-src {script}; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)


@dataclass(frozen=True, slots=True)
class Shell:
    """What a page has put inline, and the policy that lets nothing else in."""

    style: str
    script: str

    @property
    def policy(self) -> str:
        """The Content-Security-Policy of the page."""
        return POLICY.format(style=_hash(self.style), script=_hash(self.script))


@cache
def shell() -> Shell:
    """The style and the script that all pages share."""
    return Shell(_part("report.css"), _part("report.js"))


@cache
def template(name: str) -> Template:
    """A page's template; whatever is put into it is escaped."""
    # Always on: autoescape by file name would not know .j2.
    environment = Environment(
        loader=PackageLoader("sync.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["money"] = words.money
    environment.filters["signed"] = words.signed
    environment.filters["bare"] = statement_words.bare
    environment.filters["plain"] = plain
    return environment.get_template(name)


def plain(amount: Decimal | None) -> str:
    """An amount to sort by; empty where unknown."""
    return "" if amount is None else format(amount, "f")


def _part(name: str) -> str:
    return files("sync.render").joinpath("templates", name).read_text("utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
