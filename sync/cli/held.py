"""``affisync held``: the rows that wait for a yes or a no."""

from typing import TYPE_CHECKING

from sync.cli.choosing import AlsoQuiet, OfGuard, OfKind, OfPerson
from sync.cli.options import (
    DEFAULT_CONFIG,
    AsSheetFormat,
    ConfigFile,
    Debug,
    Output,
    PairName,
    SheetFormat,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from sync.core.cases import Case


def command(
    kind: OfKind = None,
    guard: OfGuard = None,
    person: OfPerson = None,
    everything: AlsoQuiet = False,
    config: ConfigFile = DEFAULT_CONFIG,
    pair: PairName = None,
    form: AsSheetFormat = SheetFormat.TEXT,
    output: Output = None,
    debug: Debug = False,  # read by main
) -> None:
    """List the rows that a guard or a policy holds until a person says yes.

    They are those of the latest sync, dry run or not; `affisync approve` and `affisync reject`
    decide about them.

    Example: affisync held --kind deactivate-partner --format csv --output held.csv
    """
    from sync.cli.as_it_is import open_kept
    from sync.cli.choosing import unless_default, waiting
    from sync.cli.show import has_color
    from sync.cli.telling import tell
    from sync.core.inbox import by_importance, is_held
    from sync.runs.choosing import Choice, filtered

    with open_kept(config) as app:
        now = app.clock()
        found = [c for c in waiting(app, pair) if is_held(c) and (everything or not c.quiet)]
    choice = Choice(kind=kind, guard=guard, person=person)
    cases = by_importance(filtered(found, choice))
    named, color = unless_default(config), has_color(output)
    tell(_rendered(cases, form, now, named, color=color), output)


def _rendered(
    cases: "Sequence[Case]",
    form: SheetFormat,
    now: "datetime",
    config: "Path | None",
    *,
    color: bool,
) -> str:
    from sync.cli.show import columns
    from sync.render.case_sheet import sheet
    from sync.render.held import document, text

    match form:
        case SheetFormat.JSON:
            return document(cases)
        case SheetFormat.CSV:
            return sheet(cases)
        case SheetFormat.TEXT:
            return text(cases, now, config, width=columns(), color=color)
