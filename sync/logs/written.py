"""The ways a known secret gets written: escaped, quoted, in base64, in parts of an address."""

import base64
import json
import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

SHORTEST: Final = 6
"""Characters; what is shorter stands in too many words to be blanked wherever it appears."""
PART: Final = 8
"""Characters from which on a part of an address can be a token of its own."""
HOSTED: Final = frozenset(
    ("mailto", "mailtos", "json", "jsons", "xml", "xmls", "form", "forms", "apprise", "apprises")
)
"""Schemes of notifications whose host is one; in others a token may stand there."""
DOMAIN: Final = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?::[0-9]+)?")
"""A host by its name, with a port or not; no token has dots, small letters and such an end."""
WEB: Final = frozenset(("http", "https"))


def parts(secret: str) -> Iterator[str]:
    """The secret, and for an address with secrets in it (a webhook) each part that may be one."""
    yield secret
    try:
        url = urlsplit(secret)
    except ValueError:
        return
    if not url.netloc:
        return
    if url.password:
        yield from (url.password, unquote(url.password))
    login, _, host = url.netloc.rpartition("@")
    pieces = [login, *login.split(":"), *url.path.split("/")]
    pieces += [value for _, value in parse_qsl(url.query)]
    if url.scheme not in HOSTED | WEB and not DOMAIN.fullmatch(host):
        pieces += [host, *host.split(":")]
    yield from filter(_may_be_token, {*pieces, *map(unquote, pieces)})


def writings(secret: str) -> frozenset[str]:
    """The secret itself, as it stands in a repr, in JSON, in JSON in JSON, and in base64."""
    plain = {secret, repr(secret)[1:-1]}
    escaped = {_escaped(text) for text in plain}
    return frozenset(plain | escaped | {_escaped(text) for text in escaped} | set(_cores(secret)))


def percent(secret: str) -> re.Pattern[str]:
    """Finds the secret with any of its characters percent-encoded."""
    return re.compile("".join(map(_char, secret)))


def _may_be_token(piece: str) -> bool:
    return len(piece) >= PART and any(char.isdigit() for char in piece) and not _is_place(piece)


def _is_place(piece: str) -> bool:
    """Whether it is an address of a machine, perhaps with a port: no service's token looks so."""
    host = piece.rpartition("]")[0].lstrip("[") or piece.partition(":")[0]
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _escaped(text: str) -> str:
    return json.dumps(text)[1:-1]


def _char(char: str) -> str:
    encoded = "".join(f"%{byte:02x}" for byte in char.encode("utf-8", "surrogatepass"))
    either = "".join(f"[{c}{c.upper()}]" if c.isalpha() else c for c in encoded)
    return f"(?:{re.escape(char)}|{either})"


def _cores(secret: str) -> Iterator[str]:
    """What base64 makes of the secret whatever stands before and after it, as in Basic auth.

    Three bytes become four characters, so there are three ways to fall in with them; the
    characters at both ends also hold bits of the neighbours and are left out.
    """
    raw = secret.encode("utf-8", "surrogatepass")
    for before in range(3):
        first, last = -(-before * 8 // 6), (before + len(raw)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(b"\0" * before + raw).decode()[first:last]
