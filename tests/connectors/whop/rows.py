"""Whop's rows and pages as the API writes them, for tests that speak for the server."""

from typing import Any

import httpx


def affiliate(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"aff_{number}",
        "status": "active",
        "created_at": "2026-01-02T03:04:05.678Z",
        "updated_at": "2026-01-02T03:04:05.678Z",
        "total_referrals_count": 5,
        "total_referral_earnings_usd": "$1,157.79",
        "total_overrides_count": 2,
        "customer_retention_rate": "57.94%",
        "customer_retention_rate_ninety_days": "100.0%",
        "monthly_recurring_revenue_usd": "$75.00",
        "total_revenue_usd": "$9,556.36",
        "active_members_count": 3,
        "user": {"id": f"user_{number}", "name": "Jane Smith", "username": f"jane{number}"},
        "company": {"id": "biz_1", "title": "Studio"},
    } | changes


def page(
    *rows: object, more: bool = False, cursor: str | None = None, total: int | None = None
) -> httpx.Response:
    info = {
        "end_cursor": cursor,
        "start_cursor": None,
        "has_next_page": more,
        "has_previous_page": False,
    }
    return httpx.Response(200, json={"data": rows, "page_info": info, "total_count": total})
