"""What the doctor looks at from this machine: configuration, state file, lease, reachability."""

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from stat import S_IMODE, S_IRWXG, S_IRWXO
from typing import Final

from sync.app import App, utc_now
from sync.cli.probe import NotReachedError, probe
from sync.config import Config
from sync.core.ports import Holder
from sync.core.record import Side
from sync.errors import ConfigError, StateError
from sync.render.words import moment
from sync.runs.doctor import Finding, Health
from sync.state import file
from sync.state.database import Database
from sync.state.migrations import HEAD

OTHERS: Final = S_IRWXG | S_IRWXO
MOST_SKEW: Final = timedelta(minutes=1)
"""How far apart two clocks may be before somebody should know."""


def config_faults(error: ConfigError) -> Iterator[Finding]:
    """Every fault of a configuration that cannot be used."""
    for problem in error.problems:
        yield Finding("Configuration", Health.FAILED, problem, is_setup=True)


def config_findings(path: Path, config: Config) -> Iterator[Finding]:
    """The configuration that could be read: what it holds, and what should not stay so."""
    seen = f"{path.absolute()}; pairs: {', '.join(config.pairs)}"
    yield Finding("Configuration", Health.OK, seen)
    for warning in config.warnings:
        yield Finding("Key in the file", Health.WARNING, warning)
    mode = S_IMODE(path.stat().st_mode)
    if config.warnings and mode & OTHERS:
        seen = f"others may read the file with the key in it ({mode:04o})"
        yield Finding("File mode", Health.FAILED, seen, f"Run: chmod 600 {path}", is_setup=True)


def state_findings(path: Path) -> Iterator[Finding]:
    """The state file: ours, current, private, writable; nothing is made or upgraded."""
    try:
        if path.exists():
            yield _revision(file.revision(path))
            yield _mode(path)
            yield _size(path)
        else:
            yield _to_be_made(path)
    except StateError as error:
        yield Finding("State file", Health.FAILED, str(error), is_setup=True)


def is_current(path: Path) -> bool:
    """Whether the state can be read by this program as it is."""
    try:
        return path.exists() and file.revision(path) == HEAD
    except StateError:
        return False


def _to_be_made(path: Path) -> Finding:
    check = "State file"
    if os.access(path.parent, os.W_OK | os.X_OK):
        return Finding(check, Health.OK, f"none yet; the first run makes {path}")
    advice = "Make the folder, writable for this user, or name another file in state.url."
    return Finding(check, Health.FAILED, f"{path} cannot be made", advice, is_setup=True)


def _revision(found: str | None) -> Finding:
    if found == HEAD:
        return Finding("State file", Health.OK, f"revision {found}, as this program needs it")
    return Finding("State file", Health.OK, f"revision {found or 'none'}; the next run upgrades it")


def _mode(path: Path) -> Finding:
    mode = S_IMODE(path.stat().st_mode)
    if mode & OTHERS:
        advice = f"It holds people's addresses. The next run mends that, or: chmod 600 {path}"
        return Finding("State mode", Health.WARNING, f"others may read it ({mode:04o})", advice)
    return Finding("State mode", Health.OK, f"readable by its owner alone ({mode:04o})")


def _size(path: Path) -> Finding:
    """Written by nobody here, but a write must be able to begin."""
    with closing(Database(path)) as database, database.write():
        size = path.stat().st_size
    return Finding("State size", Health.OK, f"{size / 1_000_000:,.1f} MB, writable")


def pair_findings(app: App, name: str) -> Iterator[Finding]:
    """What the state says of a pair: who holds it, whose it is, what a crash left open."""
    try:
        yield _lease(app.store.holder(name))
        yield _company(app, name)
        yield _unsettled(len(app.store.open_intents(name)))
    except StateError as error:
        yield Finding("State file", Health.FAILED, str(error), is_setup=True)


def _lease(holder: Holder | None) -> Finding:
    if holder is None:
        return Finding("Lease", Health.OK, "nobody runs this pair now")
    seen = f"held by {holder.program}, since {moment(holder.since)}"
    return Finding("Lease", Health.OK, seen)


def _unsettled(intents: int) -> Finding:
    if not intents:
        return Finding("Unsettled writes", Health.OK, "none")
    seen = f"{intents} announced by a run that ended before it recorded them"
    advice = "The next affisync sync looks what came of them."
    return Finding("Unsettled writes", Health.WARNING, seen, advice)


def _company(app: App, name: str) -> Finding:
    known = app.store.known(name, app.clock())
    company_id = app.config.pairs[name].whop.company_id
    if known.company_id in (None, company_id):
        return Finding("Company", Health.OK, f"{company_id}; {len(known.links):,} people linked")
    seen = f"the state was built with {known.company_id}, the configuration says {company_id}"
    advice = "Put whop.company_id back, or give the new company a pair of its own."
    return Finding("Company", Health.FAILED, seen, advice, is_setup=True)


def reach_findings(side: Side, base_url: str) -> tuple[Finding, ...]:
    """Whether a side answers at all, without our key; and its clock, where it tells the time."""
    check = f"{side.brand} reached"
    try:
        reached = probe(base_url, utc_now)
    except NotReachedError as error:
        seen = f"{base_url} cannot be reached: {error}"
        advice = f"Look at the network, a proxy, and {side}.base_url."
        return (Finding(check, Health.FAILED, seen, advice),)
    trusted = ", certificate trusted" if base_url.startswith("https:") else ""
    seen = f"{base_url} answers in {reached.seconds:.2f} s{trusted}"
    return (Finding(check, Health.OK, seen), *_clock(side, reached.ahead))


def _clock(side: Side, ahead: timedelta | None) -> Iterator[Finding]:
    if ahead is None:
        return
    check, seconds = f"{side.brand} clock", round(ahead.total_seconds())
    if abs(ahead) <= MOST_SKEW:
        yield Finding(check, Health.OK, "agrees with this machine's")
        return
    seen = f"{abs(seconds):,} s {'ahead of' if seconds > 0 else 'behind'} this machine's clock"
    advice = "Set this machine's clock: leases and the ages of records are measured by it."
    yield Finding(check, Health.WARNING, seen, advice)
