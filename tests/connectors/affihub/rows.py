"""Affihub's rows and pages as the API writes them, for tests that speak for the server."""

from typing import Any

import httpx


def partner(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"par_{number}",
        "email": f"jane{number}@example.org",
        "first_name": "Jane",
        "last_name": "Smith",
        "slug": f"jane{number}",
        "status": "active",
        "commission_pct": 12.5,
        "created_at": "2026-01-02T03:04:05Z",
    } | changes


def page(
    *rows: object, total: int | None = None, number: int = 1, per_page: int = 100
) -> httpx.Response:
    """A page; ``total`` is what is on it unless told."""
    counted = len(rows) if total is None else total
    envelope = {"data": rows, "total": counted, "page": number, "per_page": per_page}
    return httpx.Response(200, json=envelope)


DEACTIVATED = partner(9_999, status="deactivated")
