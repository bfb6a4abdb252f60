"""Rich on paper: what a terminal of this width and colour would show, as a text."""

import io
from collections.abc import Iterable

from rich.console import Console, RenderableType
from rich.text import Text


def printed(parts: Iterable[RenderableType], *, width: int, color: bool) -> str:
    """The parts one below the other; nothing is read from the environment.

    Markup, emoji codes and highlighting are off: a text is shown as it is.
    """
    paper = io.StringIO()
    console = Console(
        file=paper,
        width=width,
        force_terminal=color,
        force_jupyter=False,
        # The 16 colours of the reader's own theme: right on light and on dark.
        color_system="standard" if color else None,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
        _environ={},
    )
    for part in parts:
        # A text printed by itself forgets that it is not to be wrapped, as commands are.
        console.print(part, soft_wrap=isinstance(part, Text) and bool(part.no_wrap))
    return "".join(f"{line.rstrip()}\n" for line in paper.getvalue().splitlines())
