"""Is everything as a run needs it? Questions to both sides, judged one by one.

``ask`` asks, reading only; ``CHECKS`` are pure: each makes one finding of the answers, or none
where they say nothing about it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Final, TypeAlias, TypeVar

from sync.core.ports import Emails
from sync.core.record import Affiliate, Partner, Side, Snapshot
from sync.core.status import AffihubState, WhopState
from sync.errors import ApiError
from sync.runs.pair import Pair

T = TypeVar("T")
Heard: TypeAlias = T | ApiError | None
"""An answer, what came instead of it, or None where nothing was asked."""
Listed: TypeAlias = Heard[Snapshot[Affiliate]] | Heard[Snapshot[Partner]]

SAMPLE: Final = 50
"""Users whose addresses are asked for, the newest: that is at most a page or two."""
PAGE: Final = 100
"""Rows a page asked for on both sides."""
ADDRESS_BOOKS: Final = ("list_product_affiliates", "list_members")
"""The operations that may tell addresses (api/whop.md section 4)."""

NEEDED_FOR: Final[Mapping[str, str]] = {
    "affiliate:basic:read": "reading affiliates at all",
    "affiliate:create": "making affiliates and overrides",
    "affiliate:update": "archiving, unarchiving and changing overrides",
    "member:basic:read": "finding out who an affiliate is",
    "member:email:read": "matching people by email",
}
"""What each permission of Whop is for (api/whop.md section 9)."""


class Health(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was seen and, where that is not well, what to do next.

    ``is_setup``: the configuration or the state is to be mended, not the network or a key.
    """

    check: str
    health: Health
    seen: str
    advice: str = ""
    is_setup: bool = False


def exit_code(findings: Iterable[Finding]) -> int:
    """2 where something is to be mended here, 1 where something else failed, 0 else."""
    failed = [finding for finding in findings if finding.health is Health.FAILED]
    if any(finding.is_setup for finding in failed):
        return 2
    return 1 if failed else 0


@dataclass(slots=True)
class Paging:
    """How a listing came: after each page the records so far, and the total first announced."""

    counts: list[int] = field(default_factory=list)
    total: int | None = None

    def on_page(self, records: int, total: int | None) -> None:
        """Note a page."""
        if not self.counts:
            self.total = total
        self.counts.append(records)


@dataclass(frozen=True, slots=True)
class Answers:
    """What a pair's two sides answered; an error in the place of an answer that did not come.

    None is a side that was not asked; ``emails`` is None where nobody could be asked about,
    ``permissions`` where Whop does not tell.
    """

    api_version: str
    whop: Heard[Snapshot[Affiliate]]
    permissions: Mapping[str, bool] | None
    emails: Heard[Emails]
    affihub: Heard[Snapshot[Partner]]
    paging: Mapping[Side, Paging]
    requests: Mapping[Side, Mapping[str, int]]


async def ask(pair: Pair, api_version: str, sides: Collection[Side] = tuple(Side)) -> Answers:
    """Ask these sides everything the checks need, both at the same time."""
    paging = {side: Paging() for side in Side}
    told, affihub = await asyncio.gather(
        _ask_whop(pair, paging[Side.WHOP], asked=Side.WHOP in sides),
        _ask_affihub(pair, paging[Side.AFFIHUB], asked=Side.AFFIHUB in sides),
    )
    whop, permissions, emails = told
    requests = {Side.WHOP: pair.whop.requests(), Side.AFFIHUB: pair.affihub.requests()}
    return Answers(api_version, whop, permissions, emails, affihub, paging, requests)


async def _ask_whop(
    pair: Pair, paging: Paging, *, asked: bool
) -> tuple[Heard[Snapshot[Affiliate]], Mapping[str, bool] | None, Heard[Emails]]:
    listed = await _heard(pair.whop.snapshot(paging.on_page)) if asked else None
    if not isinstance(listed, Snapshot):
        return listed, None, None
    granted = await _heard(pair.whop.permissions())
    newest = sorted(listed.records.values(), key=_age, reverse=True)[:SAMPLE]
    emails = await _heard(pair.whop.emails({one.user_id for one in newest})) if newest else None
    return listed, None if isinstance(granted, ApiError) else granted, emails


def _age(affiliate: Affiliate) -> float:
    return affiliate.created_at.timestamp() if affiliate.created_at else 0.0


async def _ask_affihub(pair: Pair, paging: Paging, *, asked: bool) -> Heard[Snapshot[Partner]]:
    return await _heard(pair.affihub.snapshot(paging.on_page)) if asked else None


async def _heard(question: Awaitable[T]) -> Heard[T]:
    try:
        return await question
    except ApiError as error:
        return error


def examine(answers: Answers) -> tuple[Finding, ...]:
    """Every check's finding, in the order of the table."""
    return tuple(finding for check in CHECKS if (finding := check(answers)))


def _key(check: str, listed: Listed, one: str) -> Finding | None:
    match listed:
        case ApiError():
            return Finding(check, Health.FAILED, str(listed))
        case Snapshot():
            count = len(listed.records)
            seen = f"accepted; {count:,} {one}{'' if count == 1 else 's'} listed"
            return Finding(check, Health.OK, seen)
        case _:
            return None


def _whop_version(answers: Answers) -> Finding | None:
    check, pin = "Whop version", answers.api_version
    match answers.whop:
        case Snapshot():
            return Finding(check, Health.OK, f"{pin} is accepted")
        case ApiError(status=400, excerpt=excerpt):
            seen = f"with Api-Version-Date {pin} Whop refuses the request: {excerpt}"
            advice = "Set whop.api_version to a version that Whop's answer names."
            return Finding(check, Health.FAILED, seen, advice, is_setup=True)
        case _:
            return None


def _whop_permissions(answers: Answers) -> Finding | None:
    check, granted = "Whop permissions", answers.permissions
    if not isinstance(answers.whop, Snapshot):
        return None
    if granted is None:
        seen = "Whop does not tell; what is missing shows when it is needed"
        return Finding(check, Health.OK, seen)
    missing = [name for name in NEEDED_FOR if not granted.get(name, True)]
    if not missing:
        return Finding(check, Health.OK, "all granted that a run may need")
    told = "; ".join(f"{name}, for {NEEDED_FOR[name]}" for name in missing)
    return Finding(check, Health.WARNING, f"missing: {told}", "Give the key what it lacks at Whop.")


def _complete(check: str, listed: Listed) -> Finding | None:
    if not isinstance(listed, Snapshot):
        return None
    if not listed.complete:
        advice = "While that is so, nobody is created and absences are ignored. Look again later."
        return Finding(check, Health.WARNING, str(listed.note), advice)
    if listed.incidents:
        first = listed.incidents[0]
        seen = f"{len(listed.incidents)} unreadable, such as {first.id or '?'}: {first.reason}"
        return Finding(check, Health.WARNING, seen, "Those people are left alone; look at them.")
    return Finding(check, Health.OK, "complete")


def _whop_archived(answers: Answers) -> Finding | None:
    """Whop counts nothing; but rows it hid were asked for apart, behind the plain list's end."""
    listed, counts = answers.whop, answers.paging[Side.WHOP].counts
    if not isinstance(listed, Snapshot) or not listed.complete or not counts:
        return None
    off = sum(one.status == WhopState.ARCHIVED for one in listed.records.values())
    asked = answers.requests[Side.WHOP].get("list_affiliates", 0)
    hidden = _goes_on_behind_its_end(counts, off, looked=asked > len(counts))
    return _hidden("Whop archived rows", off, "archived", hidden=hidden)


def _goes_on_behind_its_end(counts: Sequence[int], off: int, *, looked: bool) -> bool:
    """Whether a page that was not full was not the last; a full last page hides that."""
    size = max(1, counts[0])
    pages = [after - before for before, after in pairwise((0, *counts))]
    return any(page < size for page in pages[:-1]) or (looked and (counts[-1] - off) % size == 0)


def _affihub_deactivated(answers: Answers) -> Finding | None:
    """Affihub counts: what the plain list hid is more than it announced."""
    listed, total = answers.affihub, answers.paging[Side.AFFIHUB].total
    if not isinstance(listed, Snapshot) or not listed.complete or total is None:
        return None
    off = sum(one.status == AffihubState.DEACTIVATED for one in listed.records.values())
    hidden = len(listed.records) + len(listed.incidents) > total
    return _hidden("Affihub deactivated rows", off, "deactivated", hidden=hidden)


def _hidden(check: str, off: int, status: str, *, hidden: bool) -> Finding:
    if not off:
        return Finding(check, Health.OK, f"nobody is {status}, so this cannot be seen yet")
    if hidden:
        return Finding(check, Health.OK, f"the plain list hides them; {off:,} were asked for apart")
    return Finding(check, Health.OK, f"the plain list shows them ({off:,})")


def _pages(check: str, listed: Listed, paging: Paging) -> Finding | None:
    if not isinstance(listed, Snapshot) or not listed.complete or not paging.counts:
        return None
    given = paging.counts[0]
    if given >= PAGE:
        return Finding(check, Health.OK, f"{given} a page, as asked for")
    if len(paging.counts) == 1:
        return Finding(check, Health.OK, "everybody fits one page, so this cannot be seen yet")
    seen = f"{given} a page where {PAGE} were asked for: a run takes more requests"
    return Finding(check, Health.OK, seen)


def _whop_addresses(answers: Answers) -> Finding | None:
    check, asked = "Whop addresses", answers.requests[Side.WHOP]
    ways = ", ".join(f"{way} {asked[way]}" for way in ADDRESS_BOOKS if asked.get(way))
    match answers.emails:
        case ApiError() as error:
            return Finding(check, Health.FAILED, str(error))
        case Emails(readable=False):
            advice = "Give the key member:email:read: without it nobody is matched or created."
            return Finding(check, Health.WARNING, f"none can be read (asked: {ways})", advice)
        case Emails(found=found):
            known = sum(bool(addresses) for addresses in found.values())
            seen = f"can be read; {known} found in a first look (asked: {ways})"
            return Finding(check, Health.OK, seen)
        case _:
            return None


CHECKS: Final[tuple[Callable[[Answers], Finding | None], ...]] = (
    lambda told: _key("Whop key", told.whop, "affiliate"),
    _whop_version,
    _whop_permissions,
    _whop_addresses,
    lambda told: _complete("Whop listing", told.whop),
    _whop_archived,
    lambda told: _pages("Whop page size", told.whop, told.paging[Side.WHOP]),
    lambda told: _key("Affihub key", told.affihub, "partner"),
    lambda told: _complete("Affihub listing", told.affihub),
    _affihub_deactivated,
    lambda told: _pages("Affihub page size", told.affihub, told.paging[Side.AFFIHUB]),
)
"""Everything that is looked at on the two sides, in the order it is told."""
