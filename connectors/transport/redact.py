"""What of a server's own words may be shown: a short excerpt without keys, addresses, payouts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sync.core.secrets import blank

EXCERPT_MAX: Final = 200
"""Characters of an excerpt."""
LOOKED_AT: Final = 20 * EXCERPT_MAX
"""Characters of an answer that are cleaned at all; the rest can never be part of an excerpt."""
GONE: Final = "[…]"

_REQUEST_ID: Final = re.compile(r"[\w.:/+=-]{1,100}", re.ASCII)
_PATTERNS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # payout fields with their values, in a sentence too (api/affihub.md section 5, 32)
        r"(?<=payout_method)\W{1,8}[\w.+@%-]+",
        r"(?<=payout_email)\W{1,8}[\w.+@%-]+",
        r"(?<=stripe_account_id)\W{1,8}[\w.+@%-]+",
        # what looks like a credential, also where a server shortened or hashed it
        r"\bbasic\s+[^\s\"',;]+",
        r"\b(?:ak|apik|sk|pk|rk|ws|whsec|key|token|secret)_[\w-]+",
        r"\b[0-9a-f]{24,}\b",
        # addresses, plain or as part of a URL
        r"[^\s\"'<>(){}\[\],;:=&?/]{1,128}(?:@|%40)[^\s\"'<>(){}\[\],;:&?/]+",
    )
)


@dataclass(frozen=True, slots=True)
class Redactor:
    """Makes a server's words fit to be shown; ``api_key`` never shows in them."""

    api_key: str = field(repr=False)

    def excerpt(self, text: str) -> str:
        """At most 200 characters of any text, cleaned."""
        cut = len(text) > LOOKED_AT
        return _clean(text[:LOOKED_AT], self.api_key, cut=cut)[:EXCERPT_MAX]

    def request_id(self, headers: Mapping[str, str]) -> str | None:
        """The server's own id of a request (api/whop.md section 7); None where it shows none."""
        told = (headers.get(name, "") for name in ("x-request-id", "cf-ray"))
        usable = (text for text in told if _REQUEST_ID.fullmatch(text))
        return next((text for text in usable if self.api_key not in text), None)


def _clean(text: str, api_key: str, *, cut: bool) -> str:
    if cut:
        # The last word may be the first half of something that no pattern knows by its half.
        text = text.rpartition(" ")[0]
    if api_key:
        text = text.replace(api_key, GONE)
    text = blank(text, GONE)
    for pattern in _PATTERNS:
        text = pattern.sub(GONE, text)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
