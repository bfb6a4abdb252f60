"""The CSV file of ``link --import``: as spreadsheets write it, and what is wrong with it."""

from pathlib import Path

import pytest

from sync.cli.pairs_file import MOST_BYTES, Line, read_pairs, refuse
from sync.errors import UsageError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "people.csv"


@pytest.mark.parametrize(
    "text",
    [
        "whop_id,affihub_id\naff_1,par_1\n",
        "affihub_id,whop_id\npar_1,aff_1\n",
        "Whop_ID ; Affihub_ID; note\r\naff_1;par_1;hello, you\r\n",
        "whop_id\taffihub_id\naff_1\tpar_1\n",
        '\ufeffwhop_id,affihub_id\n"aff_1"," par_1 "\n',
        "name,whop_id,note,affihub_id\nMaría,aff_1,,par_1,too much\n",
    ],
)
def test_it_is_read_however_a_spreadsheet_writes_it(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="")

    assert read_pairs(path).lines == (Line(2, "aff_1", "par_1"),)


def test_blank_lines_count_but_say_nothing(path: Path) -> None:
    path.write_text("whop_id,affihub_id\n\n,\naff_1,par_1\n", encoding="utf-8")

    pairs = read_pairs(path)

    assert pairs.lines == (Line(4, "aff_1", "par_1"),)
    assert pairs.problems == ()


def test_the_apostrophe_of_our_own_export_is_taken_off(path: Path) -> None:
    path.write_text("whop_id,affihub_id\n'=aff_1,'-par_1\n", encoding="utf-8")

    assert read_pairs(path).lines == (Line(2, "=aff_1", "-par_1"),)


def test_every_bad_line_is_told_with_its_number(path: Path) -> None:
    lines = ("whop_id,affihub_id", "aff_1,par_1", "aff_2", ",par_3", "aff_4,par_1", "aff_1,par_5")
    path.write_text("\n".join(lines), encoding="utf-8")

    pairs = read_pairs(path)

    assert pairs.lines == (Line(2, "aff_1", "par_1"),)
    assert pairs.problems == (
        "line 3: affihub_id is empty",
        "line 4: whop_id is empty",
        "line 5: par_1 stands in line 2 already",
        "line 6: aff_1 stands in line 2 already",
    )


def test_two_lines_that_say_the_same_are_one(path: Path) -> None:
    path.write_text("whop_id,affihub_id\naff_1,par_1\naff_1,par_1\npar_1,aff_1\n", "utf-8")

    pairs = read_pairs(path)

    assert pairs.lines == (Line(2, "aff_1", "par_1"),)
    assert pairs.problems == ("line 4: par_1 stands in line 2 already",)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/urandom"])
def test_a_device_without_an_end_is_told(device: str) -> None:
    with pytest.raises(UsageError, match=device):
        read_pairs(Path(device))


@pytest.mark.parametrize(
    "raw, told",
    [
        (b"", "no column whop_id and no column affihub_id"),
        (b"affiliate,partner\naff_1,par_1\n", "whop_id,affihub_id,note"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"whop_id,affihub_id\naff_1,\x00", "not UTF-8"),
        ("whop_id,affihub_id\naff_1,par_1\n".encode("utf-16"), "not UTF-8"),
        (b"x" * (MOST_BYTES + 1), "larger than 20 MB"),
        (b'whop_id,affihub_id\n"' + b"x" * 200_000, "no CSV file"),
    ],
)
def test_what_is_no_such_file_is_told(path: Path, raw: bytes, told: str) -> None:
    path.write_bytes(raw)

    with pytest.raises(UsageError, match=told):
        read_pairs(path)


def test_a_file_that_is_not_there_is_told(path: Path) -> None:
    with pytest.raises(UsageError, match=r"people\.csv"):
        read_pairs(path)


def test_a_hundred_problems_are_enough() -> None:
    with pytest.raises(UsageError) as refusal:
        refuse(f"line {number}: wrong" for number in range(1000))

    told = str(refusal.value).splitlines()
    assert len(told) == 102
    assert told[-2:] == ["and 900 more.", "Nobody was linked."]


def test_no_problem_is_no_refusal() -> None:
    refuse(())
