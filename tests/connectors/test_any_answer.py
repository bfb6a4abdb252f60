"""Whatever JSON a server sends: an incident or ``Malformed``, never anything else."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from connectors.affihub import wire as affihub
from connectors.transport import RowShape
from connectors.transport.answer import Answer, dumps
from connectors.transport.redact import Redactor
from connectors.whop import wire as whop
from sync.core.record import Side
from sync.errors import Malformed

NAMES = sorted(
    {
        *whop.WireAffiliate.model_fields,
        *whop.WireOverride.model_fields,
        *whop.WireAddress.model_fields,
        *whop.WirePage.model_fields,
        *whop.WirePageInfo.model_fields,
        *affihub.WirePartner.model_fields,
        *affihub.WirePage.model_fields,
        "affisync",
    }
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(), max_size=20)
    | st.sampled_from(["active", "$1,157.79", "2026-01-02T03:04:05Z", "12.5", "\ud83d", "\x00"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=12)
    ),
    max_leaves=30,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(VALUES, max_size=5))
@pytest.mark.parametrize(
    "shape", [whop.AFFILIATES, whop.OVERRIDES, whop.ADDRESSES, affihub.PARTNERS]
)
def test_every_row_is_read_or_an_incident(shape: RowShape[Any], rows: list[object]) -> None:
    told = shape.read(rows)
    assert len(told.read) + len(told.incidents) == len(rows)
    for row in told.read:
        if not isinstance(row, whop.WireAddress):
            repr(row.record())


@settings(max_examples=60, deadline=None)
@given(VALUES)
@pytest.mark.parametrize("shape", [whop.PAGE, whop.GRANTS, affihub.PAGE, affihub.PARTNER])
def test_every_answer_is_read_or_malformed(shape: TypeAdapter[object], value: object) -> None:
    answer = Answer(Side.WHOP, "list", 200, dumps(value).encode(), None, Redactor("key"))
    with suppress(Malformed):
        answer.shaped(shape)
