"""``affisync explain``: on a terminal and as JSON."""

from tests.cli.playing import Town


def test_the_text_tells_who_the_link_the_fields_and_the_rule(town: Town) -> None:
    people = [town.both() for _ in range(5)]
    town("sync", "--yes", "--allow", "all")
    affiliate, partner = people[0]
    town.world.whop.edit(affiliate.id, status="archived")

    ran = town("explain", partner.email)

    assert ran.code == 0
    for told in (
        f"{affiliate.id}: ",
        f"{partner.id}: ",
        partner.email,
        f"Whop user {affiliate.user_id}",
        "Linked, by this evidence: email",
        "on (active | active)",
        "Deactivate partner on Affihub: active → deactivated",
        "rule whop-moved",
        "Earlier",
        "Link: not linked → linked",
    ):
        assert told in ran.out
    assert town.world.log.changes() == []


def test_the_json_has_the_same(town: Town) -> None:
    affiliate, partner = town.both()

    told = town("explain", affiliate.id, "--format", "json").document

    assert told["schema"] == "affisync.explanation/1"
    assert told["someone"]["affiliate"]["id"] == affiliate.id
    assert told["someone"]["partner"]["id"] == partner.id
    assert told["someone"]["link"] is None
    assert told["rows"][0]["rule"] == "same-email"
    assert {field["field"] for field in told["fields"]} == {"status", "commission", "name"}


def test_several_matches_are_listed(town: Town) -> None:
    people = [town.both(first_name="Ann", last_name=name) for name in ("One", "Two")]

    ran = town("explain", "ann ")

    assert (ran.code, ran.out) == (2, "")
    for affiliate, partner in people:
        assert f"{affiliate.id} and {partner.id}" in ran.err
        assert partner.email in ran.err


def test_a_crowd_of_matches_is_cut(town: Town) -> None:
    for number in range(25):
        town.both(first_name="Ann", last_name=str(number))

    assert "and 5 more" in town("explain", "Ann").err


def test_nobody_is_told_as_such(town: Town) -> None:
    ran = town("explain", "nobody@example.com")

    assert (ran.code, ran.out) == (2, "")
    assert "Nobody on either side is known as nobody@example.com" in ran.err


def test_hostile_texts_stay_texts(town: Town) -> None:
    affiliate, _ = town.both(first_name="\x1b[31m[red]Max", last_name="[/red]\x00")

    for form in ("text", "json"):
        ran = town("explain", affiliate.id, "--format", form)
        assert ran.code == 0
        assert "\x1b" not in ran.out
        assert "\x00" not in ran.out
    assert "[red]Max" in town("explain", affiliate.id).out


def test_a_server_that_is_not_there_is_one_sentence(town: Town, unreachable: None) -> None:
    ran = town("explain", "anybody")

    assert (ran.code, ran.out) == (1, "")
    assert "cannot be reached" in ran.err
