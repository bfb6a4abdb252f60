"""What the version pin changes in what we send (api/whop.md section 1)."""

import re
from typing import Final

Pin = tuple[str, int]
"""A date and which version of that day it is: ``2026-09-02-1`` comes after ``2026-09-02``."""

ACCOUNT_SINCE: Final[Pin] = ("2026-09-02", 2)
"""From here on affiliates ask for ``account_id``: SDK 1.1.0 at 2026-09-02-1 still has
``company_id``, SDK 1.1.1 at 2026-09-02-2 has not."""
MEMBERS_SINCE: Final[Pin] = ("2026-08-21", 0)
"""From here on members have the current parameters; the move came after 2026-07-20."""
CURRENT_ONLY: Final = "account_id"
"""What an endpoint without a legacy form calls the company, under every pin."""

_PIN: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:-([0-9]+))?")


def pin_of(api_version: str) -> Pin:
    """The pin as something to compare; an unreadable one is the newest, Whop will refuse it."""
    found = _PIN.fullmatch(api_version)
    return (found[1], int(found[2] or 0)) if found else ("9999", 0)


def company_field(api_version: str) -> str:
    """The name of the company in requests about affiliates."""
    return "account_id" if pin_of(api_version) >= ACCOUNT_SINCE else "company_id"


def members_fields(api_version: str) -> tuple[str, str]:
    """The names of the company and of the user ids in requests about members."""
    if pin_of(api_version) >= MEMBERS_SINCE:
        return "account_id", "user_ids"
    return "company_id", "user_ids[]"
