"""``affisync links``: the links as a table, as JSON, and as a CSV that no spreadsheet runs."""

import csv
import io

from sync.core.plan import Base, Link
from sync.runs.linking import held
from tests.cli.playing import Town


def remember(town: Town, *links: Link) -> None:
    with town.store() as store, held(store, "main") as lease:
        store.save_links(lease.fence, links)


def a_link(number: int, name: str | None = None) -> Link:
    told = Base(name, name, name) if name else None
    return Link(f"aff_{number}", f"user_{number}", f"par_{number}", "email", name=told)


def test_neither_side_is_asked(town: Town) -> None:
    remember(town, a_link(1))

    assert town("links").code == 0
    assert len(town.world.log) == 0


def test_the_table_names_people_and_both_ids(town: Town) -> None:
    remember(town, a_link(1, "María Lopez"))

    ran = town("links")

    for told in ("María Lopez", "aff_1", "par_1", "email", "nothing yet", "1 link in pair main."):
        assert told in ran.out


def test_a_long_table_is_cut(town: Town) -> None:
    remember(town, *(a_link(number) for number in range(250)))

    ran = town("links")

    assert "and 50 more; see all with --format csv" in ran.out
    assert "250 links" in ran.out


def test_a_search_looks_at_names_ids_and_evidence(town: Town) -> None:
    remember(town, a_link(1, "María Lopez"), a_link(2, "Chen Wei"))

    assert "par_2" not in town("links", "--search", "maría").out
    assert "par_1" not in town("links", "--search", "USER_2").out
    assert "2 links" in town("links", "--search", "email").out
    assert "0 links" in town("links", "--search", "nobody").out


def test_the_json_has_everything_a_link_remembers(town: Town) -> None:
    remember(town, a_link(1, "María Lopez"))

    told = town("links", "--format", "json").document

    assert told["schema"] == "affisync.links/1"
    (link,) = told["links"]
    assert link["whop_id"] == "aff_1"
    assert link["bases"]["name"] == {
        "value": "María Lopez",
        "whop": "María Lopez",
        "affihub": "María Lopez",
    }
    assert told["kept_apart"] == []


def test_who_is_kept_apart_is_told(town: Town) -> None:
    affiliate, partner = town.both()
    town("keep-apart", affiliate.id, partner.id, "--yes")

    assert f"Kept apart by hand: {affiliate.user_id} and {partner.id}" in town("links").out
    told = town("links", "--format", "json").document
    assert told["kept_apart"] == [{"user_id": affiliate.user_id, "affihub_id": partner.id}]


def test_no_cell_of_the_csv_is_a_formula(town: Town) -> None:
    remember(town, a_link(1, '=HYPERLINK("http://example.com")'), a_link(2, "+1"))

    rows = list(csv.DictReader(io.StringIO(town("links", "--format", "csv").out)))

    assert [row["whop_id"] for row in rows] == ["aff_1", "aff_2"]
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_a_name_steers_no_terminal(town: Town) -> None:
    remember(town, a_link(1, "\x1b[31m[bold]red[/bold]"))

    for form in ("text", "json", "csv"):
        assert "\x1b" not in town("links", "--format", form).out
    assert "[bold]red" in town("links").out


def test_the_list_goes_into_a_file_for_its_owner_alone(town: Town) -> None:
    remember(town, a_link(1))
    path = town.folder / "links.csv"

    ran = town("links", "--format", "csv", "--output", path)

    assert (ran.code, ran.out) == (0, "")
    assert "aff_1" in path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_written_is_told(town: Town) -> None:
    remember(town, a_link(1))

    ran = town("links", "--output", town.folder / "nowhere" / "links.csv")

    assert ran.code == 2
    assert "--output" in ran.err
