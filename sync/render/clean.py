"""Text from outside, made inert: nothing left in it steers a terminal or deceives the eye.

Renderers clean every text they show, then escape what is left for their own format.
"""

import unicodedata
from typing import Final

LIMIT: Final = 200
"""Characters shown of a text nobody set a limit for."""

CUT: Final = "…"
STRANGE: Final = "\N{REPLACEMENT CHARACTER}"

_TURNS_TEXT: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BLANK_LETTERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def clean(text: str | None, limit: int = LIMIT) -> str:
    """One line of at most ``limit`` characters, without control, format or invisible ones.

    Control characters and those that turn the reading direction are shown as signs, so that a
    reviewer sees that something was there; other invisible ones are dropped. None is empty.
    """
    if not text:
        return ""
    if not (text.isascii() and text.isprintable()):
        text = "".join(map(_inert, text))
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + CUT


def _inert(char: str) -> str:
    if char.isspace():
        return " "
    match unicodedata.category(char):
        case "Cc":
            return _picture(ord(char))
        case "Cf":
            return STRANGE if char in _TURNS_TEXT else ""
        case "Cs":
            return STRANGE
        case _:
            return "" if char in _BLANK_LETTERS else char


def _picture(code: int) -> str:
    """The sign that stands for a control character: ␛ for escape."""
    if code < 0x20:  # noqa: PLR2004
        return chr(0x2400 + code)
    return "\N{SYMBOL FOR DELETE}" if code == 0x7F else STRANGE  # noqa: PLR2004
