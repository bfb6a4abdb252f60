"""The configuration: a TOML file and AFFISYNC_ variables, read into one frozen ``Config``.

``load`` is the way in. It tells every fault at once, each as one sentence behind its dotted path,
and repeats no value: it might be a key. ``policy`` says the same to the core, in the core's words.
"""

from sync.config.deciding import ApprovalsConfig
from sync.config.loading import DEFAULT_FILE, load
from sync.config.policy import policy
from sync.config.tables import (
    AffihubConfig,
    Config,
    NotifyConfig,
    PairConfig,
    SideConfig,
    WhopConfig,
)
from sync.config.values import Address, Cron, Every

__all__ = [
    "DEFAULT_FILE",
    "Address",
    "AffihubConfig",
    "ApprovalsConfig",
    "Config",
    "Cron",
    "Every",
    "NotifyConfig",
    "PairConfig",
    "SideConfig",
    "WhopConfig",
    "load",
    "policy",
]
