"""Puts the table into the project's README, between two marks."""

import re
from pathlib import Path
from typing import Final

README: Final = Path(__file__).parents[2] / "README.md"
BEGIN: Final = "<!-- peers: begin -->"
END: Final = "<!-- peers: end -->"


def write(text: str) -> None:
    """Replace what stands between the marks; ``SystemExit`` where there are none."""
    readme = README.read_text(encoding="utf-8")
    between = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    if not between.search(readme):
        raise SystemExit(f"{README.name} has no {BEGIN} ... {END}; put them where the table goes.")
    block = f"{BEGIN}\n{text}\n{END}"
    README.write_text(between.sub(lambda _: block, readme), encoding="utf-8")
