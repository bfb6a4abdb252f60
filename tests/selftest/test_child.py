"""What a process of a selftest knows of its surroundings."""

import os
from pathlib import Path

import pytest

from sync.selftest.ground.child import ROOT, start, surroundings


@pytest.mark.parametrize(
    "name",
    [
        "AFFISYNC_STATE__URL",
        "affisync_pairs__main__whop__api_key",
        "WHOP_API_KEY",
        "AFFIHUB_API_KEY",
    ],
)
def test_no_variable_that_affisync_listens_to_gets_through(name: str) -> None:
    assert name not in surroundings({name: "something", "LANG": "C"})


def test_everything_else_does() -> None:
    assert surroundings({"LANG": "C", "HOME": "/home/ann"}).items() >= {"LANG": "C"}.items()


def test_the_packages_are_found_from_any_folder_after_those_the_user_named() -> None:
    assert surroundings({"PYTHONPATH": "/one"})["PYTHONPATH"] == f"/one{os.pathsep}{ROOT}"
    assert surroundings({})["PYTHONPATH"] == str(ROOT)
    assert (ROOT / "sync" / "selftest").is_dir()


async def test_it_works_in_the_folder_it_is_given(tmp_path: Path) -> None:
    process = await start("sync.cli", "--version", folder=tmp_path, stdout=-1)

    out, _ = await process.communicate()

    assert out.startswith(b"affisync ")
