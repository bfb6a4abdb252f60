"""Every law of design section 6, on whole runs of the real program, in stories it makes up itself.

A failing story is printed as a scenario file; saved into tests/scenarios/ it is played for ever.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from sync.core.record import Side
from tests.laws import drawing
from tests.laws.game import Game
from tests.laws.worlds import weighted
from tests.stage.steps import Edit, Set, Sync, Undo, Vanish, Wait

UNNOTICED = ("empty", "thinned")
"""Listings that leave somebody out and look whole."""
SOME = 5
"""So many steps are worth a rest."""


class Laws(RuleBasedStateMachine):
    """Two sides, the program between them, and everybody who may interfere."""

    tally: ClassVar[Counter[str]] = Counter()
    stories: ClassVar[list[str]] = []
    """Every story that broke a law since somebody looked, the shortest one last."""
    game: Game

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """A pair with a few people, set up somehow, and mostly brought into step."""
        many = data.draw(st.integers(2, 4))
        sandbox = data.draw(drawing.sandboxes)
        people = [data.draw(drawing.joins(name, sandbox)) for name in drawing.NAMES[:many]]
        self.game = Game.begun(data.draw(drawing.settings()), sandbox, people)
        if data.draw(weighted((3, True), (1, False))):
            self.play(Sync(allow=data.draw(drawing.ALLOWED)))

    def play(self, step: Any) -> None:
        """Play one step; a story that fails is told."""
        with self.told():
            self.game.play(step)

    @contextmanager
    def told(self) -> Iterator[None]:
        try:
            yield
        except Exception as fault:
            story = self.game.scenario("A story that breaks a law", str(fault))
            note(story)
            self.stories.append(story)
            raise

    def who(self, data: st.DataObject, side: Side) -> str | None:
        """Somebody with a record on a side."""
        sides = self.game.model.sides()
        there = [who for who in sides if sides[who].has(side)]
        return data.draw(st.sampled_from(there)) if there else None

    def edit(self, data: st.DataObject) -> Edit | None:
        side = data.draw(st.sampled_from(Side))
        who = self.who(data, side)
        if who is None:
            return None
        deleting = self.game.model.surely_linked(who)
        now = self.game.model.sides()[who].word(side)
        return data.draw(drawing.edits(who, side, now, deleting=deleting))

    @rule(data=st.data())
    def somebody_edits(self, data: st.DataObject) -> None:
        if step := self.edit(data):
            self.play(step)

    @precondition(lambda self: len(self.game.model.joins) < 6)
    @rule(data=st.data())
    def somebody_joins(self, data: st.DataObject) -> None:
        name = drawing.NAMES[len(self.game.model.joins)]
        self.play(data.draw(drawing.joins(name, self.game.sandbox)))

    @precondition(lambda self: self.game.reports)
    @rule(data=st.data())
    def somebody_vanishes(self, data: st.DataObject) -> None:
        side = data.draw(st.sampled_from(Side))
        who = self.who(data, side)
        if who and self.game.model.surely_linked(who):
            self.play(Vanish(who=who, side=side, how=data.draw(drawing.VANISHING)))

    @rule(data=st.data())
    def a_run(self, data: st.DataObject) -> None:
        self.something_to_do(data)
        self.play(Sync(allow=data.draw(drawing.ALLOWED), dead_lease=data.draw(st.booleans())))

    @rule(data=st.data())
    def a_run_in_trouble(self, data: st.DataObject) -> None:
        self.something_to_do(data)
        if (edit := self.edit(data)) is not None:
            step = data.draw(drawing.troubles(st.just(edit), self.game.due()))
            self.play(step if self.everybody_is_linked() else _seen(step))

    def everybody_is_linked(self) -> bool:
        """Whether the program would miss whoever a listing leaves out."""
        return all(map(self.game.model.surely_linked, self.game.model.joins))

    @rule(data=st.data())
    def a_run_in_other_trouble(self, data: st.DataObject) -> None:
        self.a_run_in_trouble(data)

    @rule(data=st.data(), step=st.integers(1, 60), allow=drawing.ALLOWED)
    def a_run_that_dies(self, data: st.DataObject, step: int, allow: tuple[str, ...]) -> None:
        self.something_to_do(data)
        self.play(Sync(crash=step, allow=allow))

    @rule(data=st.data(), allow=drawing.ALLOWED)
    def two_runs_at_once(self, data: st.DataObject, allow: tuple[str, ...]) -> None:
        self.something_to_do(data)
        self.play(Sync(beside=True, allow=allow))

    def something_to_do(self, data: st.DataObject) -> None:
        """A run that writes nothing is soon told."""
        for _ in range(2):
            if not self.game.due() and (edit := self.edit(data)) is not None:
                self.play(edit)

    @rule(data=st.data())
    def the_settings_change(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from([k for k in drawing.SETTINGS if "sync" not in k]))
        self.play(Set(key=key, value=data.draw(drawing.SETTINGS[key])))

    @precondition(lambda self: self.game.waiting())
    @rule(data=st.data())
    def somebody_decides_and_it_is_done(self, data: st.DataObject) -> None:
        self.play(data.draw(drawing.decisions(data.draw(st.sampled_from(self.game.waiting())))))
        if data.draw(st.booleans()) and (edit := self.edit(data)) is not None:
            self.play(edit)
        self.play(Sync())

    @precondition(lambda self: self.game.restless > SOME)
    @rule(data=st.data())
    def a_run_is_taken_back(self, data: st.DataObject) -> None:
        self.play(Undo(dry=data.draw(st.booleans())))

    @rule(hours=st.sampled_from([1, 6, 25, 80, 200]))
    def time_passes(self, hours: int) -> None:
        self.play(Wait(hours=hours))

    @precondition(lambda self: self.game.restless > SOME)
    @rule()
    def all_comes_to_rest(self) -> None:
        self.settle()

    def settle(self) -> None:
        with self.told():
            self.game.settle()

    def teardown(self) -> None:
        if hasattr(self, "game"):
            try:
                self.settle()
            finally:
                type(self).tally += self.game.tally
                self.game.end()


def _seen(step: Sync) -> Sync:
    """The run with listings that show it themselves where they leave somebody out.

    One that looks whole and leaves out somebody never linked tells of nobody there: no program
    can know better.
    """
    shown = {side: how for side, how in step.listing.items() if how not in UNNOTICED}
    return replace(step, listing=shown)
