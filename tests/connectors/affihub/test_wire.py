from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.affihub.wire import PARTNERS, stamp_of, stamped
from sync.core.record import Partner, Rate, Stamp, Untold
from tests.connectors.affihub.rows import partner

OURS = {"whop_affiliate_id": "aff_1", "whop_user_id": "user_1"}


def only(row: object) -> Partner:
    rows = PARTNERS.read([row])
    assert not rows.incidents
    return rows.read[0].record()


def without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def test_a_list_row_is_read_whole() -> None:
    assert only(partner(7, commission_pct=Decimal("12.5"))) == Partner(
        id="par_7",
        email="jane7@example.org",
        slug="jane7",
        status="active",
        name="Jane Smith",
        commission=Decimal("12.5"),
        created_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        stamp=Untold.ABSENT,
    )


@pytest.mark.parametrize(
    "told, rate",
    [
        (25, Decimal(25)),
        (Decimal("12.345"), Decimal("12.345")),
        ("12.50", Decimal("12.50")),
        (0, Decimal(0)),
        (None, None),
        ("12,5", Untold.UNREADABLE),
        ("a lot", Untold.UNREADABLE),
        ("NaN", Untold.UNREADABLE),
        (Decimal("1E+999"), Untold.UNREADABLE),
        (True, Untold.UNREADABLE),
        ({"percent": 5}, Untold.UNREADABLE),
    ],
)
def test_a_rate_is_exact_null_or_unreadable(told: object, rate: Rate) -> None:
    assert only(partner(1, commission_pct=told)).commission == rate


def test_a_rate_that_is_not_told_is_not_null() -> None:
    assert only(without(partner(1), "commission_pct")).commission is Untold.ABSENT


@pytest.mark.parametrize(
    "names, name",
    [
        ({"first_name": "Jane", "last_name": "Smith"}, "Jane Smith"),
        ({"first_name": "Jane", "last_name": None}, "Jane"),
        ({"first_name": "", "last_name": "Smith"}, "Smith"),
        ({"first_name": None, "last_name": None}, ""),
        ({"first_name": None}, ""),
        ({}, None),
    ],
)
def test_names_are_one_empty_or_not_told(names: dict[str, Any], name: str | None) -> None:
    assert only(without(partner(1), "first_name", "last_name") | names).name == name


@pytest.mark.parametrize(
    "metadata, stamp",
    [
        ({"affisync": OURS}, Stamp("aff_1", "user_1")),
        ({"affisync": OURS | {"more": 1}, "theirs": 2}, Stamp("aff_1", "user_1")),
        (None, None),
        ({}, None),
        ([], None),
        ("affisync", None),
        ({"affisync": None}, None),
        ({"affisync": {"whop_affiliate_id": "aff_1"}}, None),
        ({"affisync": {"whop_affiliate_id": 1, "whop_user_id": "user_1"}}, None),
        ({"affisync": {"whop_affiliate_id": "", "whop_user_id": "user_1"}}, None),
    ],
)
def test_a_stamp_is_ours_or_none(metadata: object, stamp: Stamp | None) -> None:
    assert only(partner(1, metadata=metadata)).stamp == stamp


def test_stamping_leaves_every_other_key_alone() -> None:
    metadata = stamped({"theirs": {"a": [1]}, "affisync": {"old": 1}}, Stamp("aff_1", "user_1"))
    assert metadata == {"theirs": {"a": [1]}, "affisync": OURS}
    assert stamp_of(metadata) == Stamp("aff_1", "user_1")


def test_metadata_stays_to_the_letter_where_a_name_has_to_be_mended() -> None:
    theirs = {"no\ud83dte": "ha\ud83dlf"}
    (row,) = PARTNERS.read([partner(1, first_name="Zo\ud83d", metadata=theirs)]).read
    assert row.record().name == "Zo? Smith"
    assert row.metadata == theirs


def test_payout_fields_are_never_read() -> None:
    secret = "secret@paypal.test"
    row = partner(1, payout_method=secret, payout_email=secret, stripe_account_id=secret)
    assert secret not in repr(only(row))
    assert secret not in repr(PARTNERS.read([row]))


@pytest.mark.parametrize("status", ["invited", "deactivated", "on a boat"])
def test_a_status_nobody_heard_of_is_kept_as_it_is(status: str) -> None:
    assert only(partner(1, status=status)).status == status


@pytest.mark.parametrize(
    "row, id_",
    [
        (without(partner(1), "email"), "par_1"),
        (without(partner(1), "slug"), "par_1"),
        (without(partner(1), "status"), "par_1"),
        (partner(1, status=None), "par_1"),
        (partner(1, email=5), "par_1"),
        (without(partner(1), "id"), None),
        (None, None),
    ],
)
def test_a_row_in_another_shape_is_an_incident_and_the_rest_is_read(
    row: object, id_: str | None
) -> None:
    rows = PARTNERS.read([partner(5), row, partner(6)])
    assert [one.id for one in rows.read] == ["par_5", "par_6"]
    assert [incident.id for incident in rows.incidents] == [id_]
