"""A request to Affihub, let in and read: key, parameters, the fields of a partner."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from connectors.sandbox.gate import Endpoint, Refusal, bearer
from connectors.sandbox.wire import NotJson, body_of, plain, rounded
from connectors.sandbox.world import World

STATUSES: Final = ("invited", "active", "deactivated")
PAYOUT_METHODS: Final = ("paypal", "stripe", "bank_transfer", "crypto")
CREATE_FIELDS: Final = frozenset(
    {
        "email",
        "first_name",
        "last_name",
        "slug",
        "commission_pct",
        "payout_method",
        "payout_email",
        "metadata",
    }
)
UPDATE_FIELDS: Final = CREATE_FIELDS | {"status"}
NEVER_NULL: Final = frozenset({"email", "slug", "status"})
URL_SAFE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]*")
PER_PAGE_DEFAULT: Final = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """One request with a valid key."""

    request: Request
    world: World

    @property
    def path_id(self) -> str:
        """The id in the path."""
        return str(self.request.path_params["id"])

    def text(self, name: str) -> str | None:
        """A query parameter, None where it is missing or empty."""
        return self.request.query_params.get(name) or None

    def page(self) -> tuple[int, int]:
        """``page`` and ``per_page``, the latter clamped or refused at the cap."""
        gaps = self.world.gaps
        per_page = self._positive("per_page", PER_PAGE_DEFAULT)
        if per_page > gaps.affihub_per_page_cap and gaps.affihub_per_page_excess == "refuse":
            raise Refusal(400, f"per_page must be at most {gaps.affihub_per_page_cap}")
        return self._positive("page", 1), min(per_page, gaps.affihub_per_page_cap)

    def _positive(self, name: str, default: int) -> int:
        value = self.text(name)
        if value is None:
            return default
        if not value.isascii() or not value.isdigit() or len(value) > 9 or int(value) == 0:  # noqa: PLR2004
            raise Refusal(400, f"{name} must be a positive integer")
        return int(value)

    async def body(self, known: frozenset[str]) -> dict[str, Any]:
        """The body, a JSON object; unknown fields are ignored or refused."""
        try:
            body = await body_of(self.request)
        except NotJson as fault:
            raise Refusal(400, "body is not valid JSON") from fault
        if not isinstance(body, dict):
            raise Refusal(400, "body must be a JSON object")
        if self.world.gaps.affihub_unknown_fields == "rejects" and not body.keys() <= known:
            raise Refusal(422, f"unknown fields: {', '.join(sorted(body.keys() - known))}")
        return {name: value for name, value in body.items() if name in known}


def guarded(world: World, serve: Callable[[Asked], Awaitable[Response]]) -> Endpoint:
    """An endpoint behind the program's key."""

    async def endpoint(request: Request) -> Response:
        if bearer(request) != world.affihub.key:
            raise Refusal(401, "invalid API key")
        return await serve(Asked(request, world))

    return endpoint


def fields_of(world: World, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body's fields as a partner holds them; 422 for a value that cannot be one."""
    return {
        name: None if value is None else READERS.get(name, _string)(world, name, value)
        for name, value in body.items()
    }


def _string(_world: World, name: str, value: object) -> str:
    if not isinstance(value, str):
        raise Refusal(422, f"{name} must be a string")
    return value


def _email(world: World, name: str, value: object) -> str:
    email = _string(world, name, value).strip()
    if "@" not in email.strip("@"):
        raise Refusal(422, f"{name} is not an email address")
    return email


def _slug(world: World, name: str, value: object) -> str:
    slug = _string(world, name, value)
    if not URL_SAFE.fullmatch(slug):
        raise Refusal(422, f"{name} must be URL-safe")
    return slug


def _status(world: World, name: str, value: object) -> str:
    return _one_of(world, name, value, STATUSES)


def _method(world: World, name: str, value: object) -> str:
    return _one_of(world, name, value, PAYOUT_METHODS)


def _one_of(world: World, name: str, value: object, words: tuple[str, ...]) -> str:
    word = _string(world, name, value)
    if word not in words:
        raise Refusal(422, f"{name} must be one of {', '.join(words)}")
    return word


def _rate(world: World, name: str, value: object) -> Decimal:
    """A percentage from 0 to 100, a number or a numeric string, rounded as this server rounds."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise Refusal(422, f"{name} must be a number")
    try:
        rate = Decimal(value)
    except InvalidOperation as fault:
        raise Refusal(422, f"{name} must be a number") from fault
    if not (rate.is_finite() and 0 <= rate <= 100):  # noqa: PLR2004 - percent
        raise Refusal(422, f"{name} must be from 0 to 100")
    decimals = world.gaps.affihub_commission_decimals
    return rate if decimals is None else rounded(rate, decimals)


def _metadata(_world: World, name: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Refusal(422, f"{name} must be an object")
    try:
        return plain(value)
    except (ValueError, RecursionError) as fault:
        raise Refusal(422, f"{name} is too deep or too large to keep") from fault


READERS: Final[Mapping[str, Callable[[World, str, object], Any]]] = {
    "email": _email,
    "slug": _slug,
    "status": _status,
    "payout_method": _method,
    "commission_pct": _rate,
    "metadata": _metadata,
}
