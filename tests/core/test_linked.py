"""One linked person: every status against every base, names, activations."""

from itertools import product
from typing import Any, Final

import pytest

from sync.core.plan import Acceptance, Base, Disposition, Kind, Link, Plan, Row
from sync.core.policy import OnFirstLink, Policy
from sync.core.record import Side
from tests.core.people import (
    OFF,
    ON,
    affiliate,
    brief,
    link,
    only,
    partner,
    planned,
    policy,
    whop,
)

WHOP_WORDS: Final = ("active", "archived", "deleted", None, "frozen")
AFFIHUB_WORDS: Final = ("invited", "active", "deactivated", "paused")

AGREE_ON: Final = [("active", "invited"), ("active", "active")]
AGREE_OFF: Final = [("archived", "deactivated"), ("deleted", "deactivated")]
UNKNOWN: Final = [
    (whop, affihub)
    for whop, affihub in product(WHOP_WORDS, AFFIHUB_WORDS)
    if whop in (None, "frozen") or affihub == "paused"
]


def one(
    whop: str | None,
    affihub: str,
    base: Base | None = ON,
    settings: Policy | None = None,
    acceptance: Acceptance = Acceptance.ACCEPTED,
    **told: Any,
) -> Plan:
    """The plan over one linked person with these statuses."""
    known = link(status=base, acceptance=acceptance, **told)
    return planned([affiliate(status=whop)], [partner(status=affihub)], [known], settings=settings)


def refreshed(plan: Plan) -> Link:
    (fresh,) = plan.refreshed
    return fresh


def values(row: Row) -> tuple[Side, str | None, str | None, str | None]:
    return row.side, row.base, row.before, row.after


@pytest.mark.parametrize("base", [None, ON, OFF])
@pytest.mark.parametrize("whop, affihub", AGREE_ON)
def test_two_sides_that_say_on_become_the_base(whop: str, affihub: str, base: Base | None) -> None:
    plan = one(whop, affihub, base)

    assert plan.rows == ()
    assert plan.in_sync == 1
    assert {fresh.status for fresh in plan.refreshed} <= {Base("on", whop, affihub)}
    assert plan.refreshed or base == Base("on", whop, affihub)


@pytest.mark.parametrize("base", [None, ON, OFF])
@pytest.mark.parametrize("whop, affihub", AGREE_OFF)
def test_two_sides_that_say_off_become_the_base(whop: str, affihub: str, base: Base | None) -> None:
    plan = one(whop, affihub, base)

    assert plan.rows == ()
    assert {fresh.status for fresh in plan.refreshed} <= {Base("off", whop, affihub)}
    assert plan.refreshed or base == Base("off", whop, affihub)


@pytest.mark.parametrize("base", [None, ON, OFF])
@pytest.mark.parametrize("setting", OnFirstLink)
@pytest.mark.parametrize("whop, affihub", UNKNOWN)
def test_a_status_nobody_has_heard_of_is_a_break_and_changes_no_base(
    whop: str | None, affihub: str, base: Base | None, setting: OnFirstLink
) -> None:
    plan = one(whop, affihub, base, policy(status_on_first_link=setting))

    row = only(plan.rows)
    assert (row.disposition, row.rule, row.after) == (Disposition.BREAK, "unknown-status", None)
    assert {fresh.status for fresh in plan.refreshed} <= {base}


def test_the_break_says_what_was_seen() -> None:
    assert only(one(None, "active").rows).reason == "Whop shows no status (null)."
    assert only(one("frozen", "active").rows).reason == "Whop shows the unknown status 'frozen'."
    assert only(one("active", "paused").rows).reason == (
        "Affihub shows the unknown status 'paused'."
    )


@pytest.mark.parametrize(
    "whop, affihub, seen",
    [
        ("frozen", "deactivated", (Side.AFFIHUB, None, "deactivated", None)),
        ("archived", "paused", (Side.WHOP, None, "archived", None)),
    ],
)
def test_the_break_tells_what_the_known_status_is_now(
    whop: str, affihub: str, seen: tuple[Side, None, str, None]
) -> None:
    assert values(only(one(whop, affihub).rows)) == seen


def test_an_unknown_status_is_told_as_well_where_the_affiliate_is_gone() -> None:
    gone = whop(gone=frozenset({"aff_1"}))

    row = only(planned(gone, [partner(status="paused")], [link()]).rows)

    assert row.reason == "Affihub shows the unknown status 'paused'."
    assert values(row) == (Side.WHOP, None, None, None)


Brief = tuple[str, str, str]

MOVED: Final[list[tuple[str, str, Base, Brief]]] = [
    ("archived", "active", ON, ("deactivate-partner", "apply", "whop-moved")),
    ("archived", "invited", ON, ("deactivate-partner", "apply", "whop-moved")),
    ("deleted", "active", ON, ("deactivate-partner", "apply", "whop-moved")),
    ("deleted", "invited", ON, ("deactivate-partner", "apply", "whop-moved")),
    ("active", "deactivated", OFF, ("activate-partner", "apply", "whop-moved")),
    ("active", "deactivated", ON, ("archive-affiliate", "apply", "affihub-moved")),
    ("archived", "active", OFF, ("unarchive-affiliate", "apply", "affihub-moved")),
    ("archived", "invited", OFF, ("unarchive-affiliate", "waiting", "not-accepted-yet")),
    ("deleted", "active", OFF, ("deactivate-partner", "conflict", "deleted-stays-deleted")),
    ("deleted", "invited", OFF, ("deactivate-partner", "conflict", "deleted-stays-deleted")),
]


@pytest.mark.parametrize("setting", OnFirstLink)
@pytest.mark.parametrize("whop, affihub, base, expected", MOVED)
def test_whoever_moved_since_both_agreed_is_followed(
    whop: str, affihub: str, base: Base, expected: Brief, setting: OnFirstLink
) -> None:
    plan = one(whop, affihub, base, policy(status_on_first_link=setting))

    assert brief(plan.rows) == [expected]
    assert plan.refreshed == (), "a difference never moves the base"


FIRST: Final[list[tuple[tuple[str, str], Brief, Brief, Brief, Brief]]] = [
    (
        ("active", "deactivated"),
        ("archive-affiliate", "conflict", "first-link-ask"),
        ("archive-affiliate", "apply", "first-link-restrictive"),
        ("activate-partner", "apply", "first-link-whop"),
        ("archive-affiliate", "apply", "first-link-affihub"),
    ),
    (
        ("archived", "active"),
        ("deactivate-partner", "conflict", "first-link-ask"),
        ("deactivate-partner", "apply", "first-link-restrictive"),
        ("deactivate-partner", "apply", "first-link-whop"),
        ("unarchive-affiliate", "apply", "first-link-affihub"),
    ),
    (
        ("archived", "invited"),
        ("deactivate-partner", "conflict", "first-link-ask"),
        ("deactivate-partner", "apply", "first-link-restrictive"),
        ("deactivate-partner", "apply", "first-link-whop"),
        ("unarchive-affiliate", "waiting", "not-accepted-yet"),
    ),
    (
        ("deleted", "active"),
        ("deactivate-partner", "conflict", "first-link-ask"),
        ("deactivate-partner", "apply", "first-link-restrictive"),
        ("deactivate-partner", "apply", "first-link-whop"),
        ("deactivate-partner", "conflict", "deleted-stays-deleted"),
    ),
    (
        ("deleted", "invited"),
        ("deactivate-partner", "conflict", "first-link-ask"),
        ("deactivate-partner", "apply", "first-link-restrictive"),
        ("deactivate-partner", "apply", "first-link-whop"),
        ("deactivate-partner", "conflict", "deleted-stays-deleted"),
    ),
]
SETTINGS: Final = (
    OnFirstLink.ASK,
    OnFirstLink.RESTRICTIVE,
    OnFirstLink.WHOP,
    OnFirstLink.AFFIHUB,
)


@pytest.mark.parametrize("column, setting", list(enumerate(SETTINGS)))
@pytest.mark.parametrize("case", FIRST, ids=lambda case: "-".join(case[0]))
def test_without_a_base_the_first_link_setting_decides(
    case: tuple[tuple[str, str], Brief, Brief, Brief, Brief], column: int, setting: OnFirstLink
) -> None:
    (whop, affihub), *expected = case

    plan = one(whop, affihub, None, policy(status_on_first_link=setting))

    assert brief(plan.rows) == [expected[column]]
    assert plan.refreshed == ()


def test_by_default_a_first_link_that_disagrees_is_asked_about() -> None:
    assert brief(one("active", "deactivated", None, Policy("main")).rows) == [
        ("archive-affiliate", "conflict", "first-link-ask")
    ]


@pytest.mark.parametrize(
    "whop, affihub, base, expected",
    [
        ("archived", "active", ON, (Side.AFFIHUB, "active", "active", "deactivated")),
        ("archived", "invited", ON, (Side.AFFIHUB, "active", "invited", "deactivated")),
        ("active", "deactivated", ON, (Side.WHOP, "active", "active", "archived")),
        ("active", "deactivated", OFF, (Side.AFFIHUB, "deactivated", "deactivated", "active")),
        ("archived", "active", OFF, (Side.WHOP, "archived", "archived", "active")),
        ("archived", "active", None, (Side.AFFIHUB, None, "active", None)),
    ],
)
def test_a_row_tells_the_written_sides_base_before_and_after(
    whop: str, affihub: str, base: Base | None, expected: tuple[object, ...]
) -> None:
    assert values(only(one(whop, affihub, base).rows)) == expected


def test_a_row_remembers_both_statuses_it_was_decided_on() -> None:
    row = only(one("archived", "invited").rows)

    assert (row.expect.whop_status, row.expect.affihub_status) == ("archived", "invited")


def test_words_that_mean_the_same_are_no_move() -> None:
    """Deleted instead of archived, active instead of invited: nobody switched anybody."""
    base = Base("off", "archived", "deactivated")
    assert one("deleted", "deactivated", base).rows == ()

    accepted = one("active", "active", Base("on", "active", "invited"))
    assert accepted.rows == ()
    assert refreshed(accepted).status == ON


def test_the_one_that_moved_is_told_by_meaning_when_words_changed_too() -> None:
    """Whop went from archived to deleted while Affihub switched the person on."""
    assert brief(one("deleted", "active", OFF).rows) == [
        ("deactivate-partner", "conflict", "deleted-stays-deleted")
    ]


@pytest.mark.parametrize(
    "now, before, after",
    [
        ("invited", Acceptance.UNSEEN, Acceptance.INVITED),
        ("invited", Acceptance.INVITED, Acceptance.INVITED),
        ("invited", Acceptance.ACCEPTED, Acceptance.ACCEPTED),
        ("active", Acceptance.UNSEEN, Acceptance.ACCEPTED),
        ("active", Acceptance.INVITED, Acceptance.ACCEPTED),
        ("deactivated", Acceptance.UNSEEN, Acceptance.UNSEEN),
        ("deactivated", Acceptance.INVITED, Acceptance.INVITED),
        ("deactivated", Acceptance.ACCEPTED, Acceptance.ACCEPTED),
        ("paused", Acceptance.INVITED, Acceptance.INVITED),
    ],
)
def test_what_was_seen_of_an_acceptance_is_never_forgotten(
    now: str, before: Acceptance, after: Acceptance
) -> None:
    plan = one("active", now, acceptance=before)

    assert {fresh.acceptance for fresh in plan.refreshed} <= {after}
    assert plan.refreshed or before is after


@pytest.mark.parametrize("setting", [OnFirstLink.WHOP, OnFirstLink.ASK])
def test_who_was_only_ever_seen_invited_is_never_made_active_by_us(setting: OnFirstLink) -> None:
    base = None if setting is OnFirstLink.WHOP else OFF

    plan = one(
        "active",
        "deactivated",
        base,
        policy(status_on_first_link=setting),
        acceptance=Acceptance.INVITED,
    )

    assert brief(plan.rows) == [("activate-partner", "break", "never-accepted")]


def test_with_create_activate_an_acceptance_is_not_waited_for() -> None:
    plan = one("active", "deactivated", OFF, policy(activate=True), acceptance=Acceptance.INVITED)

    assert brief(plan.rows) == [("activate-partner", "apply", "whop-moved")]


def test_who_was_first_seen_deactivated_may_have_accepted_once() -> None:
    plan = one("active", "deactivated", OFF, acceptance=Acceptance.UNSEEN)

    assert brief(plan.rows) == [("activate-partner", "apply", "whop-moved")]


@pytest.mark.parametrize(
    "whop, affihub, base, kind",
    [
        ("active", "deactivated", OFF, "activate-partner"),
        ("archived", "active", OFF, "unarchive-affiliate"),
    ],
)
def test_a_reactivation_is_held_for_a_person_by_default(
    whop: str, affihub: str, base: Base, kind: str
) -> None:
    plan = one(whop, affihub, base, policy(reactivate=False))

    row = only(plan.rows)
    assert (row.kind, row.disposition, row.guard) == (kind, Disposition.HELD, "reactivate")


def owed(affihub: str, settings: Policy, whop: str = "active") -> Plan:
    return one(
        whop,
        affihub,
        Base("on", "active", "invited"),
        settings,
        acceptance=Acceptance.INVITED,
        activation_owed=True,
    )


def test_an_activation_we_owe_is_done_without_asking() -> None:
    row = only(owed("invited", policy(activate=True, reactivate=False)).rows)

    assert (row.kind, row.disposition, row.rule) == (
        Kind.ACTIVATE_PARTNER,
        Disposition.APPLY,
        "activation-owed",
    )
    assert (row.before, row.after) == ("invited", "active")


def test_an_activation_stays_owed_while_the_setting_is_off() -> None:
    plan = owed("invited", policy())

    assert plan.rows == ()
    assert plan.refreshed == ()


@pytest.mark.parametrize("affihub", ["active", "deactivated"])
def test_an_activation_is_owed_no_more_once_the_invitation_is_over(affihub: str) -> None:
    whop = "active" if affihub == "active" else "archived"

    plan = owed(affihub, policy(activate=True), whop)

    assert plan.rows == ()
    assert not refreshed(plan).activation_owed


def test_an_activation_we_owe_is_not_done_to_somebody_whop_switched_off() -> None:
    assert brief(owed("invited", policy(activate=True), "archived").rows) == [
        ("deactivate-partner", "apply", "whop-moved")
    ]


def test_turning_the_key_on_later_activates_nobody_already_there() -> None:
    plan = one("active", "invited", Base("on", "active", "invited"), policy(activate=True))

    assert plan.rows == ()


def test_an_invited_partner_nobody_owes_anything_is_left_invited() -> None:
    assert one("active", "invited", None).rows == ()


def named(
    on_whop: str | None, on_affihub: str | None, base: Base | None = None, **statuses: str
) -> Plan:
    return planned(
        [affiliate(name=on_whop, status=statuses.get("whop", "active"))],
        [partner(name=on_affihub, status=statuses.get("affihub", "active"))],
        [link(name=base, status=ON if statuses.get("whop", "active") == "active" else OFF)],
    )


def test_an_empty_name_is_filled_from_whop() -> None:
    row = only(named("  Ann Example ", "").rows)

    assert (row.kind, row.disposition, row.rule) == (
        Kind.FILL_NAME,
        Disposition.APPLY,
        "empty-name",
    )
    assert values(row) == (Side.AFFIHUB, None, None, "Ann Example")


def test_a_name_cleared_after_it_was_there_stays_cleared() -> None:
    assert named("Ann", "", Base("Ann", "Ann", "Ann")).rows == ()


def test_a_name_that_is_there_is_remembered_and_never_overwritten() -> None:
    plan = named("Ann Example", "Annie")

    assert plan.rows == ()
    assert refreshed(plan).name == Base("Annie", "Ann Example", "Annie")


@pytest.mark.parametrize("on_whop", [None, "", "  "])
def test_nothing_is_filled_from_an_empty_name(on_whop: str | None) -> None:
    plan = named(on_whop, "")

    assert plan.rows == ()
    assert plan.refreshed == ()


def test_a_name_affihub_did_not_tell_is_not_taken_for_an_empty_one() -> None:
    plan = named("Ann", None)

    assert plan.rows == ()
    assert plan.refreshed == ()


def test_a_name_is_not_filled_for_somebody_who_is_off() -> None:
    assert named("Ann", "", whop="archived", affihub="deactivated").rows == ()


def test_different_emails_are_no_row() -> None:
    plan = planned(
        [affiliate()],
        [partner(email="other@example.com")],
        [link()],
        emails={"user_1": ("person.1@example.com",)},
    )

    assert plan.rows == ()
