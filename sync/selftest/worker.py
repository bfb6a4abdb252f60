"""A worker: takes one case after the other from stdin, and answers with verdicts on stdout.

Each line is one JSON document. What a case or the program prints goes to stderr instead.
"""

import asyncio
import json
import os
import shutil
import sys
import traceback
from pathlib import Path
from typing import Any, TextIO

from sync.selftest.case import Case
from sync.selftest.cases.every import named
from sync.selftest.ground.program import Here
from sync.selftest.laws.verdict import Account, Verdict, to_wire
from sync.selftest.trial import Trial


def serve(asked: TextIO, answers: TextIO, folder: Path) -> None:
    """Try every case that is asked for, until nobody asks any more."""
    for line in asked:
        told = json.loads(line)
        case = named(told["case"])
        if case is None:
            break
        verdicts = tried(case, told["seed"], folder / f"{case.name}-{told['seed']}")
        answers.write(json.dumps([to_wire(verdict) for verdict in verdicts]) + "\n")
        answers.flush()


def tried(case: Case, seed: int, folder: Path) -> tuple[Verdict, ...]:
    """What comes of a case; one that breaks off has broken its law."""
    folder.mkdir(parents=True)
    trial = Trial(folder, seed, Here())
    try:
        asyncio.run(case.play(trial))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told
        trial.verdicts.append(Verdict(case.law, _broke_off(case, error)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return tuple(trial.verdicts)


def _broke_off(case: Case, error: Exception) -> Account:
    traceback.print_exception(error)
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}, line {last.lineno}"
    return Account((case.what,), "that it comes to its end", (f"{_said(error)} ({where})",))


def _said(error: BaseException) -> str:
    """What an error says; of a group, its first one."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"


def _answers() -> TextIO:
    """The way to whoever asks; nothing else gets there."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


if __name__ == "__main__":
    arguments: Any = sys.argv
    serve(sys.stdin, _answers(), Path(arguments[1]))
