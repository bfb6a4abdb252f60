"""A request to Whop, let in and read strictly: key, version pin, permission, parameters."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from connectors.sandbox.gate import Endpoint, Refusal, bearer
from connectors.sandbox.paging import Cut
from connectors.sandbox.wire import NotJson, body_of
from connectors.sandbox.world import World

V1: Final = "2025-01-01"
CURRENT: Final = "2026-10-15-1"
VERSIONS: Final = (
    V1,
    "2026-06-08",
    "2026-07-08-1",
    "2026-07-20",
    "2026-08-14",
    "2026-08-21",
    "2026-09-02-1",
    "2026-09-02-2",
    "2026-09-25",
    "2026-09-29",
    "2026-10-08",
    "2026-10-13-1",
    CURRENT,
)
"""The dates api/whop.md names; the real list has about 70."""
ACCOUNT_SINCE: Final = "2026-09-02-2"
"""From this version on the company travels as ``account_id`` (api/whop.md section 1)."""
MEMBERS_SINCE: Final = "2026-08-21"
"""From this version on members have the current shape."""
PAGE_DEFAULT: Final = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """One request with a valid key, under one version."""

    request: Request
    world: World
    version: str

    @property
    def company_field(self) -> str:
        """What this version calls the company."""
        return "account_id" if self.version >= ACCOUNT_SINCE else "company_id"

    @property
    def path_id(self) -> str:
        """The id in the path."""
        return str(self.request.path_params["id"])

    def text(self, name: str) -> str | None:
        """A query parameter, None where it is missing or empty."""
        return self.request.query_params.get(name) or None

    def texts(self, name: str) -> list[str]:
        """A repeated query parameter, with or without brackets (api/whop.md section 8, 13)."""
        query = self.request.query_params
        return [*query.getlist(f"{name}[]"), *query.getlist(name)]

    def choice(self, name: str, options: Collection[str]) -> str | None:
        """A query parameter that has to be one of the options."""
        value = self.text(name)
        if value is not None and value not in options:
            raise invalid(name, f"{name} must be one of {', '.join(options)}.")
        return value

    def moment(self, name: str) -> datetime | None:
        """A query parameter that has to be an ISO 8601 time; one without a zone is UTC."""
        value = self.text(name)
        try:
            moment = datetime.fromisoformat(value) if value else None
        except ValueError as fault:
            raise invalid(name, f"{name} is not a date-time.") from fault
        return moment.replace(tzinfo=moment.tzinfo or UTC) if moment else None

    def company(self, sent: object, name: str | None = None) -> None:
        """Refuse a company that is missing or not this one."""
        name = name or self.company_field
        if not isinstance(sent, str) or not sent:
            message = f"Missing required parameter: {name}."
            raise Refusal(400, message, code="parameter_missing", param=name)
        if sent != self.world.whop.company_id:
            raise Refusal(self.world.gaps.whop_unknown_company_status, "Resource not found")

    def company_of_query(self) -> None:
        """Refuse a list that does not name this company by this version's parameter."""
        self.company(self.text(self.company_field))

    def cut(self, *, descending: bool) -> Cut:
        """The page asked for, its size clamped or refused at the cap."""
        first, last = self._size("first"), self._size("last")
        from_end = last is not None and first is None
        size = (last if from_end else first) or PAGE_DEFAULT
        cap = self.world.gaps.whop_page_cap
        if size > cap and self.world.gaps.whop_page_excess == "refuse":
            raise invalid("last" if from_end else "first", f"Page size must be at most {cap}.")
        return Cut(min(size, cap), self.text("after"), self.text("before"), from_end, descending)

    def _size(self, name: str) -> int | None:
        value = self.text(name)
        if value is None:
            return None
        if not value.isascii() or not value.isdigit() or len(value) > 9 or int(value) == 0:  # noqa: PLR2004
            raise invalid(name, f"{name} must be a positive integer.")
        return int(value)

    async def body(self) -> dict[str, Any]:
        """The body, which has to be a JSON object; empty where there is none."""
        try:
            body = await body_of(self.request)
        except NotJson as fault:
            raise Refusal(400, "Body is not valid JSON.", code="invalid_json") from fault
        if body is None:
            return {}
        if not isinstance(body, dict):
            raise Refusal(400, "Body must be a JSON object.", code="parameter_invalid")
        return body


def invalid(param: str, message: str) -> Refusal:
    """A parameter that is there but cannot be used."""
    return Refusal(400, message, code="parameter_invalid", param=param)


def guarded(
    world: World, permission: str | None, serve: Callable[[Asked], Awaitable[Response]]
) -> Endpoint:
    """An endpoint behind the key, the version pin and a permission, in this order."""

    async def endpoint(request: Request) -> Response:
        if bearer(request) != world.whop.key:
            raise Refusal(401, "Invalid or missing API key")
        version = request.headers.get("api-version-date", world.gaps.whop_key_pin)
        if version not in VERSIONS:
            supported = f"Supported versions: {', '.join(VERSIONS)}."
            raise Refusal(400, f"Unknown Api-Version-Date {version!r}. {supported}")
        if permission and permission not in world.whop.permissions:
            raise Refusal(403, "You do not have permission to access this resource")
        return await serve(Asked(request, world, version))

    return endpoint
