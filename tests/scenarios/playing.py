"""Plays a scenario file and compares what came of it with what the file and its report say."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import unified_diff
from pathlib import Path
from typing import Final

from connectors.sandbox.affihub_records import Partner
from sync.render import Format, render
from tests.stage.stage import Played, Stage, on_stage
from tests.stage.steps import Expected, Scenario, Sync, Undo

ROOT: Final = Path(__file__).parent
RUNS: Final = (Sync, Undo)


def files() -> list[Path]:
    """Every scenario file, in the order of names."""
    return sorted(ROOT.glob("*/*.toml"))


def name_of(path: Path) -> str:
    """A scenario's name: its folder and its file, without the ending."""
    return path.relative_to(ROOT).with_suffix("").as_posix()


@dataclass(frozen=True, slots=True)
class Came:
    """What came of one step: told like ``Expected``, as lists that TOML can hold."""

    number: int
    expected: Expected
    told: Expected


@dataclass(frozen=True, slots=True)
class Ending:
    """What came of a whole scenario: each run, both sides of everybody named, the last report."""

    came: tuple[Came, ...]
    then: dict[str, str]
    report: str


async def play(scenario: Scenario) -> Ending:
    """Play a scenario on the real program."""
    async with on_stage(scenario.settings, scenario.people, scenario.sandbox) as stage:
        came, report = [], ""
        for number, scene in enumerate(scenario.scenes, 1):
            played = await stage.play(scene.step)
            if isinstance(scene.step, RUNS):
                came.append(Came(number, scene.expected, _told(stage, played)))
                report = _report(played)
            elif played.error is not None:
                raise AssertionError(f"step {number} was refused: {played.error}")
        names = scenario.then or [person.name for person in scenario.people]
        return Ending(tuple(came), {what: _standing(stage, what) for what in names}, report)


def _told(stage: Stage, played: Played) -> Expected:
    return Expected(
        rows=stage.rows(played),
        links=stage.links(played),
        writes=stage.writes(played),
        exit=played.exit,
        status=played.report.run.status.value if played.report else None,
        error=str(played.error) if played.error else None,
    )


def _standing(stage: Stage, what: str) -> str:
    """Both sides of a person (``Ana``), or one text of the partner (``Ana's slug``)."""
    who, _, text = what.partition("'s ")
    return PARTNER_TEXTS[text](stage.people.partner_of(who)) if text else stage.standing(who)


def _name(partner: Partner) -> str:
    return " ".join(filter(None, (partner.first_name, partner.last_name)))


def _stamp(partner: Partner) -> str:
    stamp = (partner.metadata or {}).get("affisync", {})
    return " ".join(str(text) for text in stamp.values())


PARTNER_TEXTS: Final[Mapping[str, Callable[[Partner], str]]] = {
    "slug": lambda partner: partner.slug,
    "name": _name,
    "stamp": _stamp,
}
"""What ``[then]`` can tell of a partner beside the status and the rate."""


def _report(played: Played) -> str:
    """The report as people read it; of a run that has none, what was said instead."""
    if played.report is None:
        return f"{played.error or 'The process died, and left no report.'}\n"
    run = replace(played.report.run, log=None)  # it changes with every word of every report
    return render(replace(played.report, run=run), Format.MARKDOWN)


def differences(scenario: Scenario, ending: Ending, golden: str) -> Iterator[str]:
    """Where what came differs from what the file says; nothing where all is as it should be."""
    for came in ending.came:
        for key in ("rows", "links", "writes", "exit", "status", "error"):
            wanted, told = getattr(came.expected, key), getattr(came.told, key)
            if wanted is not None and wanted != told:
                yield f"step {came.number}, {key}:\n{_side_by_side(wanted, told)}"
    for who, wanted in scenario.then.items():
        if wanted != ending.then[who]:
            yield f"then, {who}:\n{_side_by_side(wanted, ending.then[who])}"
    if golden != ending.report:
        yield f"the report:\n{report_diff(golden, ending.report)}"


def _side_by_side(wanted: object, told: object) -> str:
    if not isinstance(wanted, tuple) or not isinstance(told, tuple):
        return f"  the file says  {wanted}\n  the program    {told}"
    lines = unified_diff(wanted, told, "the file says", "the program", lineterm="", n=99)
    return (
        "\n".join(f"  {line}" for line in lines if not line.startswith("@@")) or "  another order"
    )


def report_diff(golden: str, report: str) -> str:
    """What changed in a report."""
    old, new = golden.splitlines(), report.splitlines()
    return "\n".join(unified_diff(old, new, "accepted", "now", lineterm="", n=1))


def golden_of(path: Path) -> Path:
    """Where the accepted report of a scenario stands."""
    return path.with_suffix(".md")


def accepted(path: Path) -> str:
    """The accepted report of a scenario, empty where none was accepted yet."""
    golden = golden_of(path)
    return golden.read_text(encoding="utf-8") if golden.exists() else ""
