"""Plays a scenario file with every law and the model looking on, and tells each step.

python -m tests.laws FILE.toml
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.laws.game import Game
from tests.stage.stage import Played
from tests.stage.steps import Scenario
from tests.stage.toml import Misread, load, step_line


def main(paths: list[str]) -> int:
    """Play each file; 1 at the first that breaks a law, 2 where there is none to play."""
    try:
        stories = [load(Path(path)) for path in paths]
    except (Misread, OSError) as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    return max((_play(story) for story in stories), default=2)


def _play(story: Scenario) -> int:
    game = Game.begun(story.settings, story.sandbox, list(story.people))
    try:
        for scene in story.scenes:
            sys.stdout.write(f"{step_line(scene.step)}\n")
            played = game.play(scene.step)
            sys.stdout.writelines(f"    {line}\n" for line in _told(game, played))
        game.settle()
    except AssertionError as broken:
        sys.stdout.write(f"BROKEN: {broken}\n")
        return 1
    finally:
        game.end()
    return 0


def _told(game: Game, played: Played) -> Iterator[str]:
    stage = game.stage
    yield from (*stage.links(played), *stage.rows(played))
    yield from (f"sent: {write}" for write in stage.writes(played))
    if played.died:
        yield "died"
    if played.error:
        yield f"refused: {played.error}"
    if played.report and played.report.run.error:
        yield f"failed: {played.report.run.error}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
