"""The settings of a pair by dotted keys, read by the program's own configuration."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from sync.config import load, policy
from sync.config.schedule import zone_of
from sync.core.policy import Policy
from tests.stage.steps import Setting
from tests.stage.writing import value_text

PAIR: Final = "main"
OUTSIDE: Final = "approvals."
"""Keys that do not stand under the pair."""
REQUIRED: Final = {"whop.company_id": "biz_sandbox0000001"}
KEYS: Final = {
    "AFFISYNC_PAIRS__MAIN__WHOP__API_KEY": "whop-sandbox-key",
    "AFFISYNC_PAIRS__MAIN__AFFIHUB__API_KEY": "affihub-sandbox-key",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a configuration says of the pair, as a run needs it."""

    policy: Policy
    row_tries: int
    zone: tzinfo
    two_people: tuple[str, ...]


def parsed(settings: Mapping[str, Setting]) -> Settings:
    """The settings, the rest as by default; ``ConfigError`` tells every fault at once."""
    lines = [f"{_path(key)} = {value_text(value)}" for key, value in settings.items()]
    return _parsed("\n".join(sorted(lines)))


def _path(key: str) -> str:
    return key if key.startswith(OUTSIDE) else f"pairs.{PAIR}.{key}"


@lru_cache(maxsize=512)
def _parsed(lines: str) -> Settings:
    required = [f"{_path(key)} = {value_text(value)}" for key, value in REQUIRED.items()]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "affisync.toml")
        path.write_text("\n".join([lines, *required]), encoding="utf-8")
        config = load(path, KEYS)
    pair: Any = config.pairs[PAIR]
    two_people = tuple(map(str, config.approvals.two_people))
    return Settings(policy(PAIR, config), pair.row_tries, zone_of(pair.timezone), two_people)
