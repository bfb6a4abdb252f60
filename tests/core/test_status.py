"""The status matrix: the design's tables, cell by cell."""

from itertools import product
from typing import Final

import pytest

from sync.core.diff import Cause
from sync.core.plan import Disposition, Kind
from sync.core.policy import OnFirstLink
from sync.core.record import Side
from sync.core.status import (
    MATRIX,
    RULINGS,
    AffihubState,
    Cell,
    Leader,
    Meaning,
    WhopState,
    affihub_meaning,
    affihub_state,
    leader,
    whop_meaning,
    whop_state,
)

DESIGN: Final = r"""
| Whop \ Affihub | invited | active | deactivated | unknown value | no partner, never linked |
| --- | --- | --- | --- | --- | --- |
| active | agree: on | agree: on | differ | break | create partner |
| archived | differ | differ | agree: off | break | nothing |
| deleted | differ | differ | agree: off | break | nothing |
| null or unknown value | break | break | break | break | listed |
| no affiliate, never linked | nothing (not accepted yet) | create affiliate | nothing | listed | - |
"""  # noqa: E501 - as wide as the design

WHOP_WORDS: Final = {
    "active": WhopState.ACTIVE,
    "archived": WhopState.ARCHIVED,
    "deleted": WhopState.DELETED,
    "null or unknown value": WhopState.UNKNOWN,
    "no affiliate, never linked": WhopState.NONE,
}
AFFIHUB_WORDS: Final = {
    "invited": AffihubState.INVITED,
    "active": AffihubState.ACTIVE,
    "deactivated": AffihubState.DEACTIVATED,
    "unknown value": AffihubState.UNKNOWN,
    "no partner, never linked": AffihubState.NONE,
}

DIFFERING: Final = [both for both, cell in MATRIX.items() if cell is Cell.DIFFER]


def design_table() -> dict[tuple[WhopState, AffihubState], str]:
    """The design's first table (section 5), read as it is written there."""
    head, _, *lines = (
        [cell.strip() for cell in line.strip("|").split("|")] for line in DESIGN.split("\n") if line
    )
    return {
        (WHOP_WORDS[line[0]], AFFIHUB_WORDS[column]): cell
        for line in lines
        for column, cell in zip(head[1:], line[1:], strict=True)
    }


def test_the_matrix_is_the_designs_table_cell_by_cell() -> None:
    assert {states: cell.value for states, cell in MATRIX.items()} == design_table()


def test_every_pair_of_states_has_a_cell() -> None:
    assert MATRIX.keys() == set(product(WhopState, AffihubState))


def test_there_is_one_ruling_for_each_difference_and_leader_and_none_for_anything_else() -> None:
    assert RULINGS.keys() == {(*both, who) for both in DIFFERING for who in Leader}


def test_the_matrix_says_agree_and_differ_by_what_both_statuses_mean() -> None:
    for (whop, affihub), cell in MATRIX.items():
        match whop_meaning(whop), affihub_meaning(affihub):
            case (None, _) | (_, None):
                assert cell not in (Cell.AGREE_ON, Cell.AGREE_OFF, Cell.DIFFER)
            case (Meaning.ON, Meaning.ON):
                assert cell is Cell.AGREE_ON
            case (Meaning.OFF, Meaning.OFF):
                assert cell is Cell.AGREE_OFF
            case _:
                assert cell is Cell.DIFFER


def test_where_a_person_decides_nothing_is_done() -> None:
    rulings = {RULINGS[*both, Leader.PERSON] for both in DIFFERING}

    assert {ruling.disposition for ruling in rulings} == {Disposition.CONFLICT}


@pytest.mark.parametrize("both", DIFFERING)
def test_affihub_follows_whop_to_what_whop_means(both: tuple[WhopState, AffihubState]) -> None:
    ruling = RULINGS[*both, Leader.WHOP]
    on = whop_meaning(both[0]) is Meaning.ON

    assert ruling.kind is (Kind.ACTIVATE_PARTNER if on else Kind.DEACTIVATE_PARTNER)
    assert ruling.disposition is Disposition.APPLY


@pytest.mark.parametrize(
    "whop, affihub, kind, disposition",
    [
        (WhopState.ACTIVE, AffihubState.DEACTIVATED, Kind.ARCHIVE_AFFILIATE, Disposition.APPLY),
        (WhopState.ARCHIVED, AffihubState.ACTIVE, Kind.UNARCHIVE_AFFILIATE, Disposition.APPLY),
        (WhopState.ARCHIVED, AffihubState.INVITED, Kind.UNARCHIVE_AFFILIATE, Disposition.WAITING),
        (WhopState.DELETED, AffihubState.ACTIVE, Kind.DEACTIVATE_PARTNER, Disposition.CONFLICT),
        (WhopState.DELETED, AffihubState.INVITED, Kind.DEACTIVATE_PARTNER, Disposition.CONFLICT),
    ],
)
def test_whop_follows_affihub_as_far_as_its_api_can(
    whop: WhopState, affihub: AffihubState, kind: Kind, disposition: Disposition
) -> None:
    ruling = RULINGS[whop, affihub, Leader.AFFIHUB]

    assert (ruling.kind, ruling.disposition) == (kind, disposition)


@pytest.mark.parametrize("word", [None, "", "Active", "ACTIVE", " active", "banned", "none"])
def test_a_status_whop_never_promised_is_unknown_and_never_guessed(word: str | None) -> None:
    assert whop_state(word) is WhopState.UNKNOWN
    assert whop_meaning(whop_state(word)) is None


@pytest.mark.parametrize("word", ["", "Active", "pending", "none", "unknown", "deleted"])
def test_a_status_affihub_never_promised_is_unknown_and_never_guessed(word: str) -> None:
    assert affihub_state(word) is AffihubState.UNKNOWN
    assert affihub_meaning(affihub_state(word)) is None


def test_the_promised_words_are_known() -> None:
    assert [whop_state(w).name for w in ("active", "archived", "deleted")] == [
        "ACTIVE",
        "ARCHIVED",
        "DELETED",
    ]
    assert [affihub_state(w).name for w in ("invited", "active", "deactivated")] == [
        "INVITED",
        "ACTIVE",
        "DEACTIVATED",
    ]


@pytest.mark.parametrize("setting", OnFirstLink)
@pytest.mark.parametrize("off", Side)
@pytest.mark.parametrize(
    "why, who",
    [
        (Cause.WHOP_MOVED, Leader.WHOP),
        (Cause.WHOP_GONE, Leader.WHOP),
        (Cause.AFFIHUB_MOVED, Leader.AFFIHUB),
    ],
)
def test_whoever_moved_leads_whatever_the_first_link_setting_says(
    why: Cause, who: Leader, off: Side, setting: OnFirstLink
) -> None:
    assert leader(why, setting, off) is who


@pytest.mark.parametrize(
    "setting, off, who",
    [
        (OnFirstLink.ASK, Side.WHOP, Leader.PERSON),
        (OnFirstLink.ASK, Side.AFFIHUB, Leader.PERSON),
        (OnFirstLink.RESTRICTIVE, Side.WHOP, Leader.WHOP),
        (OnFirstLink.RESTRICTIVE, Side.AFFIHUB, Leader.AFFIHUB),
        (OnFirstLink.WHOP, Side.AFFIHUB, Leader.WHOP),
        (OnFirstLink.AFFIHUB, Side.WHOP, Leader.AFFIHUB),
    ],
)
def test_on_the_first_link_the_setting_says_who_leads(
    setting: OnFirstLink, off: Side, who: Leader
) -> None:
    assert leader(Cause.FIRST_LINK, setting, off) is who
