"""The people a sync has to be careful with, each kind by itself, and how many of each there are."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from connectors.sandbox.cast import Cast

Oddity = Callable[[Cast], None]


def only_on_whop(cast: Cast) -> None:
    """An active affiliate without a partner: one to create."""
    cast.affiliate(cast.user(cast.person()))


def only_on_affihub(cast: Cast) -> None:
    """An active partner with a Whop account, not an affiliate yet: one to create."""
    person = cast.person()
    cast.user(person)
    cast.partner(person)


def nameless_partner(cast: Cast) -> None:
    """A partner whose names were never filled in."""
    person = cast.person()
    cast.both(person)
    partner = cast.world.affihub.partners_of(person.email)[0]
    cast.world.affihub.edit(partner.id, first_name=None, last_name="")


def off_on_whop(cast: Cast) -> None:
    """Archived here, active there, and nobody knows which came last."""
    cast.both(cast.person(), status="archived")


def off_on_affihub(cast: Cast) -> None:
    """Active here, deactivated there."""
    cast.both(cast.person(), partner="deactivated")


def deleted_on_whop(cast: Cast) -> None:
    """Deleted here, active there."""
    cast.both(cast.person(), status="deleted")


def rates_differ(cast: Cast) -> None:
    """25 % here, 20 % there."""
    cast.rated(25, 20)


def rate_on_whop_only(cast: Cast) -> None:
    """30 % here, the program's default there."""
    cast.rated(30, None)


def rate_on_affihub_only(cast: Cast) -> None:
    """No override here, 15 % there."""
    cast.rated(None, 15)


def fractional_rate(cast: Cast) -> None:
    """12.5 % there, which Whop cannot hold."""
    cast.rated(None, "12.5")


def unknown_partner_status(cast: Cast) -> None:
    """A partner in a status nobody has heard of."""
    cast.both(cast.person(), partner="paused")


def unknown_affiliate_status(cast: Cast) -> None:
    """An affiliate in a status nobody has heard of."""
    cast.both(cast.person(), status="suspended")


def null_status(cast: Cast) -> None:
    """An affiliate whose status is null; its meaning is not known."""
    user = cast.user(person := cast.person())
    cast.affiliate(user, status=None)
    cast.partner(person)


def flat_fee_in_slot(cast: Cast) -> None:
    """A company-wide share that is a flat fee of five dollars."""
    affiliate, _ = cast.both(cast.person())
    cast.world.whop.add_override(
        affiliate.id,
        override_type="rev_share",
        commission_type="flat_fee",
        commission_value=Decimal(5),
        revenue_basis="post_fees",
    )


def pre_fees_in_slot(cast: Cast) -> None:
    """A company-wide share of what is left before fees."""
    affiliate, _ = cast.rated(20, 20)
    for override in cast.world.whop.overrides_of(affiliate.id):
        cast.world.whop.edit_override(override.id, revenue_basis="pre_fees")


def share_of_one_product(cast: Cast) -> None:
    """A share of one product, beside a company-wide one."""
    affiliate, _ = cast.rated(20, 20)
    cast.world.whop.add_override(
        affiliate.id,
        override_type="rev_share",
        commission_value=Decimal(35),
        product_id=next(iter(cast.world.whop.products)),
        revenue_basis="post_fees",
    )


def percentage_on_plans(cast: Cast) -> None:
    """A percentage on each plan; the plans disagree, and one pays for the first payment only."""
    affiliate, _ = cast.both(cast.person())
    terms = ((Decimal(20), "all_payments"), (Decimal(30), "first_payment"))
    for plan, (value, payments) in zip(cast.world.whop.plans, terms, strict=False):
        cast.world.whop.add_override(
            affiliate.id,
            override_type="standard",
            commission_value=value,
            plan_id=plan,
            applies_to_payments=payments,
        )


def flat_fee_on_plan(cast: Cast) -> None:
    """Seven dollars fifty for each sale of a plan."""
    affiliate, _ = cast.both(cast.person())
    cast.world.whop.add_override(
        affiliate.id,
        override_type="standard",
        commission_type="flat_fee",
        commission_value=Decimal("7.50"),
        plan_id=cast.world.whop.plans[0],
        applies_to_payments="all_payments",
    )


def hidden_email(cast: Cast) -> None:
    """An affiliate who never bought and never enrolled: no endpoint shows the email."""
    cast.affiliate(cast.user(cast.person()), shown="nowhere")


def unknown_to_whop(cast: Cast) -> None:
    """An active partner whose email has no Whop account."""
    cast.partner(cast.person())


def invited_only(cast: Cast) -> None:
    """A partner who was invited, has not accepted, and is no affiliate."""
    cast.partner(cast.person(), "invited")


def deactivated_only(cast: Cast) -> None:
    """A partner who left before anybody became an affiliate."""
    cast.partner(cast.person(), "deactivated")


def archived_only(cast: Cast) -> None:
    """An affiliate who left before anybody became a partner."""
    cast.affiliate(cast.user(cast.person()), "archived")


def two_affiliates(cast: Cast) -> None:
    """Two affiliates of one user, and one partner for both."""
    person = cast.person()
    user = cast.user(person)
    cast.affiliate(user)
    cast.affiliate(user, "archived", shown="nowhere")
    cast.partner(person)


def two_partners(cast: Cast) -> None:
    """Two partners whose emails differ in letter case only, and one affiliate for both."""
    person = cast.person()
    cast.both(person)
    cast.partner(person, email=person.email.upper(), slug=f"{person.username}-2")


def two_addresses(cast: Cast) -> None:
    """One affiliate with two readable addresses, each of them a partner."""
    first, second = cast.person(), cast.person()
    user = cast.user(first)
    cast.affiliate(user, shown="member")
    cast.world.whop.show_email(user.id)
    member = cast.world.whop.members.where("user", user.id)[0]
    cast.world.whop.members[member.id] = type(member)(
        member.id, user.id, member.created_at, other_email=second.email
    )
    cast.partner(first)
    cast.partner(second)


def slug_like_username(cast: Cast) -> None:
    """A partner whose slug is an affiliate's username, under another address: only a suggestion."""
    person = cast.person()
    cast.affiliate(cast.user(person))
    cast.partner(person, email=f"hello@{person.username}.example.org", slug=person.username)


def no_address(cast: Cast) -> None:
    """A partner whose email is none."""
    cast.partner(cast.person(), email="kofi at example.com")


def null_username(cast: Cast) -> None:
    """An affiliate without a username; only ids are safe to key on."""
    person = cast.person()
    cast.affiliate(cast.user(person, username=None))
    cast.partner(person)


def null_name(cast: Cast) -> None:
    """An affiliate without a name, and nothing to fill the partner's from."""
    person = cast.person()
    cast.affiliate(cast.user(person, name=None))
    cast.partner(person, first_name=None, last_name=None)


def mixed_case(cast: Cast) -> None:
    """One address in two spellings."""
    person = cast.person()
    cast.affiliate(cast.user(person))
    cast.partner(person, email=person.email.title())


def plus_tag(cast: Cast) -> None:
    """An address with a tag, which belongs to it."""
    person = cast.person()
    local, _, domain = person.email.partition("@")
    tagged = cast.person(email=f"{local}+northwind@{domain}", username=f"{person.username}_nw")
    cast.both(tagged)


def named(name: str, first: str, last: str, stem: str) -> Oddity:
    """Somebody on both sides whose name must stay inert text wherever it is shown."""

    def oddity(cast: Cast) -> None:
        number = len(cast.world.whop.users)
        email = f"{stem}{number}@example.com"
        cast.both(
            cast.person(name=name, first=first, last=last, email=email, username=f"{stem}{number}")
        )

    return oddity


ODDITIES: Final[Sequence[tuple[int, Oddity]]] = (
    (10, only_on_whop),
    (6, only_on_affihub),
    (4, nameless_partner),
    (2, off_on_whop),
    (3, rates_differ),
    (3, hidden_email),
    (2, off_on_affihub),
    (1, two_partners),
    (1, unknown_partner_status),
    (3, unknown_to_whop),
    (2, fractional_rate),
    (1, named("<b>Max</b> Power", "<b>Max</b>", "Power", "maxpower")),
    (1, named("Kai [VIP] Tanaka", "Kai [VIP]", "Tanaka", "kaitanaka")),
    (1, named('=HYPERLINK("http://example.com","Bonus")', "=1+1", "Bonus", "bonus")),
    (1, named("Siobhán O'Brien", "Siobhán", "O'Brien", "siobhan")),
    (1, named("Zoë ✨ Sparkle 🦄", "Zoë ✨", "Sparkle 🦄", "sparkle")),
    (1, flat_fee_in_slot),
    (1, null_status),
    (1, unknown_affiliate_status),
    (1, two_affiliates),
    (1, two_addresses),
    (1, deleted_on_whop),
    (1, rate_on_whop_only),
    (1, rate_on_affihub_only),
    (1, pre_fees_in_slot),
    (1, share_of_one_product),
    (1, percentage_on_plans),
    (1, flat_fee_on_plan),
    (2, invited_only),
    (1, deactivated_only),
    (1, archived_only),
    (1, slug_like_username),
    (1, no_address),
    (1, null_username),
    (1, null_name),
    (1, mixed_case),
    (1, plus_tag),
)
"""How many of each; what a small world should have first stands first."""
