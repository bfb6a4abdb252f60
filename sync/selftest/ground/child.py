"""Python in a process of its own, with nothing of the user's in its surroundings."""

import os
import signal
import sys
from asyncio.subprocess import Process, create_subprocess_exec
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[3]
"""Where this program's packages are: a checkout, or the site-packages of an installation."""
NOT_OURS: Final = ("AFFISYNC_", "WHOP_", "AFFIHUB_", "COVERAGE_", "PYTEST")
"""Variables that could reach into a configuration or a run."""


def surroundings(environ: Mapping[str, str]) -> dict[str, str]:
    """These variables, without any that affisync would listen to, and with the way to itself."""
    kept = {name: value for name, value in environ.items() if not name.upper().startswith(NOT_OURS)}
    paths = [path for path in kept.get("PYTHONPATH", "").split(os.pathsep) if path]
    return {**kept, "PYTHONPATH": os.pathsep.join([*map(os.path.abspath, paths), str(ROOT)])}


async def start(*arguments: str, folder: Path, **streams: Any) -> Process:
    """Start ``python -m ...`` in a folder; nobody waits for it here."""
    return await create_subprocess_exec(
        sys.executable, "-m", *arguments, cwd=folder, env=surroundings(os.environ), **streams
    )


def end_group(leader: int) -> None:
    """End a process that leads a group, and whatever it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
