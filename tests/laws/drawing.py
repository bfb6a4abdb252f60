"""What the law machine draws: people, settings, and everything that happens to them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from hypothesis import strategies as st

from sync.core.record import Side
from tests.laws.worlds import weighted
from tests.stage.steps import (
    NONE,
    NULL,
    Decide,
    Edit,
    Hit,
    Join,
    Meanwhile,
    Moment,
    Place,
    Shape,
    Sync,
    Vanishing,
    Verdict,
)

NAMES: Final = ("Ana", "Bo", "Cy", "Dee", "Eli", "Flo", "Gus", "Hal")

WHOP_WORDS: Final = weighted(
    (8, "active"), (4, "archived"), (1, "deleted"), (1, NULL), (1, "frozen")
)
AFFIHUB_WORDS: Final = weighted((8, "active"), (2, "invited"), (4, "deactivated"), (1, "paused"))
WHOP_RATES: Final = weighted((3, "20"), (2, "25"), (1, "30"), (2, NONE))
AFFIHUB_RATES: Final = weighted((3, "20"), (2, "25"), (1, "12.5"), (1, "0"), (2, NONE))

BASE: Final[Mapping[str, Any]] = {"row_tries": 1000, "guards.deactivate": 50}
"""No budget of a day, and no row that failed too often: both would need a longer memory."""
SETTINGS: Final[Mapping[str, st.SearchStrategy[Any]]] = {
    "create.partners": weighted((5, True), (1, False)),
    "create.affiliates": weighted((5, True), (1, False)),
    "create.activate": st.booleans(),
    "status.on_first_link": st.sampled_from(["ask", "restrictive", "whop", "affihub"]),
    "status.reactivate": st.booleans(),
    "commission.sync": weighted((2, "two-way"), (1, "whop"), (1, "affihub"), (1, "off")),
    "guards.deactivate": weighted((4, 50), (1, 1), (1, 0)),
    "guards.create_partner": weighted((4, 50), (1, 1), (1, 0)),
    "guards.commission": weighted((4, 50), (1, 1)),
    "guards.remove_commission": weighted((2, 50), (1, 0)),
    "guards.missing": weighted((1, 50), (2, 0)),
}
"""Settings and what they may be."""

SMALL: Final = 2
"""A page that nobody's whole list fits on."""
GAPS: Final[Mapping[str, st.SearchStrategy[Any]]] = {
    "whop_page_cap": st.sampled_from([100, SMALL]),
    "affihub_per_page_cap": st.sampled_from([100, SMALL]),
    "affihub_patch_answer": st.sampled_from(["empty", "partner", "ok"]),
    "affihub_duplicate_status": st.sampled_from([409, 422, 400, 500]),
    "affihub_numbers_as_strings": st.booleans(),
    "affihub_search": st.sampled_from(["substring", "exact", "prefix"]),
    "affihub_error_body": st.sampled_from(["json", "text", "empty"]),
    "whop_body_id": st.sampled_from(["optional", "required"]),
    "whop_archive_again": st.sampled_from(["ok", "conflict"]),
}
"""Answers that the vendors leave open, and that must make no difference."""


@st.composite
def settings(draw: st.DrawFn) -> dict[str, Any]:
    """The settings a pair begins with."""
    drawn = draw(st.fixed_dictionaries({}, optional=dict(SETTINGS)))
    if drawn.get("commission.sync", "off") in ("two-way", "whop", "affihub"):
        leads = ["ask", "whop", "affihub"]
        if drawn["commission.sync"] != "two-way":
            leads = ["ask", drawn["commission.sync"]]
        drawn["commission.on_first_link"] = draw(st.sampled_from(leads))
    return {**BASE, **drawn}


sandboxes: Final = st.fixed_dictionaries({}, optional=dict(GAPS))


@st.composite
def joins(draw: st.DrawFn, name: str, sandbox: Mapping[str, Any]) -> Join:
    """Somebody on both sides, mostly, or on one; with rates or without."""
    sides = draw(weighted((6, "both"), (2, "whop"), (2, "affihub")))
    whop = draw(WHOP_WORDS) if sides != "affihub" else None
    affihub = draw(AFFIHUB_WORDS) if sides != "whop" else None
    rate = draw(WHOP_RATES)
    shown: Place = "enrollment" if sides == "both" else draw(SHOWN)
    if shown == "enrollment" and sandbox.get("whop_page_cap") == SMALL:
        shown = "member"  # few are not worth reading many small pages of enrollments for
    return Join(
        name=name,
        whop=whop,
        affihub=affihub,
        whop_rate=None if whop is None or rate == NONE else rate,
        affihub_rate=None if affihub is None else _plain(draw(st.just(rate) | AFFIHUB_RATES)),
        account=whop is not None or draw(weighted((3, True), (1, False))),
        shown=shown,
        partner_name=draw(weighted((3, None), (1, ""))) if affihub else None,
        full_name=draw(weighted((5, None), (1, ""))),
    )


SHOWN: Final[st.SearchStrategy[Place]] = weighted((3, "enrollment"), (2, "member"), (1, "nowhere"))


def _plain(rate: str) -> str | None:
    return None if rate == NONE else rate


@st.composite
def edits(draw: st.DrawFn, who: str, side: Side, now: str, *, deleting: bool) -> Edit:
    """Somebody changes one thing of somebody whose status is that now."""
    words = WHOP_WORDS if side is Side.WHOP else AFFIHUB_WORDS
    match draw(weighted((4, "status"), (3, "rate"), (1, "name"))):
        case "status":
            word = draw(words.filter(lambda word: word != now))
            gone = word == "deleted" and not deleting
            return Edit(who=who, side=side, status="archived" if gone else word)
        case "rate":
            rates = WHOP_RATES if side is Side.WHOP else AFFIHUB_RATES
            return Edit(who=who, side=side, rate=draw(rates))
        case _:
            name = draw(st.sampled_from(["", f"{who} Example"]))
            return Edit(who=who, side=side, name=name)


ALLOWED: Final = weighted(
    (5, ("first-run",)), (2, ("all",)), (1, ()), (1, ("first-run", "reactivate"))
)
PROFILES: Final = ("errors", "reset-before", "reset-after", "truncated", "html")
OPERATIONS: Final = (
    "create_partner",
    "create_affiliate",
    "update_partner",
    "archive_affiliate",
    "unarchive_affiliate",
    "create_override",
    "update_override",
    "delete_override",
    "list_partners",
    "list_affiliates",
    "get_partner",
    "retrieve_affiliate",
    "list_overrides",
)
WRITES: Final = OPERATIONS[:8]
FAULTS: Final = st.dictionaries(
    st.sampled_from(PROFILES), st.sampled_from([0.1, 0.3]), min_size=1, max_size=2
)
HOW: Final = st.sampled_from([*PROFILES, "lost", "lost", "403", "401", "422", "429", "500"])


def hits(due: Sequence[str]) -> st.SearchStrategy[Hit]:
    """Something goes wrong with a request, most likely with one that is due now."""
    on = st.sampled_from([*due, *due, *due, *OPERATIONS])
    times = st.sampled_from([1, 2, 6, 12])
    return st.builds(Hit, fault=HOW, on=on, nth=weighted((3, 1), (1, 2)), times=times)


def lies(due: Sequence[str]) -> st.SearchStrategy[Hit]:
    """A side says yes and keeps what it had."""
    changes = [one for one in due or WRITES if not one.startswith("create_")]
    on = st.sampled_from(changes or ["update_partner"])
    return st.builds(Hit, fault=st.just("lie"), on=on, times=st.sampled_from([1, 3]))


SHAPES: Final[st.SearchStrategy[Mapping[Side, Shape]]] = st.dictionaries(
    st.sampled_from(Side), st.sampled_from(["partial", "drifting", "empty", "thinned"]), min_size=1
)


TROUBLES: Final = weighted(
    (1, "faults"), (2, "hits"), (3, "lie"), (1, "listing"), (2, "meanwhile"), (1, "stop")
)


@st.composite
def troubles(draw: st.DrawFn, edit: st.SearchStrategy[Edit], due: Sequence[str]) -> Sync:
    """A run during which something goes wrong; ``due`` are operations it would send."""
    allow = draw(ALLOWED)
    seed = draw(st.integers(0, 999))
    match draw(TROUBLES):
        case "faults":
            return Sync(allow=allow, faults=draw(FAULTS), seed=seed)
        case "hits":
            some = draw(st.lists(hits(due), min_size=1, max_size=2))
            return Sync(allow=allow, hits=tuple(some))
        case "lie":
            return Sync(allow=allow, hits=(draw(lies(due)),))
        case "listing":
            return Sync(allow=allow, listing=draw(SHAPES), seed=seed)
        case "meanwhile":
            return Sync(allow=allow, meanwhile=tuple(draw(meanwhiles(edit))))
        case _:
            return Sync(allow=allow, stop=draw(st.integers(1, 30)))


MOMENTS: Final[st.SearchStrategy[Moment]] = st.sampled_from(["request", "write", "re-read"])


@st.composite
def meanwhiles(draw: st.DrawFn, edit: st.SearchStrategy[Edit]) -> list[Meanwhile]:
    """Things that happen while a run runs."""
    some = []
    for _ in range(draw(st.integers(1, 2))):
        before: Moment = draw(MOMENTS)
        nth = draw(st.integers(1, 12 if before == "request" else 2))
        some.append(Meanwhile(step=draw(edit), before=before, nth=nth))
    return some


VERDICTS: Final[st.SearchStrategy[Verdict]] = weighted(
    (4, "approve"), (2, "reject"), (4, "use"), (1, "ignore-field"), (1, "snooze")
)
VANISHING: Final[st.SearchStrategy[Vanishing]] = st.sampled_from(["erased", "unlisted", "listed"])


@st.composite
def decisions(draw: st.DrawFn, who: str) -> Decide:
    """Somebody decides about everything of a person that waits."""
    verdict = draw(VERDICTS)
    value = draw(st.sampled_from(["whop", "affihub"])) if verdict == "use" else None
    hours = draw(st.sampled_from([2, 72]))
    return Decide(verdict=verdict, who=who, value=value, hours=hours)
