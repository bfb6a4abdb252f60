"""One message to one address, through Apprise; what is told of it never shows the address."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from sync.config.notify_urls import schemes
from sync.logs.redact import Redactor
from sync.logs.written import HOSTED
from sync.render.clean import clean
from sync.render.news import Message

if TYPE_CHECKING:
    from apprise import Apprise

MOST_SECONDS: Final = 30
"""An address that takes longer has failed; a message that arrives all the same arrives twice."""
NOT_UNDERSTOOD: Final = (
    "Apprise does not understand this address; compare it with what Apprise's pages say"
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Whether a message arrived, and else why not."""

    arrived: bool
    why: str = ""


Send = Callable[[str, Message], Awaitable[Delivery]]
"""Sends a message to an address, and raises nothing that a network can bring about."""


def shown(url: str) -> str:
    """An address for people: its scheme, and its host where that is no token."""
    scheme, _, _ = url.partition("://")
    try:
        host = urlsplit(url).hostname if scheme.lower() in HOSTED else None
    except ValueError:
        host = None
    return f"{scheme.lower()} at {clean(host)}" if host else scheme.lower()


async def send(url: str, message: Message) -> Delivery:
    """Send a message through Apprise; its own threads do it, so that the loop goes on."""
    apprise = await asyncio.to_thread(_loaded, url)
    if not apprise:
        return Delivery(arrived=False, why=NOT_UNDERSTOOD)
    sent = await apprise.async_notify(
        message.text, title=message.title, body_format="text", log_level=logging.WARNING
    )
    if sent:  # what is no success is false: refused, too late, nobody asked
        return Delivery(arrived=True)
    told = [entry.message for result in sent for entry in result.logs()]
    return Delivery(arrived=False, why=_why(told, url))


def understood(url: str) -> bool:
    """Whether Apprise could send to an address; takes half a second the first time."""
    return bool(_loaded(url))


def _loaded(url: str) -> "Apprise":
    """Apprise with this one address; with none where it does not understand it."""
    schemes()
    from apprise import Apprise, AppriseAsset, PersistentStoreMode  # noqa: PLC0415 - takes 0.4 s

    _quieten()
    asset = AppriseAsset(
        app_id="affisync",
        app_desc="affisync",
        app_url="",
        storage_mode=PersistentStoreMode.MEMORY,  # nothing on disk, of messages least of all
        service_timeout=MOST_SECONDS,
        allow_templates=False,  # nobody's environment gets into an address
        pgp_autogen=False,
        pem_autogen=False,
    )
    return Apprise(url, asset=asset)


def _why(told: list[str], url: str) -> str:
    """What Apprise said of a failure, on one line, with nothing of the address in it."""
    redactor = Redactor(lambda: (url,))
    redactor.learn()
    text = redactor.text(told[0]) if told else ""
    text = re.sub(r"\S+@\S+", "[address]", text)
    return clean(text, 200) or "it was not accepted"


def _quieten() -> None:
    """Apprise's own words hold addresses: they come back with the result, and go nowhere else."""
    logger = logging.getLogger("apprise")
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # it tells the paths of webhooks
