"""A statement in its four forms: readable, exact, inert."""

import csv
import io
import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from sync.core.plan import Base, Plan
from sync.core.ports import Known
from sync.core.reconcile import reconcile
from sync.core.record import Affiliate, Earned, Gathered, Incident, Partner
from sync.core.statement import CAVEATS, Statement, statement
from sync.render.statement import Form, render
from tests.core.people import TEXTS, affihub, affiliate, email, link, partner, policy, whop

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
NASTY = '=HYPERLINK("http://evil")<script>alert(1)</script>\x1b[31m\u202e'


def people(count: int = 4) -> tuple[list[Affiliate], list[Partner]]:
    monthly, earned = Decimal("12.34"), Decimal("-5.00")
    affiliates = [affiliate(n, monthly_usd=monthly, earnings_usd=earned) for n in range(1, count)]
    partners = [partner(n, earned=Earned(Decimal(n), Decimal(0))) for n in range(2, count + 1)]
    return affiliates, partners


def told(*, forget: bool = False, name: str = "Ann", complete: bool = True) -> Statement:
    """Person 1 is alone on Whop, person 2 off there, person 3 agrees, person 4 alone on Affihub."""
    affiliates, partners = people()
    affiliates[1] = affiliate(2, "archived", name=name, username=name)
    gathered = Gathered(
        whop(*affiliates, complete=complete, incidents=(Incident("aff_9", "no user"),)),
        affihub(*partners),
        {"user_1": (email(1),)},
        notes=("Something to know.",),
    )
    known = Known(links=(link(2), link(3)), first_run_done=True)
    plan = Plan() if forget else reconcile(gathered, known, policy(), TEXTS)
    return statement(gathered, known, plan, policy(), AT)


@pytest.mark.parametrize("width", [80, 120])
def test_the_text_fits_its_width_and_tells_every_step(width: int) -> None:
    text = render(told(), Form.TEXT, width=width)

    assert max(map(len, text.splitlines())) <= width
    assert "every difference is explained, the remainder is 0." in text
    assert re.search(r"Whop says on +2 +\$24\.68\n", text)
    assert re.search(r"Whop only, not linked: create-partner.+−1 +-\$12\.34\n", text)
    assert re.search(r"= Affihub says on +3 ", text)
    assert "aff_9" in text
    assert "Something to know." in text
    assert " ".join(CAVEATS[0].split()) in " ".join(text.split())


def test_the_text_without_colour_steers_no_terminal() -> None:
    text = render(told(name=NASTY), Form.TEXT, width=120)

    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)


def test_the_remainder_is_listed_person_by_person() -> None:
    text = render(told(forget=True), Form.TEXT, width=120)

    assert "the remainder is 3: 3 people whose difference nothing explains." in text
    assert "The remainder: 3 people" in text
    assert "status differ: archived on Whop, active on Affihub, mapping: on" in text
    assert "aff_2 par_2" in text
    assert re.search(
        r"Remainder: Whop only, not linked, nothing explains this +−1 +-\$12\.34\n", text
    )


def test_an_incomplete_listing_is_told_first() -> None:
    text = render(told(complete=False), Form.TEXT, width=120)

    assert "a listing is incomplete, so nobody can tie everything out" in text
    assert "who is not in it cannot be tied out" in " ".join(text.split())


OFF = Base("off", "archived", "deactivated")


def behind(count: int = 5) -> Statement:
    """So many people who are on on both sides, and off in the mapping."""
    ids = range(1, count + 1)
    gathered = Gathered(whop(*map(affiliate, ids)), affihub(*map(partner, ids)))
    links = (*(link(n, status=OFF) for n in ids[:-1]), link(count))
    known = Known(links=links, first_run_done=True)
    plan = reconcile(gathered, known, policy(), TEXTS)
    return statement(gathered, known, plan, policy(), AT)


def test_who_is_behind_in_the_mapping_is_named_with_what_it_holds() -> None:
    text = " ".join(render(behind(), Form.TEXT, width=120).split())

    assert "the mapping is behind what both sides say of 4 people, named below." in text
    for n in (1, 2, 3):
        said = f"Person {n} (aff_{n} par_{n}): active on Whop, active on Affihub, mapping: off"
        assert said in text
    assert "aff_4" not in text
    assert "and 1 more; the CSV lists everybody" in text


def test_a_mapping_that_is_in_step_is_no_headline() -> None:
    assert "behind" not in render(behind(1), Form.TEXT).splitlines()[0]


def test_every_form_names_who_is_behind_in_the_mapping() -> None:
    done = behind()

    page = render(done, Form.HTML)
    document = json.loads(render(done, Form.JSON))

    assert "the mapping is behind what both sides say of 4 people" in page
    assert "Person 1 (aff_1 par_1): active on Whop, active on Affihub, mapping: off" in page
    assert [document["people"][at]["whop_id"] for at in document["behind"]] == [
        "aff_1",
        "aff_2",
        "aff_3",
        "aff_4",
    ]
    lines = {line["whop_id"]: line for line in sheet(done)}
    assert lines["aff_4"]["status"] == "agree, and the mapping is behind"
    assert (lines["aff_4"]["affihub_id"], lines["aff_4"]["mapping_status"]) == ("par_4", "off")
    assert lines["aff_5"]["status"] == "same"


def test_whoever_is_explained_by_no_row_is_named() -> None:
    """Somebody a listing does not show, and somebody who is listed as alone."""
    gathered = Gathered(
        whop(affiliate(3, "archived"), complete=False, note="the pages disagree"),
        affihub(partner(1)),
    )
    known = Known(links=(link(1),), first_run_done=True)
    plan = reconcile(gathered, known, policy(), TEXTS)

    text = render(statement(gathered, known, plan, policy(), AT), Form.TEXT, width=120)

    assert "Person 1 (aff_1 par_1): not seen on Whop, active on Affihub, mapping: on" in text
    assert "Person 3 (aff_3): archived on Whop" in text


def sheet(done: Statement) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(render(done, Form.CSV))))


def test_the_sheet_has_a_line_for_each_person_with_the_key_that_explains() -> None:
    done = told()
    lines = {line["whop_id"] or line["affihub_id"]: line for line in sheet(done)}

    assert list(lines) == ["aff_2", "aff_3", "aff_1", "par_4"]
    differs = lines["aff_2"]
    assert (differs["side"], differs["status"]) == ("both", "differ")
    assert (differs["whop_status"], differs["affihub_status"], differs["mapping_status"]) == (
        "archived",
        "active",
        "on",
    )
    assert differs["status_key"] in {
        key for one in done.ledgers for n in one.lines for key in n.keys
    }
    assert lines["aff_3"]["status_key"] == ""
    assert lines["aff_3"]["whop_earnings_usd"] == "-5.00"
    assert lines["aff_3"]["earnings_difference"] == "-8.00"
    assert lines["par_4"]["monthly_usd"] == "", "unknown is not zero"
    assert {line["remainder"] for line in lines.values()} == {""}
    assert {
        line["remainder"] for line in sheet(told(forget=True)) if line["whop_id"] != "aff_3"
    } == {"yes"}


def test_no_cell_of_the_sheet_is_a_formula() -> None:
    (cell,) = {line["name"] for line in sheet(told(name=NASTY)) if line["whop_id"] == "aff_2"}

    assert cell.startswith("'=")


def test_the_document_is_whole_and_exact() -> None:
    done = told()
    document = json.loads(render(done, Form.JSON))

    assert document["schema"] == "affisync.statement/1"
    assert (document["complete"], document["adds_up"], document["remainder"]) == (True, True, [])
    assert len(document["people"]) == 4
    on = next(ledger for ledger in document["ledgers"] if ledger["name"] == "on")
    assert (on["start"]["people"], on["end"]["people"]) == (2, 3)
    assert on["start"]["people"] + sum(line["people"] for line in on["lines"]) == 3
    for line in on["lines"]:
        assert len(line["who"]) == abs(line["people"])
        assert [document["people"][i]["status"]["why"] for i in line["who"]] != [None]
    assert document["earnings"]["currency"] == {"whop": "USD", "affihub": None}
    (agreeing,) = [one for one in document["people"] if one["whop_id"] == "aff_3"]
    assert agreeing["earnings"] == {
        "whop_usd": "-5.00",
        "affihub_earned": "3",
        "affihub_firm": "0",
        "difference": "-8.00",
    }


def test_the_document_names_the_remainder_by_place() -> None:
    document = json.loads(render(told(forget=True), Form.JSON))

    left = [document["people"][place] for place in document["remainder"]]
    assert {one["whop_id"] or one["affihub_id"] for one in left} == {"aff_1", "aff_2", "par_4"}
    assert {one["status"]["explained"] for one in left} == {False}


class Page(HTMLParser):
    """What a browser would make of the page, as far as it matters here."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)


def test_the_page_is_one_file_under_a_strict_policy() -> None:
    text = render(told(name=NASTY), Form.HTML)
    page = Page(text)

    policy_of = [a["content"] for t, a in page.tags if a.get("http-equiv")]
    assert policy_of[0] is not None
    assert policy_of[0].startswith("default-src 'none'; style-src 'sha256-")
    assert (page.count("script"), page.count("style"), page.count("img")) == (1, 1, 0)
    assert not any(a.get("src") or (a.get("style")) for _, a in page.tags)
    assert [a["href"] for t, a in page.tags if t == "link"] == ["data:,"]
    assert "alert(1)</script>" not in text


def test_the_page_lists_everybody_the_remainder_first() -> None:
    page = Page(render(told(forget=True), Form.HTML))

    stands = [a["data-disposition"] for t, a in page.tags if t == "tr" and "data-place" in a]
    assert stands == ["remainder"] * 3 + ["explained"]
    assert {a["name"] for t, a in page.tags if t == "select"} == {"disposition", "kind", "side"}


def test_a_statement_of_nobody_is_a_statement() -> None:
    empty = statement(Gathered(whop(), affihub()), Known(), Plan(), policy(), AT)

    for form in Form:
        assert render(empty, form)
