"""The state as it is: for commands that look, and neither make a state nor upgrade one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sync.app import App


@contextmanager
def open_as_it_is(config: Path) -> "Iterator[App]":
    """An app without keys on the state there is; ``StateError`` where there is none."""
    from sync.app import App, utc_now
    from sync.config import load
    from sync.state.store import open_store

    settings = load(config, os.environ, keys=False)
    _refuse_unready(settings.state_path)
    with open_store(settings.state_path, clock=utc_now) as store:
        yield App(settings, store)


def _refuse_unready(state: Path) -> None:
    from sync.errors import StateError
    from sync.state import file
    from sync.state.companions import is_there
    from sync.state.migrations import HEAD

    if not is_there(state):
        raise StateError(f"There is no state file {state}: nothing ever ran here, or it is gone.")
    if file.revision(state) != HEAD:
        raise StateError(
            f"The state file {state} is not as this affisync needs it; the next run mends that."
            " Where a daemon runs, start it anew."
        )
