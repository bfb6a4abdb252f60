"""Whole worlds to try the laws on: two sides, the links between them, and a pair's settings.

A world is drawn person by person, so that most people are ordinary and some are trouble: a shared
address, a second affiliate of one user, a record that is gone, unseen or unreadable.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import product, repeat, starmap
from typing import Final, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from sync.core.decision import Decision
from sync.core.plan import Acceptance, Base, Kind, Link, Plan
from sync.core.policy import (
    CommissionPolicy,
    CommissionSync,
    GuardClass,
    Guards,
    Limit,
    OnFirstLink,
    Policy,
    Share,
    Slot,
    SlotKind,
)
from sync.core.ports import Known, Spent
from sync.core.reconcile import reconcile
from sync.core.record import (
    Affiliate,
    Gathered,
    Incident,
    Override,
    Partner,
    Rate,
    Side,
    Snapshot,
    Untold,
)
from tests.core.people import NO_GUARDS, TEXTS, override, plan_override

T = TypeVar("T")

law = settings(
    deadline=None,  # a busy machine breaks no law
    derandomize=False,  # other worlds each time, on CI too
    suppress_health_check=[HealthCheck.too_slow],
)
"""How a law is tried; for a longer search: pytest tests/laws --hypothesis-profile=thorough."""


@dataclass(frozen=True, slots=True)
class World:
    """What one run would read, remember and be told."""

    gathered: Gathered
    known: Known
    policy: Policy
    today: date | None = None

    def plan(self, waived: Iterable[str] = ()) -> Plan:
        told = self.gathered, self.known, self.policy
        return reconcile(*told, TEXTS, tuple(waived), self.today)

    def deciding(self, *decisions: Decision) -> "World":
        """The same, with these decisions in force beside those there are."""
        known = replace(self.known, decisions=(*self.known.decisions, *decisions))
        return replace(self, known=known)

    @property
    def affiliates(self) -> Mapping[str, Affiliate]:
        return self.gathered.whop.records

    @property
    def partners(self) -> Mapping[str, Partner]:
        return self.gathered.affihub.records


def mostly(usual: T, *rare: T) -> st.SearchStrategy[T]:
    """The usual value far more often than any rare one."""
    return st.sampled_from([usual] * (3 + 2 * len(rare)) + list(rare))


def weighted(*choices: tuple[int, T]) -> st.SearchStrategy[T]:
    """Values with how often each comes up."""
    return st.sampled_from([value for times, value in choices for _ in range(times)])


PLANS: Final = ("plan_1", "plan_2")
SLOTS: Final = (Slot(), Slot(SlotKind.STANDARD, plan_ids=PLANS))
BESIDE: Final = (
    override(90, 9, product_id="prod_9"),
    plan_override("plan_9", 80, commission_type="flat_fee"),
)
"""Overrides in nobody's slot."""


def in_slot(slot: Slot, *percents: int | str) -> tuple[Override, ...]:
    """The overrides of a slot, at these percentages or all of them at the one there is."""
    if slot.kind is SlotKind.STANDARD:
        rates = percents * len(PLANS) if len(percents) == 1 else percents
        return tuple(plan_override(p, Decimal(r)) for p, r in zip(PLANS, rates, strict=False))
    return tuple(override(Decimal(rate), n) for n, rate in enumerate(percents, start=1))


@dataclass(frozen=True, slots=True)
class Statuses:
    """What a linked person's sides last agreed on, and what each says now."""

    base: Base | None
    whop: str | None
    affihub: str


def _statuses() -> Iterator[Statuses]:
    """Every combination, those more often that decide more."""
    bases = (
        Base("on", "active", "active"),
        Base("on", "active", "invited"),
        Base("off", "archived", "deactivated"),
        Base("off", "gone", "deactivated"),
        None,
    )
    whop = ("active", "archived", "deleted", None, "frozen")
    for said in starmap(
        Statuses, product(bases, whop, ("active", "invited", "deactivated", "paused"))
    ):
        unknown = said.whop in (None, "frozen") or said.affihub == "paused"
        on = (said.whop == "active", said.affihub in ("active", "invited"))
        back = on != (False, False) and said.base is not None and said.base.value == "off"
        yield from repeat(said, 1 if unknown else 10 if all(on) or back else 4)


STATUSES: Final = st.sampled_from(list(_statuses()))

TWENTY, TWELVE, NOTHING = Base("20", "20", "20"), Base("12", "12", "12.01"), Base(None, None, None)


@dataclass(frozen=True, slots=True)
class Rates:
    """What a linked person's sides last agreed on, and what each holds now."""

    base: Base | None
    overrides: tuple[Override, ...] | None
    custom: Rate


@cache
def rates(slot: Slot) -> st.SearchStrategy[Rates]:
    """Agreed, moved on one side or both, never agreed, and all that no rate can be made of."""
    at = {rate: in_slot(slot, rate) for rate in (12, 20, 25, "12.345")}
    flat = tuple(replace(one, commission_type="flat_fee") for one in at[20])
    return weighted(
        (6, Rates(TWENTY, at[20], Decimal(20))),
        (3, Rates(TWENTY, (*at[25], *BESIDE), Decimal(20))),
        (3, Rates(TWENTY, at[20], Decimal(25))),
        (2, Rates(TWENTY, BESIDE, Decimal(20))),
        (2, Rates(TWENTY, at[20], None)),
        (1, Rates(TWENTY, at[25], Decimal(25))),
        (1, Rates(TWENTY, at[25], None)),
        (1, Rates(TWELVE, at[12], Decimal("12.01"))),
        (2, Rates(NOTHING, at[25], None)),
        (2, Rates(NOTHING, (), Decimal(25))),
        (2, Rates(None, at[20], Decimal(20))),
        (3, Rates(None, at[20], Decimal(25))),
        (3, Rates(None, at[20], None)),
        (3, Rates(None, (), Decimal(25))),
        (3, Rates(None, (), None)),
        (1, Rates(TWENTY, at[20], Decimal("12.5"))),
        (1, Rates(TWENTY, at[20], Decimal(0))),
        (1, Rates(TWENTY, at["12.345"], Decimal(20))),
        (1, Rates(TWENTY, in_slot(slot, 20, 25), Decimal(20))),
        (1, Rates(None, flat, Decimal(20))),
        (1, Rates(TWENTY, None, Decimal(25))),
        (1, Rates(TWENTY, at[25], Untold.ABSENT)),
        (1, Rates(TWENTY, at[25], Untold.UNREADABLE)),
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """Whether two records are linked, and how far this run's listings show them."""

    linked: bool
    whop: bool = True
    affihub: bool = True
    unreadable: Side | None = None


SEEN: Final = weighted(
    (8, Seen(linked=True)),
    (1, Seen(linked=True, whop=False)),
    (1, Seen(linked=True, affihub=False)),
    (1, Seen(linked=True, whop=False, unreadable=Side.WHOP)),
    (1, Seen(linked=True, affihub=False, unreadable=Side.AFFIHUB)),
    (4, Seen(linked=False)),
    (4, Seen(linked=False, affihub=False)),
    (4, Seen(linked=False, whop=False)),
    (1, Seen(linked=False, whop=False, affihub=False, unreadable=Side.AFFIHUB)),
)


@dataclass(slots=True)
class Draft:
    """A world being drawn."""

    affiliates: dict[str, Affiliate] = field(default_factory=dict)
    partners: dict[str, Partner] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    emails: dict[str, tuple[str, ...]] = field(default_factory=dict)
    overrides: dict[str, tuple[Override, ...]] = field(default_factory=dict)
    incidents: dict[Side, list[Incident]] = field(
        default_factory=lambda: {side: [] for side in Side}
    )


def address(number: int) -> str:
    return f"p{number}@example.com"


@cache
def addresses(number: int) -> st.SearchStrategy[tuple[str, ...]]:
    """What Whop tells of one user's address: mostly their own, as somebody wrote it."""
    mine, other = address(number), address(number - 1)
    return weighted(
        (7, (mine,)),
        (1, (mine.upper(),)),
        (1, (f" {mine} ", mine)),
        (3, (other,)),
        (2, (mine, other)),
        (1, ()),
        (1, (" ",)),
    )


@cache
def names(number: int) -> st.SearchStrategy[str | None]:
    return weighted((4, f"Person {number}"), (2, ""), (1, None), (1, "  "))


@cache
def affiliates(number: int) -> st.SearchStrategy[Affiliate]:
    return st.builds(
        Affiliate,
        id=st.just(f"aff_{number}"),
        user_id=weighted((3, f"user_{number}"), (1, f"user_{max(1, number - 1)}")),
        status=st.none(),
        name=names(number),
        username=mostly(f"person.{number}", None, "person.1"),
        monthly_usd=mostly(Decimal(100), None),
    )


@cache
def partners(number: int) -> st.SearchStrategy[Partner]:
    mine = address(number)
    emails = weighted(
        (8, mine), (1, mine.upper()), (2, address(number - 1)), (1, "nowhere"), (1, "")
    )
    return st.builds(
        Partner,
        id=st.just(f"par_{number}"),
        email=emails,
        slug=mostly(f"person-{number}", "person-1"),
        status=st.just(""),
        name=names(number),
    )


@cache
def links(number: int) -> st.SearchStrategy[Link]:
    return st.builds(
        Link,
        whop_id=st.just(f"aff_{number}"),
        user_id=st.just(""),
        affihub_id=st.just(f"par_{number}"),
        evidence=st.sampled_from(["email", "created", "by hand"]),
        name=st.sampled_from([Base("Ann", "Ann", "Ann"), None]),
        acceptance=st.sampled_from(Acceptance),
        activation_owed=mostly(False, True),
    )


@st.composite
def person_into(draw: st.DrawFn, draft: Draft, number: int, slot: Slot) -> None:
    """Add one person: linked or not, with both records or one, as far as they can be seen."""
    seen, status, rate = draw(SEEN), draw(STATUSES), draw(rates(slot))
    affiliate = replace(draw(affiliates(number)), status=status.whop)
    partner = replace(draw(partners(number)), status=status.affihub, commission=rate.custom)
    if seen.linked:
        link = replace(draw(links(number)), user_id=affiliate.user_id)
        draft.links.append(replace(link, status=status.base, commission=rate.base))
    if seen.whop:
        draft.affiliates[affiliate.id] = affiliate
        if rate.overrides is not None:
            draft.overrides[affiliate.id] = rate.overrides
    if seen.affihub:
        draft.partners[partner.id] = partner
    if seen.unreadable:
        record = affiliate if seen.unreadable is Side.WHOP else partner
        draft.incidents[seen.unreadable].append(Incident(record.id, "no shape we know"))
    draft.emails[affiliate.user_id] = draw(addresses(number))


SIZES: Final[tuple[int | Share, ...]] = (0, 1, 2, Share(Decimal(10)), Share(Decimal(50)))


LIMITED: Final = tuple(name for name in GuardClass if name is not GuardClass.FIRST_RUN)
LIMITS: Final = st.builds(Limit, st.sampled_from(SIZES), per_day=st.none() | st.sampled_from(SIZES))
GUARDS: Final = (
    st.just(NO_GUARDS)
    | st.just(NO_GUARDS)
    | st.builds(Guards, first_run=st.booleans())
    | st.builds(
        Guards,
        st.fixed_dictionaries(dict.fromkeys(LIMITED, LIMITS)),
        floor=st.integers(0, 3),
        first_run=st.booleans(),
    )
)
"""No limits at all, those of the example, or any small ones."""

SYNCED: Final = (CommissionSync.WHOP, CommissionSync.AFFIHUB, CommissionSync.TWO_WAY)
POLICIES: Final = st.builds(
    Policy,
    pair=st.just("main"),
    create_partners=mostly(True, False),
    create_affiliates=mostly(True, False),
    activate=st.booleans(),
    status_on_first_link=st.sampled_from(OnFirstLink),
    reactivate=st.booleans(),
    commission=st.builds(
        CommissionPolicy,
        weighted((1, CommissionSync.OFF), *((2, sync) for sync in SYNCED)),
        st.sampled_from(OnFirstLink),
        st.sampled_from(SLOTS),
    ),
    guards=GUARDS,
)


FROZEN: Final = date(2026, 11, 30)
MONEY: Final = weighted((3, None), (1, Decimal(0)), (1, Decimal(20)))


@st.composite
def careful(draw: st.DrawFn, world: World) -> World:
    """The same world with everything that holds rows beside limits switched on, or not."""
    guards = replace(
        world.policy.guards, max_monthly_effect_usd=draw(MONEY), max_rate_jump=draw(MONEY)
    )
    two_people = draw(st.frozensets(st.sampled_from([kind.value for kind in Kind]), max_size=3))
    policy = replace(world.policy, guards=guards, two_people=two_people, freeze=(FROZEN,))
    return replace(world, policy=policy, today=draw(mostly(None, FROZEN)))


def snapshot_gone(side: Side, seen: Iterable[str], draft: Draft) -> frozenset[str]:
    """Linked ids that a direct read answered with 404: every one missing from a whole listing."""
    linked = {link.whop_id if side is Side.WHOP else link.affihub_id for link in draft.links}
    unreadable = {one.id for one in draft.incidents[side]}
    return frozenset(linked - set(seen) - unreadable)


EVERYBODY: Final = [(f"user_{u}", f"par_{p}") for u in range(1, 5) for p in range(1, 5)]
APART: Final[st.SearchStrategy[frozenset[tuple[str, str]]]] = mostly(
    frozenset(), frozenset(EVERYBODY[:12]), frozenset({("user_1", "par_1")})
)
SIZE: Final = weighted((1, 0), (2, 1), (3, 2), (3, 3), (2, 4))
COMPLETE: Final = weighted(
    (5, (True, True)), (1, (True, False)), (1, (False, True)), (1, (False, False))
)
KNOWN: Final = st.builds(
    Known,
    spent=st.just({}) | st.just({GuardClass.DEACTIVATE: Spent(1, 1)}),
    first_run_done=mostly(True, False),
)


WHOLE: Final = st.just((True, True))
PARTIAL: Final = weighted((1, (True, False)), (1, (False, True)), (1, (False, False)))


@st.composite
def worlds(draw: st.DrawFn, complete: st.SearchStrategy[tuple[bool, bool]] = COMPLETE) -> World:
    """Any world; ``complete`` says of which two listings."""
    policy, draft = draw(POLICIES), Draft()
    for number in range(1, draw(SIZE) + 1):
        draw(person_into(draft, number, policy.commission.slot))
    whole = dict(zip(Side, draw(complete), strict=True))
    pairs = {(link.user_id, link.affihub_id) for link in draft.links}
    return World(
        Gathered(
            whop=_snapshot(Side.WHOP, draft.affiliates, draft, whole),
            affihub=_snapshot(Side.AFFIHUB, draft.partners, draft, whole),
            emails=draft.emails,
            overrides=draft.overrides,
            emails_readable=any(draft.emails.values()) or draw(st.booleans()),
        ),
        replace(draw(KNOWN), links=tuple(draft.links), apart=draw(APART) - pairs),
        policy,
    )


R = TypeVar("R", Affiliate, Partner)


def _snapshot(
    side: Side, records: Mapping[str, R], draft: Draft, complete: Mapping[Side, bool]
) -> Snapshot[R]:
    return Snapshot(
        side,
        records,
        complete=complete[side],
        note=None if complete[side] else "two totals",
        incidents=tuple(draft.incidents[side]),
        gone=snapshot_gone(side, records, draft) if complete[side] else frozenset(),
    )


def story(world: World) -> str:
    """A world in words, for a falsifying example that people can read."""
    gathered, known = world.gathered, world.known
    lines = [
        f"listings complete: Whop {gathered.whop.complete}, Affihub {gathered.affihub.complete}",
        *(_affiliate_line(one, gathered) for one in gathered.whop.records.values()),
        *(_partner_line(one) for one in gathered.affihub.records.values()),
        *(_link_line(link) for link in known.links),
        f"gone: {sorted(gathered.whop.gone | gathered.affihub.gone)}",
        f"unreadable: {sorted(gathered.broken)}",
        f"kept apart: {sorted(known.apart)}",
        f"first run done: {known.first_run_done}, held: {dict(known.held)}, spent: {known.spent}",
        f"settings: {_settings(world.policy)}",
    ]
    return "\n".join(lines)


def _settings(policy: Policy) -> str:
    if policy.guards == NO_GUARDS:
        return f"{replace(policy, guards=Guards({}))}, with no guards"
    return str(policy)


def _affiliate_line(one: Affiliate, gathered: Gathered) -> str:
    overrides = gathered.overrides.get(one.id)
    rates = "not read" if overrides is None else [_terms(each) for each in overrides]
    emails = gathered.emails.get(one.user_id, ())
    return f"{one.id} of {one.user_id} {emails}: {one.status}, {one.name!r}, overrides {rates}"


def _terms(one: Override) -> str:
    return (
        f"{one.plan_id or one.product_id or 'company'} {one.commission_value} {one.commission_type}"
    )


def _partner_line(one: Partner) -> str:
    return f"{one.id} <{one.email}>: {one.status}, {one.name!r}, rate {one.commission}"


def _link_line(link: Link) -> str:
    owed = ", activation owed" if link.activation_owed else ""
    return (
        f"{link.whop_id} = {link.affihub_id} ({link.evidence}, {link.acceptance}{owed}): "
        f"status {_base(link.status)}, rate {_base(link.commission)}, name {_base(link.name)}"
    )


def _base(base: Base | None) -> str:
    return "never agreed" if base is None else f"{base.value} ({base.whop} / {base.affihub})"


def table(plan: Plan) -> str:
    """A plan in words, row by row."""
    return "\n".join(
        f"{row.disposition}{f' by {row.guard}' if row.guard else ''}: {row.kind} on {row.side} of "
        f"{row.identity}, {row.base} | {row.before} -> {row.after} ({row.rule})"
        for row in plan.rows
    )


def shuffled(draw: st.DrawFn, items: Mapping[str, T]) -> dict[str, T]:
    return dict(draw(st.permutations(list(items.items()))))


@st.composite
def in_two_orders(draw: st.DrawFn) -> tuple[World, World]:
    """A world, and the same one listed, read and remembered in another order."""
    world = draw(worlds())
    gathered, known = world.gathered, world.known
    emails = {user: tuple(mails[::-1]) for user, mails in gathered.emails.items()}
    overrides = {i: tuple(mine[::-1]) for i, mine in gathered.overrides.items()}
    reordered = World(
        Gathered(
            replace(
                gathered.whop,
                records=shuffled(draw, gathered.whop.records),
                incidents=_turned(draw, gathered.whop.incidents),
            ),
            replace(
                gathered.affihub,
                records=shuffled(draw, gathered.affihub.records),
                incidents=_turned(draw, gathered.affihub.incidents),
            ),
            shuffled(draw, emails),
            shuffled(draw, overrides),
            gathered.emails_readable,
        ),
        replace(known, links=_turned(draw, known.links)),
        world.policy,
    )
    return world, reordered


def _turned(draw: st.DrawFn, items: Sequence[T]) -> tuple[T, ...]:
    return tuple(draw(st.permutations(items)))
