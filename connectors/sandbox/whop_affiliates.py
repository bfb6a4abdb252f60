"""Whop's affiliates: list, create-or-find, retrieve, archive, unarchive (api/whop.md section 2)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from starlette.responses import Response
from starlette.routing import Route

from connectors.sandbox.gate import PREFIX, Refusal
from connectors.sandbox.paging import Cut, Key, page, page_info
from connectors.sandbox.whop_asked import Asked, guarded, invalid
from connectors.sandbox.whop_records import MARKETPLACE, Affiliate, User
from connectors.sandbox.wire import Json, dollars, milliseconds, percent
from connectors.sandbox.world import World
from sync.core.record import Side

R = TypeVar("R")
STATUSES: Final = ("active", "archived", "deleted")
ORDERS: Final[Mapping[str, Key[Affiliate]]] = {
    "created_at": lambda a: (milliseconds(a.created_at), a.id),
    "id": lambda a: (a.id, a.id),
    "cached_total_referrals": lambda a: (a.referrals, a.id),
    "cached_total_rewards": lambda a: (int(a.earnings * 100), a.id),
}


def affiliate_routes(world: World) -> list[Route]:
    """The five affiliate endpoints."""
    read, update = "affiliate:basic:read", "affiliate:update"
    one = f"{PREFIX}/affiliates/{{id}}"
    table: list[tuple[str, str, str, str, Callable[[Asked], Any]]] = [
        ("list_affiliates", "GET", f"{PREFIX}/affiliates", read, list_affiliates),
        ("create_affiliate", "POST", f"{PREFIX}/affiliates", "affiliate:create", create_affiliate),
        ("retrieve_affiliate", "GET", one, read, retrieve_affiliate),
        ("archive_affiliate", "POST", f"{one}/archive", update, archive_affiliate),
        ("unarchive_affiliate", "POST", f"{one}/unarchive", update, unarchive_affiliate),
    ]
    return [
        Route(path, guarded(world, permission, serve), methods=[method], name=name)
        for name, method, path, permission, serve in table
    ]


async def list_affiliates(asked: Asked) -> Response:
    """``GET /affiliates``."""
    asked.company_of_query()
    key = ORDERS[asked.choice("order", ORDERS) or "created_at"]
    descending = asked.choice("direction", ("asc", "desc")) != "asc"
    status, query = asked.choice("status", STATUSES), asked.text("query")
    rows = asked.world.whop.affiliates.ordered(key)
    if status or query or not asked.world.gaps.whop_lists_archived:
        rows = [row for row in rows if _matches(asked.world, row, status, query)]
    cut = asked.cut(descending=descending)
    return whop_page(asked, rows, key, cut, lambda row: affiliate_row(asked.world, row))


async def create_affiliate(asked: Asked) -> Response:
    """``POST /affiliates``: finds before it creates, and may bring an archived one back."""
    body = await asked.body()
    asked.company(body.get(asked.company_field))
    user = _user(asked, body.get("user_identifier"))
    held = sorted(asked.world.whop.affiliates.where("user", user.id), key=_preference)
    if held and not (_is_deleted(held[0]) and asked.world.gaps.whop_create_over_deleted == "new"):
        found = _brought_back(asked.world, held[0], user)
        return Json(affiliate_row(asked.world, found))
    created = asked.world.whop.add_affiliate(user.id)
    asked.world.wrote(Side.WHOP, "create_affiliate", created.id, user.email)
    return Json(affiliate_row(asked.world, created))


async def retrieve_affiliate(asked: Asked) -> Response:
    """``GET /affiliates/{id}``."""
    return Json(affiliate_row(asked.world, affiliate_of(asked)))


async def archive_affiliate(asked: Asked) -> Response:
    """``POST /affiliates/{id}/archive``: a bare ``true``; not for the marketplace affiliate."""
    affiliate = affiliate_of(asked)
    if asked.world.whop.users[affiliate.user_id].username == MARKETPLACE:
        refused = asked.world.gaps.whop_archive_marketplace_status
        raise Refusal(refused, "The marketplace affiliate cannot be archived.")
    if _is_deleted(affiliate):
        raise Refusal(422, "A deleted affiliate cannot be archived.")
    return _switched(asked, affiliate, "archived", "archive_affiliate")


async def unarchive_affiliate(asked: Asked) -> Response:
    """``POST /affiliates/{id}/unarchive``: a bare ``true``."""
    affiliate = affiliate_of(asked)
    if _is_deleted(affiliate) and asked.world.gaps.whop_deleted_unarchive == "refuse":
        raise Refusal(422, "A deleted affiliate cannot be unarchived.")
    return _switched(asked, affiliate, "active", "unarchive_affiliate")


def affiliate_of(asked: Asked) -> Affiliate:
    """The affiliate in the path, or 404."""
    affiliate = asked.world.whop.affiliates.get(asked.path_id)
    if affiliate is None:
        raise Refusal(404, "Resource not found")
    return affiliate


def affiliate_row(world: World, affiliate: Affiliate) -> dict[str, Any]:
    """The affiliate as list and retrieve tell it; money and percentages are display strings."""
    whop, user = world.whop, world.whop.users[affiliate.user_id]
    hidden = world.gaps.whop_status_null == "deleted" and _is_deleted(affiliate)
    return {
        "id": affiliate.id,
        "status": None if hidden else affiliate.status,
        "created_at": milliseconds(affiliate.created_at),
        "updated_at": milliseconds(affiliate.updated_at),
        "total_referrals_count": affiliate.referrals,
        "total_referral_earnings_usd": dollars(affiliate.earnings),
        "total_overrides_count": whop.overrides.count("affiliate", affiliate.id),
        "customer_retention_rate": percent(affiliate.retention),
        "customer_retention_rate_ninety_days": percent(affiliate.retention_90),
        "monthly_recurring_revenue_usd": dollars(affiliate.monthly),
        "total_revenue_usd": dollars(affiliate.revenue),
        "active_members_count": affiliate.active_members,
        "user": {"id": user.id, "name": user.name, "username": user.username},
        "company": {"id": whop.company_id, "title": whop.company_title},
    }


def whop_page(
    asked: Asked, rows: Sequence[R], key: Key[R], cut: Cut, tell: Callable[[R], dict[str, Any]]
) -> Response:
    """A page of rows in Whop's envelope; 400 for a cursor that is not ours."""
    try:
        shown = page(rows, key, cut)
    except ValueError as fault:
        raise invalid("after" if cut.after else "before", "Invalid cursor.") from fault
    last_cursor = asked.world.gaps.whop_last_cursor == "given"
    info = page_info(shown, key, last_cursor=last_cursor)
    return Json({"data": [tell(row) for row in shown.rows], "page_info": info})


def _matches(world: World, affiliate: Affiliate, status: str | None, query: str | None) -> bool:
    if status is None and not world.gaps.whop_lists_archived:
        status = "active"
    if status is not None and affiliate.status != status:
        return False
    username = world.whop.users[affiliate.user_id].username or ""
    return query is None or query.casefold() in username.casefold()


def _user(asked: Asked, identifier: object) -> User:
    """The Whop account meant by a username, email, user id or Discord id."""
    if not isinstance(identifier, str) or not identifier.strip():
        message = "Missing required parameter: user_identifier."
        raise Refusal(400, message, code="parameter_missing", param="user_identifier")
    users = asked.world.whop.users
    folded = identifier.strip().casefold()
    found = [
        *([users[identifier]] if identifier in users else []),
        *(user for user in users.where("email", folded) if _same_email(asked, user, identifier)),
        *users.where("username", folded),
        *users.where("discord", identifier),
    ]
    if not found:
        raise Refusal(asked.world.gaps.whop_unknown_email_status, "User not found.")
    return found[0]


def _same_email(asked: Asked, user: User, identifier: str) -> bool:
    return asked.world.gaps.whop_email_case == "folds" or user.email == identifier


def _preference(affiliate: Affiliate) -> tuple[bool, bool]:
    """Somebody's affiliates, the one that counts first: deleted ones last, archived before them."""
    return (_is_deleted(affiliate), affiliate.status == "archived")


def _is_deleted(affiliate: Affiliate) -> bool:
    return affiliate.status == "deleted"


def _brought_back(world: World, affiliate: Affiliate, user: User) -> Affiliate:
    if _is_deleted(affiliate) and world.gaps.whop_create_over_deleted == "refuse":
        raise Refusal(422, "This affiliate was deleted.")
    archived = affiliate.status == "archived" and world.gaps.whop_unarchives_on_create
    if archived or _is_deleted(affiliate):
        affiliate = world.whop.edit(affiliate.id, status="active")
        world.wrote(Side.WHOP, "unarchive_affiliate", affiliate.id, user.email)
    return affiliate


def _switched(asked: Asked, affiliate: Affiliate, status: str, operation: str) -> Response:
    """``true`` after setting the status, or after finding it set already."""
    if affiliate.status != status:
        asked.world.whop.edit(affiliate.id, status=status)
        email = asked.world.whop.users[affiliate.user_id].email
        asked.world.wrote(Side.WHOP, operation, affiliate.id, email)
    elif asked.world.gaps.whop_archive_again == "conflict":
        raise Refusal(409, f"The affiliate is already {status}.")
    return Json(True)  # noqa: FBT003 - the whole answer is this one boolean
