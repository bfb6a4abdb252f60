"""The points both vendors leave open, as switches: how this sandbox answers where nobody says.

Every default is the plausible answer; a client has to live with every other one too
(``api/whop.md`` section 10, ``api/affihub.md`` section 5).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Self, get_args, get_origin, get_type_hints

Excess = Literal["clamp", "refuse"]
"""What comes of a page size above the cap: the cap, or a 400."""

EmailCase = Literal["folds", "exact"]
"""Whether two addresses that differ in letter case are one."""

Answer = Literal["empty", "partner", "ok"]
"""The body after a write: none with 204, the partner, or ``{"ok": true}``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """One answer for each documented gap."""

    whop_key_pin: str = "2026-10-15-1"
    """The version of a request without ``Api-Version-Date``; an old key has 2025-01-01."""
    whop_page_cap: int = 100
    """The largest page Whop serves; the old v2 API capped at 50."""
    whop_page_excess: Excess = "clamp"
    whop_last_cursor: Literal["given", "null"] = "given"
    """``end_cursor`` of the last page; "given" costs the official SDK one more request."""
    whop_lists_archived: bool = True
    """Whether a list without ``status`` has archived and deleted rows in it."""
    whop_status_null: Literal["as-stored", "deleted"] = "as-stored"
    """Which affiliates are told with a null status: those stored so, or deleted ones too."""
    whop_unarchives_on_create: bool = True
    """Whether ``POST /affiliates`` for an archived affiliate brings it back."""
    whop_create_over_deleted: Literal["new", "revive", "refuse"] = "new"
    """``POST /affiliates`` for a user whose affiliate is deleted: another one, the old one, 422."""
    whop_unknown_email_status: Literal[404, 422, 400] = 404
    """The status of ``POST /affiliates`` for somebody Whop does not know."""
    whop_email_case: EmailCase = "folds"
    whop_archive_again: Literal["ok", "conflict"] = "ok"
    """Archive or unarchive where the state is already as asked: ``true``, or 409."""
    whop_archive_marketplace_status: Literal[422, 403, 400] = 422
    whop_deleted_unarchive: Literal["refuse", "ok"] = "refuse"
    """Unarchive of a deleted affiliate: 422, or it is active again."""
    whop_unknown_company_status: Literal[404, 403] = 404
    whop_product_affiliates: Literal["on", "current-only", "missing", "forbidden", "no-emails"] = (
        "on"
    )
    """The bulk email list: there, 404 under old pins, 404, 403, or there with null emails."""
    whop_members_emails: Literal["on", "off", "forbidden"] = "on"
    """Members with emails, with null emails, or 403 for the whole list."""
    whop_fractional: Literal["reject", "accept", "round"] = "reject"
    """A percentage that is no whole number: 422, kept as it is, or rounded half up."""
    whop_duplicate_overrides: Literal["allow", "reject", "merge"] = "allow"
    """A second override for the same plan, product or company: both, 422, or the first changed."""
    whop_patch_null: Literal["ignores", "rejects"] = "ignores"
    """A null in ``PATCH`` of an override: not told, or 422."""
    whop_body_id: Literal["optional", "required"] = "optional"
    """The affiliate's id in the body of an override create; the guide leaves it out."""
    whop_updated_at: Literal["status", "status-and-overrides", "never"] = "status-and-overrides"
    """What moves ``updated_at`` of an affiliate."""
    whop_retry_after_header: bool = False
    """Whether a 429 has ``Retry-After`` beside the documented message."""

    affihub_create_status: Literal[201, 200] = 201
    affihub_duplicate_status: Literal[409, 422, 400, 500] = 409
    """The status for an email or slug that is taken."""
    affihub_email_case: EmailCase = "exact"
    affihub_error_body: Literal["json", "text", "empty"] = "json"
    """How an error looks: ``{"error": "..."}``, plain text, or no body."""
    affihub_patch_answer: Answer = "empty"
    affihub_delete_answer: Answer = "empty"
    affihub_patch_null: Literal["accepts", "ignores", "rejects"] = "accepts"
    """A null in ``PATCH``: clears the field, is not told, or 422."""
    affihub_metadata_merge: bool = False
    """Whether metadata in ``PATCH`` is merged into the old one or replaces it."""
    affihub_reactivates: Literal["yes", "ignores", "refuses"] = "yes"
    """``PATCH status: active`` on a deactivated partner: done, left alone with 2xx, or 422."""
    affihub_unknown_fields: Literal["ignores", "rejects"] = "ignores"
    affihub_commission_decimals: int | None = 2
    """Decimals the server rounds a rate to (half up); None keeps all."""
    affihub_numbers_as_strings: bool = False
    """Whether ``commission_pct`` travels as ``"12.50"`` instead of ``12.5``."""
    affihub_hides_deactivated: bool = False
    """Whether a list without ``status`` leaves deactivated partners out."""
    affihub_list_order: Literal["created", "id", "shuffled"] = "created"
    """"shuffled" is without meaning, but the same in every request."""
    affihub_list_total: Literal["given", "absent"] = "given"
    """``total`` in a page; the custom-checkout guide shows a list answer without it."""
    affihub_per_page_cap: int = 100
    affihub_per_page_excess: Excess = "clamp"
    affihub_past_end: Literal["empty", "not-found", "bad-request"] = "empty"
    """A page past the last one: no rows, 404, or 400."""
    affihub_search: Literal["substring", "exact", "prefix"] = "substring"
    affihub_search_case: EmailCase = "folds"
    affihub_retry_after: Literal["seconds", "date", "none"] = "seconds"
    """``Retry-After`` of a 429."""

    def __post_init__(self) -> None:
        """Refuse an answer that is not among a switch's own, so that a typo is not a default."""
        for name, hint in get_type_hints(type(self)).items():
            answer = getattr(self, name)
            if get_origin(hint) is Literal and answer not in get_args(hint):
                msg = f"{name} is one of {get_args(hint)}, not {answer!r}"
                raise ValueError(msg)

    def with_(self, answers: Mapping[str, Any]) -> Self:
        """These gaps, other answers. TypeError: a wrong name; ValueError: a wrong answer."""
        return replace(self, **answers)
