"""An environment for the tools that come from the package index, thrown away afterwards."""

import sys
from pathlib import Path
from typing import Final

from peers.folders import run

TOOLS: Final = ("vdirsyncer", "octodns", "radicale")


def programs(folder: Path) -> Path | None:
    """The folder of the tools' programs; None, and a word on stderr, where they cannot be had."""
    made = run([sys.executable, "-m", "venv", str(folder)])
    if made.code:
        print(f"no environment for {', '.join(TOOLS)}: {made.text.strip()}", file=sys.stderr)
        return None
    pip: list[str | Path] = [
        folder / "bin/python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    got = run([*pip, *TOOLS])
    if got.code:
        print(f"{', '.join(TOOLS)} could not be installed: {got.text.strip()}", file=sys.stderr)
        return None
    return folder / "bin"


def version(programs: Path, name: str) -> str:
    """Which version of a tool is there; "" for none."""
    ask = f"import importlib.metadata as m; print(m.version({name!r}))"
    told = run([programs / "python", "-c", ask])
    return "" if told.code else told.text.strip()
