"""What applying a plan makes of a world, if both sides do exactly as asked.

Written from the design (section 4 and 5), not from the code that applies: a model to compare with.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from sync.core.guard import WAIVE_ALL, classes, lasting
from sync.core.plan import Acceptance, Base, Disposition, Field, Kind, Link, Plan, Row
from sync.core.policy import GuardClass, Policy, SlotKind
from sync.core.ports import PastRow, Spent
from sync.core.reconcile import guard_facts
from sync.core.record import Affiliate, Override, Partner, Side
from tests.laws.worlds import World

APPLIED_AT = datetime(2027, 1, 1, tzinfo=UTC)
"""Later than anything that anybody decides in these worlds."""
WATCHED = (Field.STATUS, Field.COMMISSION)
OFF_WORDS = ("archived", "deleted", "gone", "deactivated")


@dataclass(slots=True)
class Simulator:
    """Both sides and the mapping while a plan is applied row by row."""

    policy: Policy
    affiliates: dict[str, Affiliate]
    partners: dict[str, Partner]
    overrides: dict[str, tuple[Override, ...]]
    emails: dict[str, tuple[str, ...]]
    links: dict[str, Link]

    def link_of(self, row: Row) -> Link:
        (link,) = [
            one for one in self.links.values() if row.identity in (one.whop_id, one.affihub_id)
        ]
        return link

    def apply(self, row: Row) -> None:
        match row.kind:
            case Kind.LINK:
                assert self.link_of(row).affihub_id == row.after, "a link row without its link"
            case Kind.MOVE_LINK:
                self.move(row)
            case Kind.CREATE_PARTNER:
                self.create_partner(row)
            case Kind.CREATE_AFFILIATE:
                self.create_affiliate(row)
            case Kind.SET_COMMISSION | Kind.REMOVE_COMMISSION:
                self.write_rate(row, self.link_of(row))
            case Kind.FILL_NAME:
                self.fill_name(row, self.link_of(row))
            case _:
                self.write_status(row, self.link_of(row))

    def remember(self, link: Link) -> None:
        self.links[link.whop_id] = link

    def move(self, row: Row) -> None:
        link = self.links.pop(row.before or "")
        assert row.after not in self.links, "a link moved to somebody who is linked"
        assert self.affiliates[row.after or ""].user_id == link.user_id
        self.remember(replace(link, whop_id=row.after or "", evidence="moved", commission=None))

    def create_partner(self, row: Row) -> None:
        affiliate = self.affiliates[row.whop_id or ""]
        name = " ".join((affiliate.name or "").split())
        partner = Partner(
            id=f"par_of_{affiliate.id}",
            email=row.person.email or "",
            slug=row.person.slug or "",
            status="invited",
            name=name,
            commission=None,
        )
        assert partner.email, "a partner created without an address"
        self.partners[partner.id] = partner
        self.remember(
            Link(
                affiliate.id,
                affiliate.user_id,
                partner.id,
                "created",
                status=Base("on", affiliate.status, "invited"),
                name=Base(name, affiliate.name, name) if name else None,
                acceptance=Acceptance.INVITED,
                activation_owed=self.policy.activate,
            )
        )

    def create_affiliate(self, row: Row) -> None:
        partner = self.partners[row.affihub_id or ""]
        affiliate = Affiliate(f"aff_of_{partner.id}", f"user_of_{partner.id}", "active")
        self.affiliates[affiliate.id] = affiliate
        self.overrides[affiliate.id] = ()
        self.emails[affiliate.user_id] = (row.person.email or "",)
        name = partner.name
        self.remember(
            Link(
                affiliate.id,
                affiliate.user_id,
                partner.id,
                "created",
                status=Base("on", "active", partner.status),
                name=Base(name, None, name) if name else None,
                acceptance=Acceptance.ACCEPTED,
            )
        )

    def write_status(self, row: Row, link: Link) -> None:
        assert row.after is not None
        if row.side is Side.WHOP:
            affiliate = self.affiliates[link.whop_id]
            self.affiliates[affiliate.id] = replace(affiliate, status=row.after)
        else:
            partner = self.partners[link.affihub_id]
            self.partners[partner.id] = replace(partner, status=row.after)
        listed = self.affiliates.get(link.whop_id)
        whop, affihub = (listed.status if listed else "gone"), self.partners[link.affihub_id].status
        activated = row.kind is Kind.ACTIVATE_PARTNER
        self.remember(
            replace(
                link,
                status=Base("off" if affihub in OFF_WORDS else "on", whop, affihub),
                acceptance=Acceptance.ACCEPTED if activated else link.acceptance,
                activation_owed=link.activation_owed and not activated,
            )
        )

    def fill_name(self, row: Row, link: Link) -> None:
        partner = self.partners[link.affihub_id]
        assert partner.name == "", "a name overwritten"
        name = " ".join((row.after or "").split())
        self.partners[partner.id] = replace(partner, name=name)
        self.remember(replace(link, name=Base(name, row.after, name)))

    def write_rate(self, row: Row, link: Link) -> None:
        rate = None if row.after is None else Decimal(row.after)
        if row.side is Side.AFFIHUB:
            partner = self.partners[link.affihub_id]
            self.partners[partner.id] = replace(partner, commission=rate)
        else:
            self.overrides[link.whop_id] = (
                *(one for one in self.overrides[link.whop_id] if not self.is_mine(one)),
                *self.terms(rate),
            )
        others = row.expect.whop_rate if row.side is Side.AFFIHUB else row.expect.affihub_rate
        if None in (row.whop_id, row.affihub_id):
            others = row.after  # what follows a create brings over the one rate there is
        both = (others, row.after) if row.side is Side.AFFIHUB else (row.after, others)
        if others == row.after:  # the first of two writes leaves the base alone
            self.remember(replace(link, commission=Base(row.after, *both)))

    def is_mine(self, one: Override) -> bool:
        slot = self.policy.commission.slot
        if slot.kind is SlotKind.STANDARD:
            return one.override_type == "standard" and one.plan_id in slot.plan_ids
        return one.override_type == "rev_share" and one.product_id == slot.product_id

    def terms(self, rate: Decimal | None) -> Iterable[Override]:
        """The slot's overrides as Whop would list them at this rate."""
        slot = self.policy.commission.slot
        plans = slot.plan_ids if slot.kind is SlotKind.STANDARD else (None,)
        for plan in plans if rate is not None else ():
            yield Override(
                id=f"affov_new_{plan}",
                override_type=slot.kind.value,
                commission_type="percentage",
                commission_value=rate or Decimal(0),
                plan_id=plan,
                product_id=slot.product_id,
                applies_to_payments=slot.applies_to_payments if plan else None,
                revenue_basis=None if plan else slot.revenue_basis,
            )


def applied(world: World, plan: Plan, waived: Iterable[str] = ()) -> World:
    """The world after every row of the plan that is to be applied was applied."""
    known = world.known
    facts = guard_facts(world.policy, known, plan.links)
    allowed = bool({GuardClass.FIRST_RUN, WAIVE_ALL} & set(waived))
    over = {*plan.dropped, *plan.spent, *(n for ns in plan.carries.values() for n in ns)}
    after = cut_off(world, plan, len(plan.rows))
    return replace(
        after,
        known=replace(
            after.known,
            held=lasting(plan.rows, world.policy.guards, facts),
            first_run_done=known.first_run_done or allowed,
            decisions=tuple(one for one in known.decisions if one.number not in over),
        ),
    )


def cut_off(world: World, plan: Plan, count: int) -> World:
    """The world after the first rows of a plan, where nobody lived to keep more than them."""
    gathered, known = world.gathered, world.known
    at = Simulator(
        world.policy,
        dict(gathered.whop.records),
        dict(gathered.affihub.records),
        dict(gathered.overrides),
        dict(gathered.emails),
        {link.whop_id: link for link in (*known.links, *plan.refreshed)},
    )
    done = [row for row in plan.rows if row.disposition is Disposition.APPLY][:count]
    for row in done:
        at.apply(row)
    lately = (PastRow("run", APPLIED_AT, row) for row in done if row.field in WATCHED)
    return replace(
        world,
        gathered=replace(
            gathered,
            whop=replace(gathered.whop, records=at.affiliates),
            affihub=replace(gathered.affihub, records=at.partners),
            emails=at.emails,
            overrides=at.overrides,
        ),
        known=replace(
            known,
            links=tuple(at.links.values()),
            spent=_spent(world, done),
            lately=(*known.lately, *lately),
        ),
    )


def _spent(world: World, done: Iterable[Row]) -> dict[GuardClass, Spent]:
    """The budgets with what was applied taken out of them."""
    now, before = Counter(name for row in done for name in classes(row)), world.known.spent
    return {
        name: Spent(
            before.get(name, Spent()).day + now[name], before.get(name, Spent()).week + now[name]
        )
        for name in {*now, *before}
    }
