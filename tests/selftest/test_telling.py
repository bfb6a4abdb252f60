"""What people and programs are shown of a selftest."""

import pytest

from sync.selftest.case import Case, Turn
from sync.selftest.laws.law import Law
from sync.selftest.laws.verdict import Account, Verdict, from_wire, to_wire
from sync.selftest.result import Result, Tried, document
from sync.selftest.telling import MOST_ACCOUNTS, text
from sync.selftest.trial import Trial


async def nothing(_trial: Trial) -> None:
    """A case in which nothing is tried."""


TURN = Turn(Case("kill-create-partner-1", "a SIGKILL", Law.L7, nothing), 3)
ACCOUNT = Account(
    ("a run killed at create_partner 1", "a run again"),
    "the end of a run that nobody killed",
    ("ana\x1b[31m@example.com was created 2 times on Affihub", "one more link"),
)
HELD = Result(3, True, (Tried(TURN, tuple(map(Verdict, Law)), 1.5),), 61.2)
BROKEN = Result(3, True, (Tried(TURN, (Verdict(Law.L7), Verdict(Law.L7, ACCOUNT)), 1.5),), 61.2)


def test_every_law_has_a_line_that_says_how_often_it_held() -> None:
    lines = text(HELD, width=80).splitlines()

    assert [line.split()[:2] for line in lines[:10]] == [["ok", law.name] for law in Law]
    assert all(law.value in line for law, line in zip(Law, lines, strict=False))
    assert all(line.endswith("1/1") for line in lines[:10])
    assert lines[-1] == "Every law held: 1 case in 61 s, from seed 3."


def test_a_broken_law_is_told_with_all_it_takes_to_see_it_again() -> None:
    lines = text(BROKEN, width=100).splitlines()

    assert lines[0].startswith("FAIL  L7")
    assert lines[0].endswith("1/2")
    told = "\n".join(lines)
    assert "done      a run killed at create_partner 1\n  done      a run again\n" in told
    assert "expected  the end of a run that nobody killed" in told
    assert "seen      one more link" in told
    assert "affisync selftest --case kill-create-partner-1 --seed 3" in told
    assert "\x1b" not in told


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("result", [HELD, BROKEN], ids=["held", "broken"])
def test_no_line_is_wider_than_the_terminal(result: Result, width: int) -> None:
    assert max(map(len, text(result, width=width).splitlines())) <= width


def test_many_accounts_are_not_all_told() -> None:
    many = tuple(Verdict(Law.L1, ACCOUNT) for _ in range(MOST_ACCOUNTS + 5))

    told = text(Result(3, False, (Tried(TURN, many, 1.0),), 2.0), width=80)

    assert told.count("expected  ") == MOST_ACCOUNTS
    assert "5 more are in the result as --format json." in told


def test_the_document_has_all_of_it() -> None:
    told = document(BROKEN)

    assert told["schema"] == "affisync.selftest/1"
    assert (told["holds"], told["chaos"], told["seed"], told["seconds"]) == (False, True, 3, 61.2)
    assert told["laws"] == [{"law": "L7", "says": Law.L7.value, "held": 1, "tried": 2}]
    (broken,) = told["broken"]
    assert broken["saw"] == list(ACCOUNT.saw)
    assert broken["command"] == "affisync selftest --case kill-create-partner-1 --seed 3"
    (case,) = told["cases"]
    assert (case["case"], case["held"], case["seconds"]) == ("kill-create-partner-1", False, 1.5)


@pytest.mark.parametrize("verdict", [Verdict(Law.L1), Verdict(Law.L10, ACCOUNT)])
def test_a_verdict_travels_as_it_is(verdict: Verdict) -> None:
    assert from_wire(to_wire(verdict)) == verdict
