"""Whop's commission overrides of an affiliate (api/whop.md section 3)."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from starlette.responses import Response
from starlette.routing import Route

from connectors.sandbox.gate import PREFIX, Refusal
from connectors.sandbox.whop_affiliates import affiliate_of, whop_page
from connectors.sandbox.whop_asked import Asked, guarded, invalid
from connectors.sandbox.whop_records import Override
from connectors.sandbox.wire import Json, number, only, rounded
from connectors.sandbox.world import World
from sync.core.record import Side

TYPES: Final = ("standard", "rev_share")
WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "commission_type": ("percentage", "flat_fee"),
    "applies_to_payments": ("first_payment", "all_payments"),
    "revenue_basis": ("pre_fees", "post_fees"),
}
"""The terms that are words, and the words."""
PATCHABLE: Final = frozenset({*WORDS, "commission_value"})
OF_TYPE: Final[Mapping[str, tuple[str, str]]] = {
    "standard": ("applies_to_payments", "all_payments"),
    "rev_share": ("revenue_basis", "post_fees"),
}
"""The one word only this type has, and what it is when left out."""
PERCENT_MAX: Final = 100
DOLLARS_MAX: Final = 1_000_000


def override_routes(world: World) -> list[Route]:
    """The five override endpoints."""
    read, update = "affiliate:basic:read", "affiliate:update"
    many = f"{PREFIX}/affiliates/{{id}}/overrides"
    one = f"{many}/{{override_id}}"
    table: list[tuple[str, str, str, str, Callable[[Asked], Any]]] = [
        ("list_overrides", "GET", many, read, list_overrides),
        ("create_override", "POST", many, "affiliate:create", create_override),
        ("retrieve_override", "GET", one, read, retrieve_override),
        ("update_override", "PATCH", one, update, update_override),
        ("delete_override", "DELETE", one, update, delete_override),
    ]
    return [
        Route(path, guarded(world, permission, serve), methods=[method], name=name)
        for name, method, path, permission, serve in table
    ]


async def list_overrides(asked: Asked) -> Response:
    """``GET /affiliates/{id}/overrides``; no order is documented, here it is by id."""
    affiliate = affiliate_of(asked)
    kind = asked.choice("override_type", TYPES)
    held = asked.world.whop.overrides_of(affiliate.id)
    rows = sorted((o for o in held if kind in (None, o.override_type)), key=_by_id)
    cut = asked.cut(descending=False)
    return whop_page(asked, rows, _by_id, cut, lambda row: override_row(asked.world, row))


async def create_override(asked: Asked) -> Response:
    """``POST /affiliates/{id}/overrides``; not repeatable."""
    affiliate = affiliate_of(asked)
    terms = _terms_of(asked, await asked.body())
    scope = (affiliate.id, terms["override_type"], terms.get("plan_id") or terms.get("product_id"))
    held = asked.world.whop.overrides.where("scope", scope)
    duplicates = asked.world.gaps.whop_duplicate_overrides
    if held and duplicates == "reject":
        raise Refusal(422, "An override for this already exists.")
    if held and duplicates == "merge":
        return _changed(asked, held[0], terms)
    override = asked.world.whop.add_override(affiliate.id, **terms)
    _wrote(asked, "create_override", override)
    return Json(override_row(asked.world, override))


async def retrieve_override(asked: Asked) -> Response:
    """``GET /affiliates/{id}/overrides/{override_id}``."""
    return Json(override_row(asked.world, _override_of(asked)))


async def update_override(asked: Asked) -> Response:
    """``PATCH``: value, type, payments or basis; plan, product and type of override stay."""
    override = _override_of(asked)
    body = only(await asked.body(), PATCHABLE)
    if None in body.values() and asked.world.gaps.whop_patch_null == "rejects":
        raise Refusal(422, "A term cannot be null.")
    told = {name: value for name, value in body.items() if value is not None}
    words = {name: _word(told, name) for name in WORDS if name in told}
    _fits(override.override_type, words)
    changes: dict[str, Any] = dict(words)
    if "commission_value" in told:
        kind = words.get("commission_type") or override.commission_type
        changes["commission_value"] = _value(asked, told["commission_value"], kind)
    return _changed(asked, override, changes)


async def delete_override(asked: Asked) -> Response:
    """``DELETE``: a bare ``true``."""
    override = _override_of(asked)
    asked.world.whop.remove_override(override.id)
    _wrote(asked, "delete_override", override)
    return Json(True)  # noqa: FBT003 - the whole answer is this one boolean


def override_row(world: World, override: Override) -> dict[str, Any]:
    """The override as the API tells it; here money is a number (api/whop.md section 8, 4)."""
    standard = override.override_type == "standard"
    username = world.whop.user_of(override.affiliate_id).username or override.affiliate_id
    products = "single_product" if override.product_id else "all_products"
    link = f"https://whop.com/checkout/{override.plan_id}?a={username}"
    return {
        "id": override.id,
        "override_type": override.override_type,
        "commission_type": override.commission_type,
        "commission_value": number(override.commission_value),
        "applies_to_payments": override.applies_to_payments,
        "plan_id": override.plan_id,
        "product_id": override.product_id,
        "applies_to_products": None if standard else products,
        "revenue_basis": override.revenue_basis,
        "product_direct_link": f"https://whop.com/northwind?a={username}" if standard else None,
        "checkout_direct_link": link if standard else None,
        "total_referral_earnings_usd": number(override.earnings),
    }


def _by_id(override: Override) -> tuple[str, str]:
    return (override.id, override.id)


def _override_of(asked: Asked) -> Override:
    override = asked.world.whop.overrides.get(asked.request.path_params["override_id"])
    if override is None or override.affiliate_id != asked.path_id:
        raise Refusal(404, "Resource not found")
    return override


def _terms_of(asked: Asked, body: dict[str, Any]) -> dict[str, Any]:
    """The terms of a new override; what is not a field of its type is ignored."""
    _same_id(asked, body.get("id"))
    kind = _required(body, "override_type", TYPES)
    commission_type = _word(body, "commission_type") or "percentage"
    word, default = OF_TYPE[kind]
    terms = {
        "override_type": kind,
        "commission_type": commission_type,
        "commission_value": _value(asked, body.get("commission_value"), commission_type),
        word: _word(body, word) or default,
    }
    if kind == "standard":
        return terms | {"plan_id": _required(body, "plan_id")}
    _fits(kind, terms)
    return terms | {"product_id": _text(body, "product_id")}


def _same_id(asked: Asked, sent: object) -> None:
    if sent is None and asked.world.gaps.whop_body_id == "required":
        raise Refusal(400, "Missing required parameter: id.", code="parameter_missing", param="id")
    if sent is not None and sent != asked.path_id:
        raise invalid("id", "id must be the affiliate of the path.")


def _required(body: dict[str, Any], name: str, words: tuple[str, ...] = ()) -> Any:
    value = _text(body, name)
    if not value:
        message = f"Missing required parameter: {name}."
        raise Refusal(400, message, code="parameter_missing", param=name)
    if words and value not in words:
        raise invalid(name, f"{name} must be one of {', '.join(words)}.")
    return value


def _text(body: dict[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid(name, f"{name} must be a string.")
    return value or None


def _word(body: dict[str, Any], name: str) -> str | None:
    value = _text(body, name)
    if value is not None and value not in WORDS[name]:
        raise invalid(name, f"{name} must be one of {', '.join(WORDS[name])}.")
    return value


def _value(asked: Asked, sent: object, commission_type: str) -> Decimal:
    """Dollars, or percentage points: whole numbers from 1 to 100 (api/whop.md section 3)."""
    if sent is None:
        message = "Missing required parameter: commission_value."
        raise Refusal(400, message, code="parameter_missing", param="commission_value")
    if isinstance(sent, bool) or not isinstance(sent, int | Decimal):
        raise invalid("commission_value", "commission_value must be a number.")
    highest = PERCENT_MAX if commission_type == "percentage" else DOLLARS_MAX
    if not 0 < sent <= highest:
        raise Refusal(422, f"commission_value must be above 0 and at most {highest}.")
    value = Decimal(sent)
    return value if commission_type == "flat_fee" else _percentage(asked, value)


def _percentage(asked: Asked, value: Decimal) -> Decimal:
    fractional = asked.world.gaps.whop_fractional
    if fractional == "accept" or value == int(value):
        return value
    if fractional == "reject":
        raise Refusal(422, "commission_value must be a whole number from 1 to 100.")
    return max(Decimal(1), rounded(value, 0))


def _fits(kind: str, terms: Mapping[str, Any]) -> None:
    """Refuse terms that this type of override does not have."""
    other = OF_TYPE["rev_share" if kind == "standard" else "standard"][0]
    if other in terms:
        raise Refusal(422, f"{other} is no term of a {kind} override.")
    if kind == "rev_share" and terms.get("commission_type") == "flat_fee":
        raise Refusal(422, "A rev_share override is always a percentage.")


def _changed(asked: Asked, override: Override, changes: Mapping[str, Any]) -> Response:
    edited = asked.world.whop.edit_override(override.id, **changes)
    if edited != override:
        _wrote(asked, "update_override", edited)
    return Json(override_row(asked.world, edited))


def _wrote(asked: Asked, operation: str, override: Override) -> None:
    email = asked.world.whop.user_of(override.affiliate_id).email
    asked.world.wrote(Side.WHOP, operation, override.id, email)
