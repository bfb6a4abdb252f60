"""Makes a story that breaks a law short enough to read: whatever it still breaks without, goes."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from tests.laws.game import Game
from tests.stage.steps import Scenario, Setting

Broken = tuple[str, str]
"""A law that a story breaks: the exception's name, and the law's own where it tells one."""


def broken_by(story: Scenario) -> Exception | None:
    """What playing a story to its rest raises; None where every law holds."""
    game = Game.begun(story.settings, story.sandbox, list(story.people))
    try:
        for scene in story.scenes:
            game.play(scene.step)
        game.settle()
    except Exception as broken:  # noqa: BLE001 - whatever it is, it is what the story is about
        return broken
    finally:
        game.end()
    return None


def broken_law(story: Scenario) -> Broken | None:
    """Which law a story breaks, None where it breaks none."""
    return law(broken_by(story))


def law(broken: Exception | None) -> Broken | None:
    """Which law was broken, without whom and when."""
    if broken is None:
        return None
    told = re.match(r"L\d+", str(broken))
    return type(broken).__name__, told.group() if told else ""


def shortened(
    story: Scenario, breaks: Callable[[Scenario], Broken | None], goes_on: Callable[[], bool]
) -> Scenario:
    """The story without all that it breaks the same law without, as long as ``goes_on`` says."""
    same = breaks(story)
    while same and goes_on():
        tried = (one for one in _less(story) if goes_on() and breaks(one) == same)
        shorter = next(tried, None)
        if shorter is None:
            break
        story = shorter
    return story


def _less(story: Scenario) -> Iterator[Scenario]:
    """The story with one thing less: the later half of the steps, a step, a person, a setting."""
    scenes, people = story.scenes, story.people
    for size in (len(scenes) // 2, len(scenes) // 4, 1):
        for start in range(len(scenes) - size, -1, -max(size, 1)):
            if size:
                yield replace(story, scenes=scenes[:start] + scenes[start + size :])
    for person in people[1:]:
        about = (one for one in scenes if getattr(one.step, "who", None) != person.name)
        others = tuple(one for one in people if one is not person)
        yield replace(story, people=others, scenes=tuple(about))
    yield from (replace(story, settings=left) for left in _but_one(story.settings))
    yield from (replace(story, sandbox=left) for left in _but_one(story.sandbox))


def _but_one(settings: Mapping[str, Setting]) -> Iterator[Mapping[str, Setting]]:
    for key in settings:
        yield {name: value for name, value in settings.items() if name != key}
