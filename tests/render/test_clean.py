"""Text from outside loses everything that steers a terminal or deceives the eye."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.render.clean import CUT, LIMIT, clean


@pytest.mark.parametrize(
    "text, shown",
    [
        (None, ""),
        ("", ""),
        ("Ann Lee", "Ann Lee"),
        ("陈伟", "陈伟"),
        ("María José Ñuñez-O'Brien 🎉", "María José Ñuñez-O'Brien 🎉"),
        ("  two \t lines\r\nand\u2028one\u00a0more ", "two lines and one more"),
        ("\x1b[31mred", "␛[31mred"),
        ("null\x00byte\x7f", "null␀byte␡"),
        ("\x9b31m", "�31m"),
        ("\u202egnp.exe", "�gnp.exe"),
        ("\u2066in\u2069", "�in�"),
        ("zero\u200bwidth\ufeff\u2060\u00ad", "zerowidth"),
        ("\u200b = x", "= x"),
        ("\u3164\u2800", ""),
        ("lone \ud800", "lone �"),
        ("[bold]x[/] <b>", "[bold]x[/] <b>"),
    ],
)
def test_shows_what_is_there_and_lets_nothing_act(text: str | None, shown: str) -> None:
    assert clean(text) == shown


def test_cuts_long_names_with_a_sign() -> None:
    shown = clean("x" * 10_000)

    assert len(shown) == LIMIT
    assert shown.endswith(CUT)
    assert clean("abc", 3) == "abc"
    assert clean("abcd", 3) == "ab…"


@given(st.text(st.characters(codec=None, exclude_categories=())), st.integers(1, 40))
def test_is_always_one_printable_line_within_its_limit(text: str, limit: int) -> None:
    shown = clean(text, limit)

    assert len(shown) <= limit
    assert shown == shown.strip()
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert clean(shown, limit) == shown
