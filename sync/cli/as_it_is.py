"""The state there is: for commands that look, which make none where it is gone."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sync.app import App


@contextmanager
def open_as_it_is(config: Path) -> "Iterator[App]":
    """An app without keys on a state that is not even upgraded; ``StateError`` where none is."""
    from sync.app import App, utc_now
    from sync.config import load
    from sync.state.store import open_store

    settings = load(config, os.environ, keys=False)
    _refuse_unready(settings.state_path)
    with open_store(settings.state_path, clock=utc_now) as store:
        yield App(settings, store)


@contextmanager
def open_kept(config: Path) -> "Iterator[App]":
    """An app without keys on the state there is; ``StateError`` where there is none."""
    from sync.app import open_app

    refuse_missing(config)
    with open_app(config, os.environ, keys=False) as app:
        yield app


def refuse_missing(config: Path) -> None:
    """``StateError`` where there is no state: an empty one would say that all is well."""
    from sync.config import load

    state = load(config, os.environ, keys=False).state_path
    if state.absolute().parent.is_dir():  # else there is more to say than that
        _refuse_missing(state)


def _refuse_missing(state: Path) -> None:
    from sync.errors import StateError
    from sync.state.companions import is_there

    if not is_there(state):
        raise StateError(
            f"There is no state file {state}: nothing ever ran here, or it is gone. "
            "The first run makes one: affisync sync --dry-run"
        )


def _refuse_unready(state: Path) -> None:
    from sync.errors import StateError
    from sync.state import file
    from sync.state.migrations import HEAD

    _refuse_missing(state)
    if file.revision(state) != HEAD:
        raise StateError(
            f"The state file {state} is not as this affisync needs it; the next run mends that."
            " Where a daemon runs, start it anew."
        )
