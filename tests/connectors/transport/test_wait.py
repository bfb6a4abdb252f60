from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.transport.wait import wait_told

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "headers, words, seconds",
    [
        ({"retry-after": "7"}, "", 7),
        ({"retry-after": "0.5"}, "", 0.5),
        ({"retry-after": "Fri, 20 Nov 2026 12:00:30 GMT"}, "", 30),
        ({"retry-after": "Fri, 20 Nov 2026 11:59:00 GMT"}, "", 0),
        (
            {
                "retry-after": "Fri, 20 Nov 2026 18:00:30 GMT",
                "date": "Fri, 20 Nov 2026 18:00:00 GMT",
            },
            "",
            30,
        ),
        ({"retry-after": "soon"}, "", None),
        ({"retry-after": "-5"}, "", None),
        ({}, "Try again in 12 seconds.", 12),
        ({}, "try again in 1 second", 1),
        ({"retry-after": "5"}, "Try again in 12 seconds.", 12),
        ({}, "Try again in a while.", None),
        ({}, "", None),
    ],
)
def test_the_wait_a_server_asks_for_is_understood(
    headers: dict[str, str], words: str, seconds: float | None
) -> None:
    assert wait_told(headers, words, NOW) == seconds


@given(st.text(), st.text(), st.text())
def test_no_text_is_ever_an_error(after: str, date: str, words: str) -> None:
    told = wait_told({"retry-after": after, "date": date}, words, NOW)
    assert told is None or told >= 0
