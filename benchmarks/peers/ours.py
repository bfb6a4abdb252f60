"""affisync's own column: what it claims of each probe, said only where tests/peers just held."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from peers.folders import run
from peers.probe import Column, Peer

ROOT: Final = Path(__file__).parents[2]
CLAIMS: Final[Mapping[str, tuple[str, str]]] = {
    "most": ("990_of_1000", "leaves them; the listing counts as incomplete"),
    "last": ("last_ten", "leaves them; the listing counts as incomplete"),
    "nine": ("nine_of_nine or switched_off", "leaves them; nine who were switched off are held"),
    "half": ("49_percent or switched_off", "leaves them; 49 who were switched off are held"),
    "crash": ("test_cut_off", "the rest, nobody twice; nothing is forgotten"),
    "lock": ("kill_9", "runs at once"),
    "keeps": ("test_keeping", "tells it as failed; is not sent again, not carried back"),
    "moves": ("only_the_row", "its edit is kept; nine of nine written"),
    "markup": ("test_markup", "inert in terminal, HTML, Markdown and CSV"),
}
"""The tests that show it, and what they show."""


def column(only: Iterable[str]) -> Column:
    """Run the tests of each probe."""
    version = run([sys.executable, "-m", "sync.cli", "--version"], cwd=ROOT).text.split()[-1]
    return Column(Peer("affisync", version), {key: _told(*CLAIMS[key]) for key in only})


def _told(tests: str, claim: str) -> str:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:randomly",
        "tests/peers",
        "-k",
        tests,
    ]
    ended = run(command, cwd=ROOT)
    return claim if ended.code == 0 else f"**a test fails**: tests/peers -k '{tests}'"
