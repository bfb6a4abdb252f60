"""What there is to configure; config.example.toml says what each key means."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)

from sync.config.values import (
    SQLITE,
    Address,
    Amount,
    ApiVersion,
    BaseUrl,
    Budget,
    CompanyId,
    Count,
    Cron,
    Id,
    Listen,
    OptionalId,
    PerMinute,
    Schedule,
    StateUrl,
    TimeZone,
    amount,
)
from sync.core.policy import DEFAULT_LIMITS, CommissionSync, GuardClass, OnFirstLink, SlotKind
from sync.core.record import Side

PREFIX: Final = "AFFISYNC_"
DELIMITER: Final = "__"
KEY_SOURCES: Final = ("api_key", "api_key_env", "api_key_file")


def variable(*keys: str) -> str:
    """The variable that sets what a dotted path names: AFFISYNC_STATE__URL for state.url."""
    return PREFIX + DELIMITER.join(key.upper().replace("-", "_") for key in keys)


class Table(BaseModel):
    """One table of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class StateConfig(Table):
    """Where the mapping and the runs are kept."""

    url: StateUrl = SQLITE + "state.db"


class DaemonConfig(Table):
    """``listen`` None: no health page."""

    listen: Listen = Address("127.0.0.1", 8620)


class SideConfig(Table):
    """What both sides need.

    ``api_key`` is the key itself; one of the other two says where it came from, or neither where
    it stood in the file.
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


class LimitConfig(Table):
    """A guard's limit per run, and its budgets of 24 h and 168 h."""

    limit: Amount
    per_day: Budget = None
    per_week: Budget = None

    @classmethod
    def parse(cls, value: object) -> object:
        """A bare number or share is a limit without budgets."""
        return value if isinstance(value, dict | cls) else cls(limit=amount(value))

    @classmethod
    def default(cls, guard: GuardClass) -> "LimitConfig":
        """The limit of a class that the file does not name."""
        limit = DEFAULT_LIMITS[guard]
        return cls(limit=limit.per_run, per_day=limit.per_day, per_week=limit.per_week)


GuardLimit = Annotated[LimitConfig, BeforeValidator(LimitConfig.parse)]


class GuardsConfig(Table):
    """The limit of each guard class, named like the class with _ for -."""

    first_run: bool = True
    floor: Count = 3
    create_partner: GuardLimit = LimitConfig.default(GuardClass.CREATE_PARTNER)
    create_affiliate: GuardLimit = LimitConfig.default(GuardClass.CREATE_AFFILIATE)
    deactivate: GuardLimit = LimitConfig.default(GuardClass.DEACTIVATE)
    reactivate: GuardLimit = LimitConfig.default(GuardClass.REACTIVATE)
    commission: GuardLimit = LimitConfig.default(GuardClass.COMMISSION)
    remove_commission: GuardLimit = LimitConfig.default(GuardClass.REMOVE_COMMISSION)
    missing: GuardLimit = LimitConfig.default(GuardClass.MISSING)

    def limit_of(self, guard: GuardClass) -> LimitConfig:
        """The limit of one class; FIRST_RUN has none, it is a switch."""
        limit: LimitConfig = getattr(self, guard.replace("-", "_"))
        return limit


class PairConfig(Table):
    """One Whop company and one Affihub program kept in step."""

    schedule: Schedule = Cron("*/15 * * * *")
    timezone: TimeZone = "UTC"
    whop: WhopConfig
    affihub: AffihubConfig
    create: CreateConfig = CreateConfig()
    status: StatusConfig = StatusConfig()
    commission: CommissionConfig = CommissionConfig()
    guards: GuardsConfig = GuardsConfig()

    @property
    def sides(self) -> Mapping[Side, SideConfig]:
        """Both sides' tables."""
        return {Side.WHOP: self.whop, Side.AFFIHUB: self.affihub}


class Config(Table):
    """Everything an operator may set; ``Config.state_path`` is absolute, made so by ``load``."""

    state: StateConfig = StateConfig()
    daemon: DaemonConfig = DaemonConfig()
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
            f"pairs.{name}.{side}.api_key: the key itself is in the file; "
            "better name a variable (api_key_env) or a file of its own (api_key_file)"
            for name, pair in self.pairs.items()
            for side, settings in pair.sides.items()
            if not settings.api_key_env and not settings.api_key_file
        )

    def fingerprint(self, pair: str) -> str:
        """The pair's settings as one hash; keys and where they come from are no part of it."""
        keyless = {str(side): set(KEY_SOURCES) for side in Side}
        settings = self.pairs[pair].model_dump(mode="json", exclude=keyless)
        canonical = json.dumps(settings, sort_keys=True).encode()
        return f"sha256:{hashlib.sha256(canonical).hexdigest()}"
