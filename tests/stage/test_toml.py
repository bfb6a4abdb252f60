"""A story and its file are the same thing, and a file that is wrong says what would be right."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.core.record import Side
from tests.laws import drawing
from tests.stage import toml
from tests.stage.steps import (
    Decide,
    Expected,
    Gap,
    Join,
    Scenario,
    Scene,
    Set,
    Step,
    Sync,
    Terms,
    Tie,
    Undo,
    Vanish,
    Wait,
)

TEXTS = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)
EDITS = drawing.edits("Ana", Side.WHOP, "active", deleting=True)
FIXED: tuple[Step, ...] = (
    Join(name="Bo", whop="active", terms=(Terms(value="5", kind="flat_fee"),)),
    Vanish(who="Ana", side=Side.AFFIHUB, how="unlisted"),
    Set(key="guards.deactivate", value={"limit": "5%", "per_day": 3}),
    Gap(key="whop_page_cap", value=2),
    Wait(hours=3, minutes=1),
    Decide(verdict="use", who="Ana", value="whop"),
    Tie(word="keep-apart", who="Ana", partner="Bo"),
    Undo(back=2, kind="set-commission"),
    Sync(dry=True, patient=True, crash=3, stop=4, beside=True, dead_lease=True),
)
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.sampled_from(FIXED),
    EDITS,
    drawing.troubles(EDITS, ["update_partner"]),
    drawing.decisions("Ana"),
)
EXPECTED = st.builds(
    Expected,
    rows=st.none() | st.lists(TEXTS, max_size=3).map(tuple),
    writes=st.none() | st.lists(TEXTS, max_size=3).map(tuple),
    exit=st.none() | st.integers(0, 5),
)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    step = draw(STEPS)
    return Scene(step, draw(EXPECTED) if isinstance(step, Sync | Undo) else Expected())


@st.composite
def stories(draw: st.DrawFn) -> Scenario:
    settings = draw(drawing.settings())
    sandbox: dict[str, Any] = draw(drawing.sandboxes)
    people = [draw(drawing.joins(name, sandbox)) for name in drawing.NAMES[:2]]
    told = draw(st.lists(scenes(), max_size=6))
    then = draw(st.dictionaries(TEXTS, TEXTS, max_size=2))
    title, why = draw(TEXTS), draw(TEXTS)
    return Scenario(
        title=title,
        why=why,
        settings=settings,
        sandbox=sandbox,
        people=tuple(people),
        scenes=tuple(told),
        then=then,
    )


@given(stories())
@settings(max_examples=60, deadline=None)
def test_what_was_written_is_read_as_the_same_story(story: Scenario) -> None:
    assert toml.read(toml.text(story)) == story


@pytest.mark.parametrize(
    "text, told",
    [
        ('titel = "x"', "the file: unknown key titel; did you mean title?"),
        ('[[steps]]\ndo = "aply"', "step 1: there is nothing to do called 'aply'; did you mean"),
        ('[[steps]]\ndo = "edit"\nwo = "Ana"', "step 1: unknown key wo; did you mean who?"),
        ('[[steps]]\ndo = "edit"\nwho = "A"\nside = "left"', "step 1: side: "),
        ('[[steps]]\ndo = "edit"\nwho = "A"', "step 1: side: "),
        ('[[steps]]\ndo = "wait"\nrows = []', "step 1: unknown key rows"),
        ('[[steps]]\ndo = "apply"\nhits = [{ fault = "lost", onn = "x" }]', "unknown key onn"),
        ('[[people]]\nname = "Ana"\nwop = "active"', "people 1: unknown key wop; did you mean"),
        ("title = x", "not valid TOML"),
    ],
)
def test_what_cannot_be_played_is_refused_with_what_would_be_right(text: str, told: str) -> None:
    with pytest.raises(toml.Misread) as refused:
        toml.read(text)

    assert told in str(refused.value)
