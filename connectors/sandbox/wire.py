"""JSON in and out, exact: rates and money never pass through a float on their way in."""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Never

from starlette.requests import Request
from starlette.responses import Response


class NotJson(ValueError):
    """The body is no JSON, or no JSON that a strict parser takes."""


class Json(Response):
    """A JSON answer; a lone surrogate is written as its escape instead of failing."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The body's bytes."""
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return text.encode("utf-8", "backslashreplace")


def _refuse_constant(name: str) -> Never:
    raise NotJson(name)


async def body_of(request: Request) -> Any:
    """The request's JSON, numbers with a point as Decimal; None where there is no body."""
    raw = await request.body()
    if not raw.strip():
        return None
    try:
        return json.loads(raw, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as fault:
        raise NotJson(str(fault)) from fault


def number(value: Decimal | int) -> int | float:
    """A Decimal as the JSON number people would write."""
    return int(value) if value == int(value) else float(value)


def plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON object with ordinary numbers; ValueError for one no float can hold."""
    copied: dict[str, Any] = json.loads(json.dumps(fields, default=float, allow_nan=False))
    return copied


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Rounded half up to that many decimals."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def milliseconds(moment: datetime) -> str:
    """ISO 8601 with milliseconds and Z, as Whop writes it."""
    return moment.isoformat(timespec="milliseconds")[:23] + "Z"


def seconds(moment: datetime) -> str:
    """ISO 8601 with whole seconds and Z, as Affihub writes it."""
    return moment.isoformat(timespec="seconds")[:19] + "Z"


def dollars(amount: Decimal) -> str:
    """A display string like $9,556.36 (api/whop.md section 2, Formats)."""
    return f"{'-' if amount < 0 else ''}${abs(amount):,.2f}"


def percent(value: Decimal) -> str:
    """A display string like 57.94% or 0.0%: one or two decimals."""
    text = f"{value:.2f}"
    return f"{text.removesuffix('0')}%"


def opaque(place: Sequence[object]) -> str:
    """A cursor that tells nothing to who reads it."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def place_of(cursor: str) -> tuple[Any, ...]:
    """What ``opaque`` put into a cursor; ValueError for anything else."""
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    place = json.loads(raw)
    if not isinstance(place, list) or len(place) != 2:  # noqa: PLR2004 - a key and an id
        msg = "no cursor of ours"
        raise ValueError(msg)
    return tuple(place)


def only(fields: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    """The fields with one of these names."""
    return {name: value for name, value in fields.items() if name in names}
