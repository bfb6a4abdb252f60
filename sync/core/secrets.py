"""What a secret looks like, and texts without any: for all that is shown, logged or kept.

A secret that is known is blanked by whoever knows it; this file is about the ones nobody told us.
Ids, run ids, row keys and fingerprints look like none of these and stay.
"""

import re
from dataclasses import dataclass
from typing import Final

GONE: Final = "[redacted]"
"""What stands where a secret stood."""

_EDGE: Final = r"(?:(?<![A-Za-z])|(?-i:(?<=[a-z])(?=[A-Z])))"
"""Where a word of a name begins: api_key, x-api-key, whopToken."""
_NAMES: Final = (
    r"(?:api[-_]?key|token|pass|passw(?:or)?d|passphrase|pwd|secret|sig|signature|credentials?"
    r"|private[-_]?key|payout_email|payout_method|stripe_(?:account_)?id)"
)
_AUTH: Final = r"(?:authorization)"
_COOKIE: Final = r"(?:cookie)"
_IS: Final = (
    r"(?:[\\\"']*\s*(?:[:=]|%3[ad])|[\\\"']+\s*,)"  # a header, a setting, a query, a dict; a tuple
    r"\s*(?:[\[(]{0,3}b?(?=\\*[\"']))?"  # a list around it, bytes
    r"(?P<quote>\\*[\"'])?"
)
_QUOTED: Final = r"(?:(?!(?<!\\)(?P=quote)).)+"
_WORD: Final = r"(?!(?:null|none|true|false)\b)[^\s\"'\\&;<>]+"
"""Whether there is a secret may be told."""


@dataclass(frozen=True, slots=True)
class Look:
    """One way secrets look; its first group stays, and without any of its hints it is not there.

    Every part that repeats is bounded or ends where it began, so that a long text takes no longer
    than its length.
    """

    hints: tuple[str, ...]
    shape: re.Pattern[str]


def _look(hints: str, shape: str) -> Look:
    return Look(tuple(hints.split()), re.compile(shape, re.IGNORECASE))


LOOKS: Final = (
    _look(
        "authorization",
        rf"({_EDGE}{_AUTH}{_IS})(?(quote){_QUOTED}|(?:[\w-]{{1,20}}\s{{1,4}})?{_WORD})",
    ),
    _look("cookie", rf"({_EDGE}{_COOKIE}{_IS})(?(quote){_QUOTED}|[^\"'\\\r\n]+)"),
    _look(
        "apikey api-key api_key token pass pwd secret sig credential private payout_ stripe_",
        rf"({_EDGE}{_NAMES}{_IS})(?(quote){_QUOTED}|{_WORD})",
    ),
    _look("bearer", r"(\bbearer(?:\s|%20|\+){1,4})[^\s\"'\\,;&<>]+"),
    _look("basic", r"(\bbasic(?:\s|%20|\+){1,4})[\w+/-]{8,}=*"),
    _look("eyj", r"()(?<![A-Za-z0-9])(?-i:eyJ)[\w-]+(?:\.[\w-]*)*"),
    _look(
        "ak_ apik_ sk_ pk_ rk_ ws_ whsec_", r"()(?<![a-z0-9])(?:apik|[aspr]k|ws|whsec)_[\w-]{4,}"
    ),
    _look(
        "key_ token_ secret_",
        r"()(?<![a-z0-9])(?:key|token|secret)_(?=[\w-]{0,40}\d|[\w-]{16})[\w-]{6,}",
    ),
    _look("acct_", r"()(?<![a-z0-9])acct_\w+"),
    _look("://", r"(://)[^\s/\"'\\<>]+(?=@)"),
    _look(  # the addresses notifications go to hold their tokens anywhere
        "://",
        r"(\b(?!(?:https?|sqlite|file)://)(?<![+.-])[a-z][a-z0-9+.-]{0,30}://)[^\s\"'\\<>]+",
    ),
    _look(
        "hooks. webhook",
        r"(https?://[\w.-]{0,80}(?:hooks\.|/api/webhooks/|/webhookb2/|webhook\.)"
        r"[\w.-]{0,80}/?)[^\s\"'\\<>]+",
    ),
)
"""In the order in which they are looked for."""

_ALL_HINTS: Final = frozenset(hint for look in LOOKS for hint in look.hints)
HINTS: Final = tuple(
    sorted(hint for hint in _ALL_HINTS if not any(other in hint for other in _ALL_HINTS - {hint}))
)
"""One of these stands in every text that holds a secret known by its look."""
_SECRET_NAME: Final = re.compile(rf"{_EDGE}(?:{_NAMES}|{_AUTH}|{_COOKIE})\s*\Z", re.IGNORECASE)


def blank(text: str, sign: str = GONE) -> str:
    """The text with ``sign`` wherever something looks like a secret."""
    lower = text.lower()
    for look in LOOKS:
        if any(hint in lower for hint in look.hints):
            text = look.shape.sub(rf"\g<1>{sign}", text)
    return text


def may_hold_secret(text: str) -> bool:
    """Whether ``blank`` could find anything; quick, and right when it says no."""
    lower = text.lower()
    for hint in HINTS:  # noqa: SIM110 - any() takes twice as long, and every log line is asked
        if hint in lower:
            return True
    return False


def names_secret(name: str) -> bool:
    """Whether what is kept under this name is a secret, whatever it looks like."""
    return _SECRET_NAME.search(name[-100:]) is not None
