"""One request to a side without its key: whether it is there, trusted, and of one time with us."""

import os
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    build_opener,
)

import certifi

PATIENCE: Final = 10.0
"""Seconds until a side counts as not there."""
TRUST_VARIABLES: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR")


class NotReachedError(Exception):
    """Why a side cannot be reached, in a few words."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A side that answered, with whatever: how long it took, and how far ahead its clock is."""

    seconds: float
    ahead: timedelta | None


class _Stay(HTTPRedirectHandler):
    """Goes nowhere else: an answer is an answer."""

    def redirect_request(self, *_: object) -> None:
        """Follow nothing."""


def probe(base_url: str, now: Callable[[], datetime]) -> Reached:
    """Ask for ``base_url`` without a key; any answer will do."""
    began = time.monotonic()
    try:
        headers = _headers(base_url)
    except URLError as error:
        raise NotReachedError(_words(error.reason)) from None
    except (OSError, HTTPException) as error:
        raise NotReachedError(_words(error)) from None
    return Reached(time.monotonic() - began, _ahead(headers, now()))


def _headers(base_url: str) -> Message:
    try:
        with _opener(base_url).open(base_url, timeout=PATIENCE) as answer:
            headers: Message = answer.headers
            return headers
    except HTTPError as refusal:  # without a key most answers are one
        with refusal:
            return refusal.headers


def _opener(base_url: str) -> OpenerDirector:
    """Trusts and goes through what the connectors trust and go through."""
    context = ssl.create_default_context(cafile=None if _has_trust() else certifi.where())
    steps = [_Stay(), HTTPSHandler(context=context)]
    if urlsplit(base_url).scheme == "http":  # on this machine, so past any proxy
        return build_opener(*steps, ProxyHandler({}))
    return build_opener(*steps)


def _has_trust() -> bool:
    return any(os.environ.get(name) for name in TRUST_VARIABLES)


def _words(error: object) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate cannot be trusted ({error.verify_message})"
    if isinstance(error, TimeoutError):
        return f"no answer within {PATIENCE:.0f} seconds"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__ if isinstance(error, Exception) else str(error)


def _ahead(headers: Message, now: datetime) -> timedelta | None:
    """How far the server's clock is ahead of ours, to the second; None where it tells no time."""
    try:
        told = parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return None
    return (told if told.tzinfo else told.replace(tzinfo=UTC)) - now
