"""A town in which a few rows wait, and quick looks at them."""

from collections.abc import Sequence
from typing import Any

from sync.core.plan import Kind
from tests.cli.playing import Ran, Town


def newcomers(town: Town, count: int = 3) -> None:
    """People on Whop alone: their creates are held by the pair's first run."""
    for number in range(count):
        person = town.cast.person(email=f"new{number}@mail.example")
        town.cast.affiliate(town.cast.user(person))


def at_odds(town: Town, count: int = 2) -> None:
    """People on both sides, off on Whop and on in Affihub: nobody can say who is right."""
    for number in range(count):
        person = town.cast.person(email=f"odd{number}@mail.example")
        town.cast.both(person, status="archived")


def paused(town: Town) -> None:
    """Somebody whose status on Affihub nobody has heard of."""
    town.cast.both(town.cast.person(email="paused@mail.example"), partner="paused")


def held(town: Town, *arguments: str) -> list[dict[str, Any]]:
    """The held rows."""
    rows: list[dict[str, Any]] = town("held", "--format", "json", *arguments).document["held"]
    return rows


def inbox(town: Town, *arguments: str) -> list[dict[str, Any]]:
    """The rows of the inbox that are told one by one."""
    rows: list[dict[str, Any]] = town("inbox", "--format", "json", *arguments).document["inbox"]
    return rows


def emails(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Whom rows are about, in no order."""
    return sorted(row["person"]["email"] for row in rows)


def decided(ran: Ran) -> list[str]:
    """Whom a decision was about."""
    return emails(ran.document["decided"])


def look(town: Town) -> None:
    """A dry run: nothing was ever applied to this pair."""
    town("sync", "--dry-run")


CREATE = Kind.CREATE_PARTNER.value
