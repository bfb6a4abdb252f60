"""What goes into a column or document comes out of it unchanged."""

import json
from dataclasses import replace
from datetime import UTC
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.plan import (
    Acceptance,
    Alone,
    Base,
    Disposition,
    Expect,
    Field,
    GuardVerdict,
    Kind,
    Link,
    Outcome,
    Person,
    Row,
)
from sync.core.record import Override, Side, Untold
from sync.core.report import Mode, News, Report, RunHead, RunStatus, SnapshotNote, Trouble
from sync.state import codecs, shown
from tests.state.people import a_row

TEXTS = st.text(max_size=20)
MAYBE = st.none() | TEXTS
MONEY = st.none() | st.decimals(allow_nan=False, allow_infinity=False)
NUMBERS = st.integers(min_value=0, max_value=10**9)
TIMES = st.datetimes(timezones=st.just(UTC))

PERSONS = st.builds(
    Person,
    name=MAYBE,
    email=MAYBE,
    username=MAYBE,
    slug=MAYBE,
    user_id=MAYBE,
    monthly_usd=MONEY,
    earnings_usd=MONEY,
)
ROWS = st.builds(
    Row,
    key=TEXTS,
    kind=st.sampled_from(Kind),
    side=st.sampled_from(Side),
    person=PERSONS,
    whop_id=MAYBE,
    affihub_id=MAYBE,
    field=st.sampled_from(Field),
    base=MAYBE,
    before=MAYBE,
    after=MAYBE,
    disposition=st.sampled_from(Disposition),
    rule=TEXTS,
    reason=TEXTS,
    expect=st.builds(Expect, MAYBE, MAYBE, MAYBE, MAYBE),
    guard=MAYBE,
    outcome=st.none() | st.sampled_from(Outcome),
    error=MAYBE,
    decided=MAYBE,
    quiet=st.booleans(),
    effect_usd=MONEY,
)
NEWS = st.builds(
    News,
    since=st.dictionaries(TEXTS, TIMES, max_size=3),
    new=st.frozensets(TEXTS, max_size=3),
    gone=st.lists(ROWS, max_size=2).map(tuple),
)
BASES = st.none() | st.builds(Base, MAYBE, MAYBE, MAYBE)
LINKS = st.builds(
    Link,
    whop_id=TEXTS,
    user_id=TEXTS,
    affihub_id=TEXTS,
    evidence=TEXTS,
    status=BASES,
    commission=BASES,
    name=BASES,
    acceptance=st.sampled_from(Acceptance),
    activation_owed=st.booleans(),
)
HEADS = st.builds(
    RunHead,
    id=TEXTS.filter(bool),
    pair=TEXTS,
    mode=st.sampled_from(Mode),
    status=st.sampled_from(RunStatus),
    started_at=TIMES,
    finished_at=TIMES,
    config=TEXTS,
    allowed=st.lists(TEXTS, max_size=3).map(tuple),
    by=TEXTS,
    error=MAYBE,
    trouble=st.none() | st.sampled_from(Trouble),
)
ALONE = st.lists(st.builds(Alone, PERSONS, TEXTS, MAYBE, TEXTS, MAYBE), max_size=3).map(tuple)
VERDICTS = st.builds(GuardVerdict, TEXTS, NUMBERS, NUMBERS, NUMBERS, TEXTS, TEXTS)
REPORTS = st.builds(
    Report,
    run=HEADS,
    snapshots=st.dictionaries(
        st.sampled_from(Side), st.builds(SnapshotNote, NUMBERS, st.booleans(), NUMBERS, MAYBE)
    ),
    rows=st.lists(ROWS, max_size=5).map(tuple),
    links=NUMBERS,
    in_sync=NUMBERS,
    unmatched=st.dictionaries(st.sampled_from(Side), ALONE),
    guards=st.lists(VERDICTS, max_size=3).map(tuple),
    requests=st.dictionaries(st.sampled_from(Side), st.dictionaries(TEXTS, NUMBERS, max_size=3)),
    notes=st.lists(TEXTS, max_size=3).map(tuple),
    news=NEWS,
)
OVERRIDES = st.builds(
    Override,
    id=TEXTS,
    override_type=TEXTS,
    commission_type=TEXTS,
    commission_value=st.decimals(allow_nan=False) | st.sampled_from(Untold),
    plan_id=MAYBE,
    product_id=MAYBE,
    applies_to_payments=MAYBE,
    revenue_basis=MAYBE,
)


@given(ROWS)
def test_a_row_comes_back_as_it_was(row: Row) -> None:
    assert codecs.row_from(codecs.row_columns(row)) == row
    assert codecs.row_from_document(codecs.row_document(row)) == row


@given(LINKS)
def test_a_link_comes_back_with_every_base_it_had(link: Link) -> None:
    bases = {
        columns["field"]: Base(columns["value"], columns["whop"], columns["affihub"])
        for columns in codecs.base_columns("main", link)
    }

    columns = codecs.link_columns("main", link)
    told = [columns[name] for name in codecs.LINK]
    assert codecs.link_from(told, [bases.get(name) for name in codecs.BASE_FIELDS]) == link


@given(st.lists(OVERRIDES, max_size=4).map(tuple))
def test_overrides_come_back_untold_values_and_all(overrides: tuple[Override, ...]) -> None:
    assert codecs.overrides_from(codecs.overrides_document(overrides)) == overrides


def _read_back(report: Report, text: str, owner: str = "{}") -> Report:
    plain = {"rows": report.rows, "links": report.links, "in_sync": report.in_sync}
    return Report(report.run, **plain, **shown.told_from(text, owner))  # type: ignore[arg-type]


@given(REPORTS)
def test_what_a_report_shows_beside_its_rows_comes_back(report: Report) -> None:
    assert _read_back(report, shown.told_document(report)) == report


@given(REPORTS, REPORTS)
def test_what_a_report_shares_with_another_is_kept_once_and_comes_back(
    one: Report, other: Report
) -> None:
    owner = shown.told_document(one)
    sharer = replace(other, unmatched=one.unmatched, news=replace(other.news, since=one.news.since))

    text = shown.told_document(sharer, owner)

    assert not json.loads(text).keys() & set(shown.SHARED)
    assert shown.has_unmatched_of(owner, sharer)
    assert _read_back(sharer, text, owner) == sharer
    assert _read_back(sharer, shown.with_shared_of(text, owner)) == sharer


@given(REPORTS, REPORTS)
def test_what_two_reports_say_differently_each_keeps(one: Report, other: Report) -> None:
    owner = shown.told_document(one)

    assert _read_back(other, shown.told_document(other, owner), owner) == other


@pytest.mark.parametrize("missing", ["decided", "quiet", "effect_usd"])
def test_a_row_of_an_earlier_revision_comes_back(missing: str) -> None:
    columns = codecs.row_columns(a_row())
    del columns[missing]

    assert codecs.row_from_document(codecs.document(columns)) == a_row()


def test_money_keeps_every_digit_it_came_with() -> None:
    row = codecs.row_from_document(
        codecs.row_document(
            Row(
                "k", Kind.LINK, Side.WHOP, Person(monthly_usd=Decimal("1.50")), None, None,
                Field.LINK, None, None, None, Disposition.APPLY, "r", "why",
            )
        )
    )  # fmt: skip

    assert str(row.person.monthly_usd) == "1.50"


def test_half_a_character_survives_in_a_document() -> None:
    """A side may send a lone surrogate; UTF-8 has no bytes for it."""
    emails = codecs.document(["a\ud800@example.com"])

    assert emails.isascii()
