"""Where Whop shows emails: members and product affiliates; and what a key may do.

See api/whop.md section 4. An affiliate who is in neither list has no readable email.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from starlette.responses import Response
from starlette.routing import Route

from connectors.sandbox.gate import PREFIX, Refusal
from connectors.sandbox.paging import Key, page, page_info
from connectors.sandbox.whop_affiliates import whop_page
from connectors.sandbox.whop_asked import MEMBERS_SINCE, V1, Asked, guarded, invalid
from connectors.sandbox.whop_records import ALL_PERMISSIONS, Enrollment, Member, User
from connectors.sandbox.wire import Json, milliseconds, number
from connectors.sandbox.world import World

EMAIL_PERMISSION: Final = "member:email:read"
LEVELS: Final = ("no_access", "admin", "customer")
COUNT_MAX: Final = 10_000
"""Above this many matches ``total_count`` is null."""
ORDERS: Final[Mapping[str, Key[Member]]] = {
    "created_at": lambda m: (milliseconds(m.created_at), m.id),
    "joined_at": lambda m: (milliseconds(m.created_at), m.id),
    "most_recent_action": lambda m: (milliseconds(m.created_at), m.id),
    "most_recent_action_at": lambda m: (milliseconds(m.created_at), m.id),
    "id": lambda m: (m.id, m.id),
    "usd_total_spent": lambda m: (int(m.spent * 100), m.id),
}


def people_routes(world: World) -> list[Route]:
    """Members, product affiliates, permissions."""
    members = f"{PREFIX}/members"
    enrolled = f"{PREFIX}/product_affiliates"
    table: list[tuple[str, str, str | None, Callable[[Asked], Any]]] = [
        ("list_members", members, "member:basic:read", list_members),
        ("retrieve_member", f"{members}/{{id}}", "member:basic:read", retrieve_member),
        ("list_product_affiliates", enrolled, "affiliate:basic:read", list_product_affiliates),
        ("check_permissions", f"{PREFIX}/permissions", None, check_permissions),
    ]
    return [
        Route(path, guarded(world, permission, serve), methods=["GET"], name=name)
        for name, path, permission, serve in table
    ]


async def list_members(asked: Asked) -> Response:
    """``GET /members`` in the shape of the version pin."""
    _refuse_members(asked)
    if asked.text(asked.company_field) is not None:
        asked.company_of_query()
    key = ORDERS[asked.choice("order", ORDERS) or "created_at"]
    cut = asked.cut(descending=asked.choice("direction", ("asc", "desc")) != "asc")
    rows = sorted(_members(asked), key=key)
    return whop_page(asked, rows, key, cut, lambda row: member_row(asked, row))


async def retrieve_member(asked: Asked) -> Response:
    """``GET /members/{id}``; the v1 shape has the company in it."""
    _refuse_members(asked)
    member = asked.world.whop.members.get(asked.path_id)
    if member is None:
        raise Refusal(404, "Resource not found")
    row = member_row(asked, member)
    if asked.version < MEMBERS_SINCE:
        whop = asked.world.whop
        row["company"] = {"id": whop.company_id, "route": "northwind", "title": whop.company_title}
    return Json(row)


async def list_product_affiliates(asked: Asked) -> Response:
    """``GET /product_affiliates``: newest first, with ``total_count``."""
    answers = asked.world.gaps.whop_product_affiliates
    if answers == "missing" or (answers == "current-only" and asked.version == V1):
        raise Refusal(404, "Resource not found")
    if answers == "forbidden":
        raise Refusal(403, "You do not have permission to access this resource")
    # Current only, so account_id; whether an old pin asks for company_id here is not known: either.
    asked.company(asked.text("account_id") or asked.text(asked.company_field), "account_id")
    rows = _enrolled(asked)
    cut = replace(asked.cut(descending=True), descending=True)
    try:
        shown = page(rows, _by_signup, cut)
    except ValueError as fault:
        raise invalid("after", "Invalid cursor.") from fault
    last_cursor = asked.world.gaps.whop_last_cursor == "given"
    info = page_info(shown, _by_signup, last_cursor=last_cursor)
    total = len(rows) if len(rows) <= COUNT_MAX else None
    told = [enrollment_row(asked, row) for row in shown.rows]
    return Json({"data": told, "page_info": info, "total_count": total})


async def check_permissions(asked: Asked) -> Response:
    """``GET /permissions``: which of the actions this key holds for the resource."""
    resource = asked.text("resource_id")
    if resource is None:
        message = "Missing required parameter: resource_id."
        raise Refusal(400, message, code="parameter_missing", param="resource_id")
    held = asked.world.whop.permissions if resource == asked.world.whop.company_id else set()
    actions = (asked.text("actions") or ",".join(sorted(ALL_PERMISSIONS))).split(",")
    told = [{"action": action, "granted": action in held} for action in actions]
    return Json({"data": told})


def member_row(asked: Asked, member: Member) -> dict[str, Any]:
    """The member in the shape of the version pin."""
    since = milliseconds(member.created_at)
    common = {
        "id": member.id,
        "created_at": since,
        "joined_at": since,
        "access_level": member.access_level,
        "status": member.status,
        "most_recent_action": "joined",
        "most_recent_action_at": since,
    }
    user = asked.world.whop.users[member.user_id]
    shape = _v1_member if asked.version < MEMBERS_SINCE else _current_member
    return common | shape(asked, member, user)


def enrollment_row(asked: Asked, enrollment: Enrollment) -> dict[str, Any]:
    """The product affiliate (api/whop.md section 5)."""
    user = asked.world.whop.users[enrollment.user_id]
    shown = asked.world.gaps.whop_product_affiliates != "no-emails"
    email = user.email if shown and _may_read_emails(asked) else None
    product = enrollment.product_id
    return {
        "id": enrollment.id,
        "created_at": milliseconds(enrollment.created_at),
        "product": {"id": product, "title": asked.world.whop.products.get(product, product)},
        "referred_users_count": enrollment.referred,
        "status": enrollment.status,
        "total_reward_amount_usd": _money(enrollment.earnings),
        "user": _summary(user) | {"email": email},
    }


def _v1_member(asked: Asked, member: Member, user: User) -> dict[str, Any]:
    email = _member_email(asked, member, user)
    shown = {"id": user.id, "email": email, "name": user.name, "username": _handle(user)}
    return {
        "updated_at": milliseconds(member.created_at),
        "user": shown,
        "phone": None,
        "usd_total_spent": number(member.spent),
        "company_token_balance": 0,
    }


def _current_member(asked: Asked, member: Member, user: User) -> dict[str, Any]:
    return {
        "account_id": asked.world.whop.company_id,
        "display_name": user.name or _handle(user),
        "email": _member_email(asked, member, user),
        "user": _summary(user),
        "phone_number": None,
        "last_accessed_at": None,
        "usd_total_spent": _money(member.spent),
        "token_balance": 0,
    }


def _summary(user: User) -> dict[str, Any]:
    picture = {"url": f"https://ui-avatars.com/api/?name={_handle(user)}"}
    return {
        "id": user.id,
        "name": user.name,
        "username": _handle(user),
        "profile_picture": picture,
    }


def _handle(user: User) -> str:
    """The username, which these two lists never tell as null (unlike the affiliates)."""
    return user.username or user.id.removeprefix("user_").lower()


def _money(amount: Decimal) -> dict[str, Any]:
    return {"amount": f"{amount:.2f}", "currency": "usd", "decimals": 2, "display_decimals": 2}


def _may_read_emails(asked: Asked) -> bool:
    return EMAIL_PERMISSION in asked.world.whop.permissions


def _member_email(asked: Asked, member: Member, user: User) -> str | None:
    shown = asked.world.gaps.whop_members_emails == "on" and _may_read_emails(asked)
    return (member.other_email or user.email) if shown else None


def _refuse_members(asked: Asked) -> None:
    if asked.world.gaps.whop_members_emails == "forbidden":
        raise Refusal(403, "You do not have permission to access this resource")


def _members(asked: Asked) -> list[Member]:
    """The members the query asks for."""
    table = asked.world.whop.members
    user_ids = asked.texts("user_ids")
    rows = list(table.values())
    if user_ids:
        rows = [member for user in dict.fromkeys(user_ids) for member in table.where("user", user)]
    statuses = {*asked.texts("statuses"), *asked.texts("status")}
    level = asked.choice("access_level", LEVELS)
    since, until = asked.moment("created_after"), asked.moment("created_before")
    query = (asked.text("query") or "").casefold()
    return [
        member
        for member in rows
        if (not statuses or member.status in statuses)
        and level in (None, member.access_level)
        and (since is None or member.created_at > since)
        and (until is None or member.created_at < until)
        and (not query or _member_matches(asked, member, query))
    ]


def _member_matches(asked: Asked, member: Member, query: str) -> bool:
    user = asked.world.whop.users[member.user_id]
    email = _member_email(asked, member, user) or ""
    return email.casefold() == query or any(
        query in (text or "").casefold() for text in (user.name, user.username)
    )


def _by_signup(enrollment: Enrollment) -> tuple[str, str]:
    return (milliseconds(enrollment.created_at), enrollment.id)


def _enrolled(asked: Asked) -> list[Enrollment]:
    """The product affiliates the query asks for, in ascending order of sign-up."""
    status = asked.choice("status", ("active", "archived"))
    products = set(asked.texts("product_ids"))
    since, until = asked.moment("created_after"), asked.moment("created_before")
    rows = asked.world.whop.enrollments.ordered(_by_signup)
    if query := asked.text("query"):
        rows = _found(asked, rows, query.casefold())
    if not (status or products or since or until):
        return rows
    return [
        row
        for row in rows
        if status in (None, row.status)
        and (not products or row.product_id in products)
        and (since is None or row.created_at >= since)
        and (until is None or row.created_at < until)
    ]


def _found(asked: Asked, rows: list[Enrollment], query: str) -> list[Enrollment]:
    """By the exact email, or by the start of a username or of a word of the name."""
    whop = asked.world.whop
    shown = asked.world.gaps.whop_product_affiliates != "no-emails" and _may_read_emails(asked)
    if "@" in query:
        users = whop.users.where("email", query) if shown else []
        found = [row for user in users for row in whop.enrollments.where("user", user.id)]
        return sorted(found, key=_by_signup)
    return [row for row in rows if _starts(whop.users[row.user_id], query)]


def _starts(user: User, query: str) -> bool:
    words = [user.username or "", *(user.name or "").split()]
    return any(word.casefold().startswith(query) for word in words)
