"""The demo and the sandbox leave alone what is not theirs."""

from pathlib import Path

import pytest

from sync.cli.demo import MADE_BY, _fresh
from sync.errors import UsageError


def test_a_real_configuration_and_its_state_are_never_taken_for_the_demos(tmp_path: Path) -> None:
    (tmp_path / "affisync.toml").write_text("[pairs.main]\n", encoding="utf-8")
    (tmp_path / "state.db").write_bytes(b"links")

    with pytest.raises(UsageError, match="not the demo's"):
        _fresh(tmp_path)

    assert (tmp_path / "state.db").read_bytes() == b"links"


def test_what_an_earlier_demo_left_goes_and_everything_else_stays(tmp_path: Path) -> None:
    (tmp_path / "affisync.toml").write_text(f"{MADE_BY}: played here\n", encoding="utf-8")
    (tmp_path / "state.db").write_bytes(b"old")
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")

    _fresh(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.txt"]


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "report").write_text("x", encoding="utf-8")

    with pytest.raises(UsageError, match="is a file"):
        _fresh(tmp_path / "report")
