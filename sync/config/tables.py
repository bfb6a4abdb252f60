"""What there is to configure; config.example.toml says what each key means."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import (
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)

from sync.config.deciding import ApprovalsConfig, FreezeDay
from sync.config.limits import GuardsConfig
from sync.config.secret import Missing
from sync.config.table import Table
from sync.config.values import (
    SQLITE,
    Address,
    ApiVersion,
    BaseUrl,
    CompanyId,
    Count,
    Cron,
    Deadline,
    Duration,
    Id,
    Listen,
    OptionalDuration,
    OptionalId,
    PerMinute,
    Positive,
    Schedule,
    StateUrl,
    TimeOfDay,
    TimeZone,
)
from sync.core.digest import Rhythm
from sync.core.policy import CommissionSync, OnFirstLink, SlotKind
from sync.core.record import Side

PREFIX: Final = "AFFISYNC_"
DELIMITER: Final = "__"
KEY_SOURCES: Final = ("api_key", "api_key_env", "api_key_file")


def variable(*keys: str) -> str:
    """The variable that sets what a dotted path names: AFFISYNC_STATE__URL for state.url."""
    return PREFIX + DELIMITER.join(key.upper().replace("-", "_") for key in keys)


class StateConfig(Table):
    """Where the mapping and the runs are kept; ``keep_days`` 0 keeps every run.

    ``keep_snapshots`` is of how many runs of each pair all that was read is kept, for ``whatif``.
    """

    url: StateUrl = SQLITE + "state.db"
    keep_days: Count = 90
    keep_snapshots: Count = 0


class DaemonConfig(Table):
    """``listen`` None: no health page."""

    listen: Listen = Address("127.0.0.1", 8620)


class SideConfig(Table):
    """What both sides need.

    ``api_key`` is the key itself; one of the other two says where it came from, or neither where
    it stood in the file. A key that was not needed and could not be read is ``Missing``.
    """

    api_key: SecretStr
    api_key_env: str | None = None
    api_key_file: str | None = None

    @property
    def key_origin(self) -> str:
        """Where the key came from, for people."""
        if self.api_key_env:
            return f"the variable {self.api_key_env}"
        return f"the file {self.api_key_file}" if self.api_key_file else "the configuration file"


class WhopConfig(SideConfig):
    """The Whop company of a pair; the limit counts per operation."""

    company_id: CompanyId
    base_url: BaseUrl = "https://api.whop.com/api/v1"
    api_version: ApiVersion = "2025-01-01"
    requests_per_minute: PerMinute = 600


class AffihubConfig(SideConfig):
    """The Affihub program of a pair; the limit counts per key."""

    base_url: BaseUrl = "https://api.affihub.com/api/v1"
    requests_per_minute: PerMinute = 300


class CreateConfig(Table):
    """Who is created where they are missing."""

    partners: bool = True
    affiliates: bool = True
    activate: bool = False


class StatusConfig(Table):
    """How on and off flow."""

    on_first_link: OnFirstLink = OnFirstLink.ASK
    reactivate: bool = False


class CommissionConfig(Table):
    """How rates flow, and the Whop overrides one percentage maps to."""

    sync: CommissionSync = CommissionSync.OFF
    on_first_link: Literal["ask", "whop", "affihub"] = "ask"
    slot: SlotKind = SlotKind.REV_SHARE
    product_id: OptionalId = ""
    plan_ids: Annotated[tuple[Id, ...], Field(validate_default=True)] = ()
    applies_to_payments: Literal["first_payment", "all_payments"] = "all_payments"
    revenue_basis: Literal["pre_fees", "post_fees"] = "post_fees"

    @field_validator("on_first_link")
    @classmethod
    def _follower_never_leads(cls, value: str, info: ValidationInfo) -> str:
        sync = info.data.get("sync", CommissionSync.OFF)
        if value == sync.follower:
            raise ValueError(f"must be ask or {sync}, the side that leads (commission.sync)")
        return value

    @field_validator("product_id")
    @classmethod
    def _product_is_for_rev_share(cls, value: str, info: ValidationInfo) -> str:
        if value and info.data.get("slot") is SlotKind.STANDARD:
            raise ValueError("goes with slot rev_share; slot standard has plan_ids")
        return value

    @field_validator("plan_ids")
    @classmethod
    def _plans_are_for_standard(
        cls, value: tuple[str, ...], info: ValidationInfo
    ) -> tuple[str, ...]:
        match info.data.get("slot"), bool(value):
            case SlotKind.STANDARD, False:
                raise ValueError("must list the plans of slot standard")
            case SlotKind.REV_SHARE, True:
                raise ValueError("goes with slot standard; slot rev_share has product_id")
        return value


class NotifyConfig(Table):
    """Who is told of changes of state, and how often; nobody where ``urls`` is empty.

    ``urls`` are Apprise addresses, one a line; each is a secret.
    """

    urls: SecretStr = SecretStr("")
    urls_env: str | None = None
    urls_file: str | None = None
    at_most_every: Duration = timedelta(minutes=10)
    digest: Rhythm = Rhythm.OFF
    digest_at: TimeOfDay = time(8)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Each address by itself."""
        return tuple(self.urls.get_secret_value().splitlines())


class PairConfig(Table):
    """One Whop company and one Affihub program kept in step.

    ``freeze`` are dates, and days of the month of which 29 to 31 mean its last one where it is
    shorter, in the pair's time zone: no status and no rate is written then.
    """

    schedule: Schedule = Cron("*/15 * * * *")
    timezone: TimeZone = "UTC"
    fresh_within: OptionalDuration = None
    deadline: Deadline = timedelta(hours=1)
    row_tries: Positive = 8
    freeze: tuple[FreezeDay, ...] = ()
    whop: WhopConfig
    affihub: AffihubConfig
    create: CreateConfig = CreateConfig()
    status: StatusConfig = StatusConfig()
    commission: CommissionConfig = CommissionConfig()
    guards: GuardsConfig = GuardsConfig()
    notify: NotifyConfig = NotifyConfig()

    @property
    def sides(self) -> Mapping[Side, SideConfig]:
        """Both sides' tables."""
        return {Side.WHOP: self.whop, Side.AFFIHUB: self.affihub}


class Config(Table):
    """Everything an operator may set; ``Config.state_path`` is absolute, made so by ``load``."""

    state: StateConfig = StateConfig()
    daemon: DaemonConfig = DaemonConfig()
    approvals: ApprovalsConfig = ApprovalsConfig()
    pairs: Annotated[dict[str, PairConfig], Field(min_length=1)]

    @field_validator("pairs")
    @classmethod
    def _names_fit_into_variables(cls, pairs: dict[str, PairConfig]) -> dict[str, PairConfig]:
        for name in pairs:
            if not re.fullmatch(r"[A-Za-z0-9]+([-_][A-Za-z0-9]+)*", name):
                raise ValueError(f"{name!r} cannot name a pair; use letters, digits, - and _")
        if len({variable(name) for name in pairs}) < len(pairs):
            raise ValueError("names of pairs must differ in more than case and - or _")
        return pairs

    @property
    def state_path(self) -> Path:
        """The file of the state."""
        return Path(self.state.url.removeprefix(SQLITE))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What works and should not stay so."""
        return tuple(
            warning for name, pair in self.pairs.items() for warning in _inline_secrets(name, pair)
        )

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        """Every key and every notification address, longest first: no log may show them."""
        keys = [side.api_key for pair in self.pairs.values() for side in pair.sides.values()]
        found = {key.get_secret_value() for key in keys if not isinstance(key, Missing)}
        for pair in self.pairs.values():
            if not isinstance(pair.notify.urls, Missing):
                found.update(pair.notify.addresses)
        return tuple(sorted(found, key=lambda text: (-len(text), text)))

    def fingerprint(self, pair: str) -> str:
        """What a pair is run by as one hash, without keys, their origin, and who is told."""
        keyless: dict[str, set[str] | bool] = {str(side): set(KEY_SOURCES) for side in Side}
        keyless["notify"] = True
        settings = self.pairs[pair].model_dump(mode="json", exclude=keyless)
        settings["approvals"] = self.approvals.model_dump(mode="json")
        canonical = json.dumps(settings, sort_keys=True).encode()
        return f"sha256:{hashlib.sha256(canonical).hexdigest()}"


def _inline_secrets(name: str, pair: PairConfig) -> Iterator[str]:
    way = "better name a variable ({0}_env) or a file of its own ({0}_file)"
    for side, settings in pair.sides.items():
        named = (
            settings.api_key_env or settings.api_key_file or isinstance(settings.api_key, Missing)
        )
        if not named:
            told = f"pairs.{name}.{side}.api_key holds the key itself"  # no colon: that is redacted
            yield f"{told}; {way.format('api_key')}"
    notify = pair.notify
    named = notify.urls_env or notify.urls_file or isinstance(notify.urls, Missing)
    if not named and notify.addresses:
        told = f"pairs.{name}.notify.urls: the URLs themselves, which are secrets, are in the file"
        yield f"{told}; {way.format('urls')}"
