"""Texts of the configuration that are parsed once, into types; each fault is one sentence."""

import ipaddress
import re
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Final
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field

from sync.config.cron import checked
from sync.config.sentences import nearest
from sync.core.policy import Share

SQLITE: Final = "sqlite:///"
NO_FILES: Final = frozenset({SQLITE, f"{SQLITE}:memory:"})
"""Addresses of a state that would be forgotten when the run ends."""

SHORTEST_RUN: Final = timedelta(seconds=5)
HIGHEST_PORT: Final = 65535
WHOLE: Final = Decimal(100)
"""Percent of everything."""

UNITS: Final = MappingProxyType({"s": "seconds", "m": "minutes", "h": "hours", "d": "days"})


@dataclass(frozen=True, slots=True)
class Every:
    """A schedule that fires again after a fixed pause."""

    pause: timedelta


@dataclass(frozen=True, slots=True)
class Cron:
    """A schedule of five cron fields, which ``sync.config.cron`` understands."""

    fields: str


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen."""

    host: str
    port: int


def _schedule(value: object) -> Every | Cron:
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if text.startswith("every ") and (pause := _pause(text.removeprefix("every "))):
        return Every(pause)
    if re.fullmatch(r"[\w*/,-]+( [\w*/,-]+){4}", text, re.ASCII):
        return Cron(checked(text))
    raise ValueError('must be five cron fields such as "*/15 * * * *", or "every 15m", "every 30s"')


def _pause(text: str) -> timedelta | None:
    told = re.fullmatch(r"([1-9]\d{0,5}) ?([smhd])", text, re.ASCII)
    return timedelta(**{UNITS[told[2]]: int(told[1])}) if told else None


def _duration(value: object) -> timedelta:
    pause = value if isinstance(value, timedelta) else _pause(str(value).strip())
    if pause is None:
        raise ValueError('must be a time such as "90s", "15m", "1h" or "2d"')
    return pause


def _deadline(pause: timedelta) -> timedelta:
    if pause < SHORTEST_RUN:
        raise ValueError(f"must be {SHORTEST_RUN.seconds}s or more; no run ends sooner")
    return pause


def _time_of_day(value: object) -> time:
    if isinstance(value, time):
        return value.replace(second=0, microsecond=0)  # TOML has times, too: 08:00:00
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", str(value), re.ASCII)
    if match is None:
        raise ValueError('must be a time of day such as "08:00"')
    return time(int(match[1]), int(match[2]))


def _optional_duration(value: object) -> timedelta | None:
    return None if value in ("", None) else _duration(value)


def _address(value: object) -> Address | None:
    if value == "":
        return None
    match = re.fullmatch(r"([\w.-]+|\[[\da-fA-F:.]+\]):(\d{1,5})", str(value), re.ASCII)
    if match is None or int(match[2]) > HIGHEST_PORT:
        raise ValueError('must be "host:port" such as "127.0.0.1:8620", or "" to turn it off')
    return Address(match[1].strip("[]"), int(match[2]))


def amount(value: object) -> int | Share:
    """A number of rows, or a share of the links."""
    if isinstance(value, Share):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value, re.ASCII):
        return int(value)  # a variable holds text
    if isinstance(value, str) and re.fullmatch(r"\d{1,3}(\.\d{1,9})? ?%", value, re.ASCII):
        return _share(Decimal(value.rstrip("% ")))
    raise ValueError('must be a whole number such as 20, or a share such as "5%"')


def _budget(value: object) -> int | Share | None:
    return None if value is None else amount(value)


def _share(percent: Decimal) -> Share:
    if percent == 0:
        raise ValueError("0% would still let `floor` rows pass; write 0 to forbid them all")
    if percent > WHOLE:
        raise ValueError("a share is 100% at most")
    return Share(percent)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _split(text: str) -> SplitResult:
    """The parts of an address; all empty where it is none."""
    try:
        url = urlsplit(text)
        _ = url.port  # reading it checks it
    except ValueError:
        return urlsplit("")
    return url if re.fullmatch(r"[!-~]+", text) else urlsplit("")


def _base_url(text: str) -> str:
    url = _split(text)
    if not url.hostname or url.username or url.password or url.query or url.fragment:
        raise ValueError("must be an address such as https://host/api/v1 and nothing more")
    if url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url.hostname)):
        raise ValueError("must begin with https://, since keys travel there")
    return text.rstrip("/")


def _timezone(name: str) -> str:
    try:
        return name if name == "UTC" else ZoneInfo(name).key  # UTC needs no zone files
    except (KeyError, ValueError, OSError):
        near = nearest(name, available_timezones()) or "; write one such as Europe/Berlin"
        raise ValueError(f"no such time zone{near}") from None


def _state_url(url: str) -> str:
    is_file = url.startswith(SQLITE) and url not in NO_FILES and url.isprintable()
    if not is_file or "?" in url:
        raise ValueError(
            "must be sqlite:/// and the path of a file; nothing else keeps the state yet"
        )
    return url


def _not_bool(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("must be a whole number")  # noqa: TRY004 - pydantic gathers ValueErrors
    return value


def _matching(pattern: str, sentence: str) -> AfterValidator:
    def check(text: str) -> str:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError(sentence)
        return text

    return AfterValidator(check)


Schedule = Annotated[Every | Cron, BeforeValidator(_schedule)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
Deadline = Annotated[Duration, AfterValidator(_deadline)]
OptionalDuration = Annotated[timedelta | None, BeforeValidator(_optional_duration)]
TimeOfDay = Annotated[time, BeforeValidator(_time_of_day)]
TimeZone = Annotated[str, AfterValidator(_timezone)]
Listen = Annotated[Address | None, BeforeValidator(_address)]
Count = Annotated[int, Field(ge=0), BeforeValidator(_not_bool)]
Positive = Annotated[int, Field(gt=0), BeforeValidator(_not_bool)]
PerMinute = Positive
Amount = Annotated[int | Share, BeforeValidator(amount)]
Budget = Annotated[int | Share | None, BeforeValidator(_budget)]
BaseUrl = Annotated[str, AfterValidator(_base_url)]
StateUrl = Annotated[str, AfterValidator(_state_url)]
CompanyId = Annotated[str, _matching(r"[\w-]+", "must be the id of a Whop company: biz_ and so on")]
ApiVersion = Annotated[str, _matching(r"\d{4}-\d\d-\d\d(-\d+)?", 'must be such as "2025-01-01"')]
Id = Annotated[str, _matching(r"[\w-]+", "must be an id: letters, digits, - and _")]
OptionalId = Annotated[str, _matching(r"[\w-]*", 'must be an id: letters, digits, - and _; or ""')]
