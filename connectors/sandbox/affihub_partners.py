"""Affihub's partners: five calls, three shapes of one object (api/affihub.md section 2)."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from starlette.responses import Response
from starlette.routing import Route

from connectors.sandbox.affihub_asked import (
    CREATE_FIELDS,
    NEVER_NULL,
    STATUSES,
    UPDATE_FIELDS,
    Asked,
    fields_of,
    guarded,
)
from connectors.sandbox.affihub_records import Partner
from connectors.sandbox.gaps import Answer
from connectors.sandbox.gate import PREFIX, Refusal
from connectors.sandbox.wire import Json, number, seconds
from connectors.sandbox.world import World
from sync.core.record import Side

ORDERS: Final[Mapping[str, Callable[[Partner], Any]]] = {
    "created": lambda partner: (partner.created_at, partner.id),
    "id": lambda partner: partner.id,
    "shuffled": lambda partner: hashlib.blake2b(partner.id.encode()).digest(),
}


def partner_routes(world: World) -> list[Route]:
    """The five partner endpoints."""
    many, one = f"{PREFIX}/partners", f"{PREFIX}/partners/{{id}}"
    table: list[tuple[str, str, str, Callable[[Asked], Any]]] = [
        ("list_partners", "GET", many, list_partners),
        ("create_partner", "POST", many, create_partner),
        ("get_partner", "GET", one, get_partner),
        ("update_partner", "PATCH", one, update_partner),
        ("delete_partner", "DELETE", one, delete_partner),
    ]
    return [
        Route(path, guarded(world, serve), methods=[method], name=name)
        for name, method, path, serve in table
    ]


async def list_partners(asked: Asked) -> Response:
    """``GET /partners``: rows of eight fields."""
    status, search = asked.text("status"), asked.text("search")
    if status is not None and status not in STATUSES:
        raise Refusal(422, f"status must be one of {', '.join(STATUSES)}")
    gaps, table = asked.world.gaps, asked.world.affihub.partners
    key = ORDERS[gaps.affihub_list_order]
    if status or search or gaps.affihub_hides_deactivated:
        found = [p for p in table.values() if _matches(asked.world, p, status, search)]
        return affihub_page(asked, sorted(found, key=key), lambda p: row(asked.world, p))
    return affihub_page(asked, table.ordered(key), lambda p: row(asked.world, p))


async def create_partner(asked: Asked) -> Response:
    """``POST /partners``: always invited; email and slug are taken once."""
    body = await asked.body(CREATE_FIELDS)
    for name in ("email", "slug"):
        if not body.get(name):
            raise Refusal(422, f"{name} is required")
    fields = fields_of(asked.world, body)
    _refuse_taken(asked, fields, None)
    partner = asked.world.affihub.add(status="invited", **fields)
    _wrote(asked, "create_partner", "partner.created", partner)
    return Json(created(asked.world, partner), asked.world.gaps.affihub_create_status)


async def get_partner(asked: Asked) -> Response:
    """``GET /partners/:id``: with stats, without program and payout email."""
    return Json(detail(asked.world, _partner_of(asked)))


async def update_partner(asked: Asked) -> Response:
    """``PATCH /partners/:id``: untouched fields stay."""
    partner = _partner_of(asked)
    changes = fields_of(asked.world, _told(asked, await asked.body(UPDATE_FIELDS)))
    _refuse_taken(asked, changes, partner.id)
    if changes.get("status") == "active" and partner.status == "deactivated":
        _reactivate(asked, changes)
    if asked.world.gaps.affihub_metadata_merge and changes.get("metadata"):
        changes["metadata"] = {**(partner.metadata or {}), **changes["metadata"]}
    edited = asked.world.affihub.edit(partner.id, **changes)
    if edited != partner:
        _wrote(asked, "update_partner", "partner.updated", edited)
    return _answer(asked, asked.world.gaps.affihub_patch_answer, edited)


async def delete_partner(asked: Asked) -> Response:
    """``DELETE /partners/:id``: the row stays and is deactivated."""
    partner = _partner_of(asked)
    if partner.status != "deactivated":
        partner = asked.world.affihub.edit(partner.id, status="deactivated")
        _wrote(asked, "delete_partner", "partner.deleted", partner)
    return _answer(asked, asked.world.gaps.affihub_delete_answer, partner)


def row(world: World, partner: Partner) -> dict[str, Any]:
    """The list row: eight fields."""
    return {
        "id": partner.id,
        "email": partner.email,
        "first_name": partner.first_name,
        "last_name": partner.last_name,
        "slug": partner.slug,
        "status": partner.status,
        "commission_pct": _rate(world, partner),
        "created_at": seconds(partner.created_at),
    }


def created(world: World, partner: Partner) -> dict[str, Any]:
    """The answer to a create: thirteen fields."""
    more = {"program_id": world.affihub.program_id, "payout_email": partner.payout_email}
    return row(world, partner) | _inside(partner) | more


def detail(world: World, partner: Partner) -> dict[str, Any]:
    """The answer to a get: with stats, money in cents."""
    earned = partner.pending_cents + partner.approved_cents + partner.paid_cents
    stats = {
        "total_commissions": partner.commissions,
        "total_earned_cents": earned,
        "pending_cents": partner.pending_cents,
        "approved_cents": partner.approved_cents,
        "paid_cents": partner.paid_cents,
    }
    return row(world, partner) | _inside(partner) | {"stats": stats}


def affihub_page(
    asked: Asked, rows: Sequence[Any], tell: Callable[[Any], dict[str, Any]]
) -> Response:
    """A page of rows in Affihub's envelope."""
    page, per_page = asked.page()
    start = (page - 1) * per_page
    if start and start >= len(rows):
        _past_end(asked)
    shown = [tell(found) for found in rows[start : start + per_page]]
    answer = {"data": shown, "total": len(rows), "page": page, "per_page": per_page}
    if asked.world.gaps.affihub_list_total == "absent":
        del answer["total"]
    return Json(answer)


def _inside(partner: Partner) -> dict[str, Any]:
    return {
        "payout_method": partner.payout_method,
        "stripe_account_id": partner.stripe_account_id,
        "metadata": None if partner.metadata is None else dict(partner.metadata),
    }


def _rate(world: World, partner: Partner) -> int | float | str | None:
    rate = partner.commission_pct
    if rate is None:
        return None
    return f"{rate:.2f}" if world.gaps.affihub_numbers_as_strings else number(rate)


def _partner_of(asked: Asked) -> Partner:
    partner = asked.world.affihub.partners.get(asked.path_id)
    if partner is None:
        raise Refusal(404, "partner not found")
    return partner


def _matches(world: World, partner: Partner, status: str | None, search: str | None) -> bool:
    if status is None and world.gaps.affihub_hides_deactivated and partner.status == "deactivated":
        return False
    return status in (None, partner.status) and (search is None or _found(world, partner, search))


def _found(world: World, partner: Partner, search: str) -> bool:
    name = f"{partner.first_name or ''} {partner.last_name or ''}".strip()
    texts = (partner.email, partner.slug, name, partner.first_name or "", partner.last_name or "")
    if world.gaps.affihub_search_case == "folds":
        search, texts = search.casefold(), tuple(text.casefold() for text in texts)  # type: ignore[assignment]
    how = world.gaps.affihub_search
    if how == "exact":
        return search in texts
    if how == "prefix":
        return any(text.startswith(search) for text in texts)
    return any(search in text for text in texts)


def _told(asked: Asked, body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that count: nulls are told, not told or refused."""
    nulls = {name for name, value in body.items() if value is None}
    how = asked.world.gaps.affihub_patch_null
    if nulls & NEVER_NULL or (nulls and how == "rejects"):
        raise Refusal(422, f"{', '.join(sorted(nulls))} cannot be null")
    return {name: v for name, v in body.items() if v is not None or how == "accepts"}


def _refuse_taken(asked: Asked, fields: Mapping[str, Any], own_id: str | None) -> None:
    """Refuse an email or a slug that another partner has."""
    table, gaps = asked.world.affihub.partners, asked.world.gaps
    held: list[Partner] = []
    if (email := fields.get("email")) and gaps.affihub_email_case == "folds":
        held += table.where("folded", email.casefold())
    elif email:
        held += table.where("email", email)
    if slug := fields.get("slug"):
        held += table.where("slug", slug)
    if any(partner.id != own_id for partner in held):
        raise Refusal(gaps.affihub_duplicate_status, "email or slug has already been taken")


def _reactivate(asked: Asked, changes: dict[str, Any]) -> None:
    """Let a deactivated partner become active, or leave it, or refuse."""
    how = asked.world.gaps.affihub_reactivates
    if how == "refuses":
        raise Refusal(422, "a deactivated partner cannot be activated")
    if how == "ignores":
        del changes["status"]


def _past_end(asked: Asked) -> None:
    how = asked.world.gaps.affihub_past_end
    if how != "empty":
        raise Refusal(404 if how == "not-found" else 400, "page out of range")


def _answer(asked: Asked, how: Answer, partner: Partner) -> Response:
    if how == "empty":
        return Response(status_code=204)
    return Json({"ok": True} if how == "ok" else detail(asked.world, partner))


def _wrote(asked: Asked, operation: str, event: str, partner: Partner) -> None:
    asked.world.wrote(Side.AFFIHUB, operation, partner.id, partner.email)
    asked.world.affihub.note(event, partner)
