"""The rate of one person: three-way over both sides, as one row or one refreshed base."""

from dataclasses import dataclass
from decimal import Decimal

from sync.core.commission import (
    Inexpressible,
    cannot_hold,
    rate_text,
    same_rate,
    show_rate,
    slot_rate,
)
from sync.core.diff import Cause, cause
from sync.core.match import Evidence
from sync.core.plan import Base, Disposition, Kind, Row, Values
from sync.core.policy import CommissionPolicy, CommissionSync, OnFirstLink, Slot
from sync.core.record import Override, Partner, Side, Untold
from sync.core.subject import Subject


@dataclass(frozen=True, slots=True)
class Rates:
    """The rate each side holds for a person, in percent; None is the side's default."""

    whop: Decimal | None
    affihub: Decimal | None

    @property
    def base(self) -> Base:
        """These rates as what both sides agree on."""
        whop, affihub = rate_text(self.whop), rate_text(self.affihub)
        return Base(value=whop, whop=whop, affihub=affihub)

    def of(self, side: Side) -> Decimal | None:
        """One side's rate."""
        return self.whop if side is Side.WHOP else self.affihub


@dataclass(frozen=True, slots=True)
class RateDecision:
    """A row, or a base that both sides already agree on, or neither.

    ``seen`` is False where this run could not read one of the two rates.
    """

    row: Row | None = None
    base: Base | None = None
    seen: bool = True


def decide_rate(
    subject: Subject,
    partner: Partner,
    overrides: tuple[Override, ...] | None,
    policy: CommissionPolicy,
) -> RateDecision:
    """What is to become of a person's rate; nothing where a side could not be read this run."""
    if overrides is None or partner.commission is Untold.ABSENT:
        return RateDecision(seen=False)
    whop = slot_rate(overrides, policy.slot)
    if isinstance(whop, Inexpressible):
        return RateDecision(_broken(subject, "not-one-rate", f"The Whop slot: {whop.reason}."))
    if isinstance(partner.commission, Untold):
        return RateDecision(
            _broken(subject, "unreadable-rate", "Affihub shows a rate that cannot be read.")
        )
    return compare(subject, Rates(whop, partner.commission), policy)


def is_as_agreed(
    agreed: Base | None, partner: Partner, overrides: tuple[Override, ...] | None, slot: Slot
) -> bool:
    """Whether both rates are what both sides last agreed on, or one of them cannot be seen now."""
    if overrides is None or partner.commission is Untold.ABSENT:
        return True
    whop, affihub = slot_rate(overrides, slot), partner.commission
    if agreed is None or isinstance(whop, Inexpressible) or isinstance(affihub, Untold):
        return False
    said = rate_text(whop)
    return agreed.value == said == agreed.whop and agreed.affihub == rate_text(affihub)


def compare(subject: Subject, rates: Rates, policy: CommissionPolicy) -> RateDecision:
    """Base against both sides' rates, by the decision table and the pair's policy."""
    base = subject.link.commission if subject.link else None
    if same_rate(rates.whop, rates.affihub):
        return RateDecision(base=rates.base)
    now = rates.base
    why = cause(base, now.whop, now.affihub)
    match why:
        case Cause.WHOP_MOVED:
            return RateDecision(_follow(subject, rates, Side.WHOP, why, policy))
        case Cause.AFFIHUB_MOVED:
            return RateDecision(_follow(subject, rates, Side.AFFIHUB, why, policy))
        case Cause.FIRST_LINK:
            return RateDecision(_first(subject, rates, policy))
        case Cause.AGREE:
            return RateDecision()  # rounded apart by a server, and unmoved since
        case _:
            reason = f"Both sides changed the rate: {_both(rates)}. Choose one."
            return RateDecision(_conflict(subject, rates, why, reason))


def _follow(
    subject: Subject, rates: Rates, mover: Side, why: Cause, policy: CommissionPolicy
) -> Row:
    """The side that moved is followed, unless it is the one that was to follow."""
    if policy.sync.follower is mover:
        reason = (
            f"{mover.brand} was changed to {show_rate(rate_text(rates.of(mover)))}, "
            f"but {mover.other.brand} leads on rates; it is not overwritten."
        )
        return _broken(subject, "follower-edited", reason, rates)
    reason = f"{mover.brand} moved since both agreed; {mover.other.brand} follows."
    return _push(subject, rates, mover, why, reason)


def _first(subject: Subject, rates: Rates, policy: CommissionPolicy) -> Row:
    named = policy.on_first_link in (OnFirstLink.WHOP, OnFirstLink.AFFIHUB)
    if not named or _is_our_own_default(subject, rates, Side(policy.on_first_link.value)):
        reason = f"Just linked, and the rates differ: {_both(rates)}. Choose one."
        return _conflict(subject, rates, "first-link-ask", reason)
    side = Side(policy.on_first_link.value)
    reason = f"Just linked, and commission.on_first_link names {side.brand}: {_both(rates)}."
    return _push(subject, rates, side, f"first-link-{side}", reason)


def _is_our_own_default(subject: Subject, rates: Rates, side: Side) -> bool:
    """Whether the named side is empty because we created its record: nobody's word on money."""
    created = subject.link is not None and subject.link.evidence == Evidence.CREATED
    return created and rates.of(side) is None


def _push(subject: Subject, rates: Rates, mover: Side, rule: str, reason: str) -> Row:
    """Give the other side the rate of the side that moved, if it can hold it."""
    rate, target = rates.of(mover), mover.other
    if rate is not None and (fault := cannot_hold(target, rate)):
        text = f"{fault}; {show_rate(rate_text(rate))} is not rounded, a person has to decide."
        return _broken(subject, "cannot-hold", text, rates, side=target)
    known = subject.link.commission if subject.link else None
    return subject.row(
        Kind.REMOVE_COMMISSION if rate is None else Kind.SET_COMMISSION,
        Disposition.APPLY,
        rule,
        reason,
        Values(
            base=known.of(target) if known else None,
            before=rate_text(rates.of(target)),
            after=rate_text(rate),
        ),
        target,
    )


def _both(rates: Rates) -> str:
    whop, affihub = show_rate(rate_text(rates.whop)), show_rate(rate_text(rates.affihub))
    return f"{whop} on Whop, {affihub} on Affihub"


def _conflict(subject: Subject, rates: Rates, rule: str, reason: str) -> Row:
    return _told(subject, Disposition.CONFLICT, rule, reason, Side.AFFIHUB, rates)


def _broken(
    subject: Subject,
    rule: str,
    reason: str,
    rates: Rates | None = None,
    side: Side = Side.AFFIHUB,
) -> Row:
    return _told(subject, Disposition.BREAK, rule, reason, side, rates)


def _told(
    subject: Subject,
    disposition: Disposition,
    rule: str,
    reason: str,
    side: Side,
    rates: Rates | None,
) -> Row:
    known = subject.link.commission if subject.link else None
    before = rate_text(rates.of(side)) if rates else None
    values = Values(base=known.value if known else None, before=before)
    return subject.row(Kind.SET_COMMISSION, disposition, rule, reason, values, side)


def rate_of_new_partner(
    subject: Subject, overrides: tuple[Override, ...] | None, policy: CommissionPolicy
) -> tuple[Row, ...]:
    """The rate a partner gets right after it was created, where the settings name Whop's."""
    if not _takes(OnFirstLink.WHOP, policy) or overrides is None:
        return ()
    whop = slot_rate(overrides, policy.slot)
    if not isinstance(whop, Decimal):
        return ()
    return _if_applicable(compare(subject, Rates(whop, None), policy))


def agrees_on_default(overrides: tuple[Override, ...] | None, policy: CommissionPolicy) -> bool:
    """Whether a new partner's default rate is right; what is a question is settled before that.

    The activation of that partner stays owed until then: nobody is switched on at a rate in doubt.
    """
    if policy.sync is CommissionSync.OFF:
        return True
    return overrides is not None and slot_rate(overrides, policy.slot) is None


def rate_of_new_affiliate(
    subject: Subject, partner: Partner, policy: CommissionPolicy
) -> tuple[Row, ...]:
    """The rate an affiliate gets right after it was created, where the settings name Affihub's."""
    rate = partner.commission
    if not _takes(OnFirstLink.AFFIHUB, policy) or not isinstance(rate, Decimal):
        return ()
    return _if_applicable(compare(subject, Rates(None, rate), policy))


def _takes(side: OnFirstLink, policy: CommissionPolicy) -> bool:
    return policy.sync is not CommissionSync.OFF and policy.on_first_link is side


def _if_applicable(decision: RateDecision) -> tuple[Row, ...]:
    row = decision.row
    return (row,) if row and row.disposition is Disposition.APPLY else ()
