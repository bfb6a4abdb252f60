"""The list of mutants that may live: why no test finds them, kept in ``survivors.toml``."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

LISTED: Final = Path(__file__).with_name("survivors.toml")

Reasons = Mapping[tuple[str, str], str]
"""Why a mutant may live, by its place (module and function) and by the lines it changes."""


def read_reasons(path: Path = LISTED) -> Reasons:
    """The list; each change is known by the lines it takes away and puts in."""
    listed = tomllib.loads(path.read_text(encoding="utf-8"))["survivors"]
    return {
        (place, change.strip()): group["why"]
        for group in listed
        for place, changes in group["alive"].items()
        for change in changes
    }
