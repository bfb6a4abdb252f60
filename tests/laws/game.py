"""One game of the law machine: steps on a stage, the model beside it, every law after each step."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Self

from sync.core.plan import Disposition, Kind, Outcome, Row
from sync.core.report import Report
from tests.laws import upheld
from tests.laws.model.due import Look
from tests.laws.model.following import Model
from tests.laws.model.shaking import Told
from tests.laws.model.sides import Sides, Terms, terms_of
from tests.stage.house import new_folder
from tests.stage.stage import Played, Stage, raised
from tests.stage.steps import (
    Decide,
    Join,
    Scenario,
    Scene,
    Setting,
    Step,
    Sync,
    Tie,
    Undo,
)
from tests.stage.telling import whose
from tests.stage.toml import text

DOUBTS: Final = 12
"""Of so many possible minds of one person a run in trouble may be followed; more cost too much."""
STANDSTILL: Final = 6
"""So many runs without any fault are enough for any story to come to rest."""


LOG: Final = logging.getLogger("affisync")


class Listener(logging.Handler):
    """Writes down every log line since all was at rest, with all its facts."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.getMessage()} {vars(record)}")


@dataclass
class Game:
    """What is played, what was played, and what should have come of it."""

    stage: Stage
    model: Model
    settings: Mapping[str, Setting]
    sandbox: Mapping[str, Setting]
    people: list[Join]
    runner: asyncio.Runner
    folder: "TemporaryDirectory[str]"
    steps: list[Step] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    moments: list[Mapping[str, Sides]] = field(default_factory=list)
    restless: int = 0
    """Steps since all was at rest."""
    listener: Listener = field(default_factory=Listener)
    tally: Counter[str] = field(default_factory=Counter)
    """How often each thing happened, for those who want to know what was tried."""

    # What is played

    def play(self, step: Step) -> Played:
        """Play one step, and look at every law that can be looked at then."""
        self.steps.append(step)
        self.restless += 1
        before = self.model.sides()
        self.moments = [before]
        played = self.runner.run(self.stage.play(step))
        self.tally.update(told_of(played))
        upheld.always(self, played)
        match step:
            case Sync():
                self._ran(step, played, before)
            case Join():
                self.model.join(step)
            case Undo():
                self._lose(played)
            case Tie():
                self.model.lost |= {step.who, step.partner or step.who}
            case Decide():
                self._decided(step, played)
            case _:
                pass
        return played

    def _ran(self, step: Sync, played: Played, before: Mapping[str, Sides]) -> None:
        self.moments.append(self.model.sides())
        if played.report is not None:
            self.reports.append(played.report)
        look = self._look(step)
        if _is_clean(step):
            assert played.report is not None, f"a run that was refused: {played.error}"
            assert played.report.run.error is None, played.report.run.error
            self.model.follow(played.report, before, self.terms, look)
        else:
            due = self.model.shake(self.moments, self.terms, look, self._says(step, played.report))
            upheld.only_what_was_due(self, played, due)
            if self.model.doubt() > DOUBTS:
                self.play(Sync(dry=True))  # a look tells what is remembered
                self.model.give_up_above(DOUBTS)

    def _says(self, step: Sync, report: Report | None) -> dict[str, Told] | None:
        """What a run in trouble says of each person; None where two ran, or it did not end well."""
        if report is None or report.run.error or step.beside:
            return None
        faults = {hit.fault for hit in step.hits}
        rows: dict[str, list[Row]] = {}
        for row in report.rows:
            if row.kind is not Kind.LINK:
                rows.setdefault(self.who(row), []).append(row)
        return {
            who: Told(
                applied=frozenset(row.kind for row in some if row.outcome is Outcome.APPLIED),
                failed=frozenset(row.kind for row in some if _taught(row)),
                lied=faults == {"lie"},
            )
            for who, some in rows.items()
        }

    def _look(self, step: Sync) -> Look:
        now = self.stage.house.clock().timestamp()
        return Look(dry=step.dry, allowed=frozenset(step.allow), now=now)

    def _lose(self, played: Played) -> None:
        rows = played.report.rows if played.report else ()
        self.model.lost |= {self.who(row) for row in rows}

    def _decided(self, step: Decide, played: Played) -> None:
        for case in played.weighed.accepted if played.weighed else ():
            decision = case.decisions[-1]
            until = decision.until.timestamp() if decision.until else inf
            self.model.decided(self.who(case.row), case.row, step, (decision.at.timestamp(), until))

    def settle(self) -> None:
        """Play without any fault until nothing moves any more; then every law holds."""
        report: Report | None = None
        for _ in range(STANDSTILL):
            report = self._settling(report)
            if not _applied(report):
                break
        else:
            raise AssertionError("L4: it never comes to rest")
        upheld.at_rest(self, report)
        self.tally["settled points"] += 1
        self.restless = 0

    def _settling(self, before: Report | None) -> Report:
        """One more run as it was planned; what the one before it did leaves little to write."""
        if self.stage.house.intents():
            self.play(Sync())  # settles what a crash left open
        planned, done = self.play(Sync(dry=True)), self.play(Sync())
        assert planned.report is not None
        assert done.report is not None
        upheld.as_planned(planned.report, done.report)
        if before is not None:
            upheld.little_left(self, before, done)
        return done.report

    # What a law looks at

    @property
    def terms(self) -> Terms:
        """What the settings decide now."""
        return terms_of(self.stage.settings)

    def waiting(self) -> list[str]:
        """Who has something that waits for a person, by the latest report."""
        rows = self.reports[-1].rows if self.reports else ()
        return sorted({self.who(row) for row in rows if row.disposition.needs_person})

    def due(self) -> list[str]:
        """The operations that a run would send now."""
        kinds = self.model.due(self.terms, Look(now=self.stage.house.clock().timestamp()))
        return sorted({one for kind in kinds for one in upheld.OPERATIONS[kind]})

    def who(self, row: Row) -> str:
        """Whom a row is about."""
        return whose(self.stage.people, row)

    # How it begins and ends

    @classmethod
    def begun(
        cls, settings: Mapping[str, Setting], sandbox: Mapping[str, Setting], people: list[Join]
    ) -> Self:
        """A game with these people."""
        folder = new_folder()
        stage = raised(Path(folder.name), settings, sandbox)
        model = Model(stage.people)
        game = cls(stage, model, settings, sandbox, people, asyncio.Runner(), folder)
        LOG.addHandler(game.listener)
        LOG.setLevel(logging.DEBUG)
        stage.people.watch = lambda: game.moments.append(model.sides())
        for person in people:
            stage.people.join(person)
            model.join(person)
        return game

    def end(self) -> None:
        """Let go of everything."""
        LOG.removeHandler(self.listener)
        self.stage.house.close()
        self.runner.close()
        self.folder.cleanup()

    def scenario(self, title: str, why: str) -> str:
        """The story so far as a scenario file."""
        scenes = tuple(map(Scene, self.steps))
        story = Scenario(
            title=title,
            why=why,
            settings=self.settings,
            sandbox=self.sandbox,
            people=tuple(self.people),
            scenes=scenes,
        )
        return text(story)


def _taught(row: Row) -> bool:
    """Whether a write came to nothing; of a create Whop may just say that it knows nobody."""
    refused = row.kind is Kind.CREATE_AFFILIATE and row.disposition is not Disposition.APPLY
    return row.outcome is Outcome.FAILED or refused


def _applied(report: Report) -> bool:
    return any(row.outcome is Outcome.APPLIED for row in report.rows)


def told_of(played: Played) -> Iterator[str]:
    """What happened in a step, in the words in which it is counted."""
    yield "steps"
    step = played.step
    match step:
        case Sync():
            yield from _about_run(step, played)
        case Decide():
            yield from (f"decision: {step.verdict}" for _ in _accepted(played))
        case _:
            yield f"step: {type(step).__name__.lower()}"
    if played.report is not None:
        yield from (f"row: {row.disposition}" for row in played.report.rows)
        yield from (f"wrote: {row.kind}" for row in played.report.rows if row.outcome == "applied")


def _accepted(played: Played) -> Sequence[object]:
    return played.weighed.accepted if played.weighed else ()


def _about_run(step: Sync, played: Played) -> Iterator[str]:
    yield "run: dry" if step.dry else "run: apply"
    yield from (f"fault: {name}" for name in step.faults)
    yield from (f"hit: {hit.fault} {hit.on}" for hit in step.hits)
    yield from (f"listing: {how}" for how in step.listing.values())
    yield from (f"meanwhile: {type(one.step).__name__.lower()}" for one in step.meanwhile)
    told = {
        "run: crashed": played.died,
        "run: stopped": step.stop is not None,
        "run: beside another": step.beside,
        "run: after a killed one": step.dead_lease,
        "run: patient": step.patient,
    }
    yield from (name for name, happened in told.items() if happened)


def _is_clean(step: Sync) -> bool:
    """Whether nothing goes wrong in this run, so that it can be foretold exactly."""
    spoiled = step.faults or step.hits or step.listing or step.meanwhile or step.beside
    ended = step.crash is not None or step.stop is not None
    return not (spoiled or ended or step.patient)
