"""``affisync link --review``: a person goes through the suggestions with one letter each."""

import pytest

from sync.errors import UsageError
from sync.runs.linking import held
from tests.cli.playing import Town
from tests.cli.test_unmatched import lookalikes


def test_both_are_shown_side_by_side_with_the_evidence(town: Town) -> None:
    whop_id, affihub_id = lookalikes(town)
    user = town.world.whop.user_of(whop_id)

    ran = town("link", "--review", answers="s\n")

    assert ran.code == 0
    for told in (whop_id, affihub_id, f"@{user.username}", f"/{user.username}", str(user.email)):
        assert told in ran.err
    assert "1 of 1: 86 of 100" in ran.err
    assert "username equals slug, 75 of 100" in ran.err
    assert "[y] link, [n] keep apart, [s] skip, [q] quit" in ran.err
    assert "1 skipped." in ran.err


def test_each_answer_is_recorded(town: Town) -> None:
    pairs = {lookalikes(town) for _ in range(3)}

    ran = town("link", "--review", answers="y\nn\ns\n")

    assert ran.code == 0
    assert "1 linked, 1 kept apart, 1 skipped." in ran.err
    assert len(town.linked()) == len(town.known().apart) == 1
    assert town.linked() < pairs
    assert town.world.log.changes() == []


def test_leaving_keeps_what_was_said_and_the_rest_comes_again(town: Town) -> None:
    for _ in range(3):
        lookalikes(town)

    first = town("link", "--review", answers="n\nq\n")
    again = town("link", "--review", answers="s\ns\n")

    assert first.code == again.code == 0
    assert "1 kept apart, 2 not asked yet." in first.err
    assert "1 of 2: " in again.err
    assert "2 skipped." in again.err
    assert len(town.known().apart) == 1


def test_the_end_of_all_input_is_a_leave(town: Town) -> None:
    lookalikes(town)

    ran = town("link", "--review", answers="")

    assert ran.code == 0
    assert "1 not asked yet." in ran.err
    assert town.linked() == set()


def test_what_is_no_answer_is_asked_again(town: Town) -> None:
    pair = lookalikes(town)

    ran = town("link", "--review", answers="maybe\n\nYES\n")

    assert ran.err.count("The same person?") == 3
    assert town.linked() == {pair}


def test_nobody_to_ask_about_is_told(town: Town) -> None:
    ran = town("link", "--review", answers="")

    assert ran.code == 0
    assert "affisync unmatched" in ran.err
    assert "The same person?" not in ran.err


def test_without_a_terminal_the_other_way_is_told_and_nobody_is_asked(town: Town) -> None:
    lookalikes(town)
    town.world.log.clear()

    ran = town("link", "--review")

    assert (ran.code, ran.out) == (2, "")
    assert "affisync unmatched --format csv" in ran.err
    assert "affisync link --import" in ran.err
    assert len(town.world.log) == 0


@pytest.mark.parametrize(
    "arguments", [("--yes",), ("aff_1", "par_1"), ("--import", "x.csv"), ("aff_1",)]
)
def test_a_review_goes_with_nothing_else(town: Town, arguments: tuple[str, ...]) -> None:
    ran = town("link", "--review", *arguments, answers="y\n")

    assert ran.code == 2
    assert "--review" in ran.err


def test_the_json_tells_who_was_linked_and_who_is_kept_apart(town: Town) -> None:
    pairs = {lookalikes(town), lookalikes(town)}

    told = town("link", "--review", "--format", "json", answers="y\nn\n").document

    assert told["schema"] == "affisync.links/1"
    (linked,), (apart,) = told["links"], told["kept_apart"]
    assert (linked["whop_id"], linked["affihub_id"]) in pairs
    assert apart["affihub_id"] in {affihub_id for _, affihub_id in pairs}
    assert apart["affihub_id"] != linked["affihub_id"]


def test_a_pair_in_use_is_told_and_asked_about_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = lookalikes(town)
    monkeypatch.setattr("sync.app.time.sleep", lambda _seconds: None)

    with town.store() as store:
        lease = store.lease("main")
        tries: list[str] = []

        def then_free(line: str) -> str:
            tries.append(line)
            if len(tries) == 2:
                lease.release()
            return line

        monkeypatch.setattr("sync.cli.link_review._ask", lambda: then_free("y"))
        ran = town("link", "--review", answers="")

    assert ran.code == 0
    assert "Not recorded: Another run holds pair main" in ran.err
    assert town.linked() == {pair}


def test_who_was_linked_meanwhile_is_told_and_the_rest_goes_on(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookalikes(town)
    other = lookalikes(town)
    said: list[object] = []

    def refused_once(*_arguments: object) -> None:
        said.append(None)
        if len(said) == 1:
            raise UsageError("Affiliate aff_x is linked to partner par_y.")

    monkeypatch.setattr("sync.runs.unmatched.link", refused_once)

    ran = town("link", "--review", answers="y\ny\n")

    assert ran.code == 0
    assert "Not recorded: Affiliate aff_x is linked to partner par_y." in ran.err
    assert "1 linked, 1 skipped." in ran.err
    assert other


def test_names_steer_no_terminal(town: Town) -> None:
    whop_id, _ = lookalikes(town)
    town.world.whop.edit_user(town.world.whop.affiliates[whop_id].user_id, name="[bold]Max\x1b[31m")

    ran = town("link", "--review", answers="s\n")

    assert "\x1b" not in ran.err
    assert "[bold]Max" in ran.err


def test_links_made_by_a_review_are_by_hand(town: Town) -> None:
    lookalikes(town)

    town("link", "--review", answers="y\n")

    assert town.known().links[0].evidence == "by hand"
    with town.store() as store, held(store, "main"):
        pass  # the lease was given back
