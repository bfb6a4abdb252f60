"""``affisync sync``: bring one pair, or every pair, into step; or show what would change."""

import asyncio
import os
import traceback
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sync.cli.asking import need_answer
from sync.cli.options import (
    DEFAULT_CONFIG,
    AsFormat,
    ConfigFile,
    Debug,
    Output,
    PairName,
    ReportFormat,
    who,
)
from sync.errors import AffisyncError, UsageError

if TYPE_CHECKING:
    from sync.app import App
    from sync.cli.running import Asked
    from sync.core.report import Report

ORDER_OF_CODES = (2, 5, 1, 4, 3, 0)
"""Which exit code wins where several pairs ran (design section 7)."""


Allow = Annotated[
    list[str] | None,
    typer.Option(
        "--allow",
        metavar="GUARD",
        help="Let a guard's rows pass in this run only: its name, or all. Repeatable.",
    ),
]


def command(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change; write nothing.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Apply without asking; what is held stays held.")
    ] = False,
    allow: Allow = None,
    plan_out: Annotated[
        Path | None,
        typer.Option(
            "--plan-out",
            metavar="FILE",
            help="Also keep the plan of a dry run there, for affisync apply.",
        ),
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    pair: PairName = None,
    form: AsFormat = ReportFormat.TEXT,
    output: Output = None,
    debug: Debug = False,
) -> None:
    """Bring both sides into step; with --dry-run, show what would change.

    Example: affisync sync --dry-run --format html --output report.html
    """
    from sync.app import open_app
    from sync.cli.running import Asked, say
    from sync.cli.show import show

    allowed = guards(allow or ())
    if output and not output.absolute().parent.is_dir():
        raise UsageError(f"There is no folder for {output}; nothing was run.")
    if not dry_run:
        need_answer(yes=yes)
    if plan_out:
        _check_plan_out(plan_out, dry_run=dry_run)
    asked = Asked(dry_run=dry_run, ask=not yes, allowed=allowed, by=who(), debug=debug)
    with open_app(config, os.environ) as app:
        for warning in app.config.warnings:
            say(warning)
        names = _names(app, pair, form, output or plan_out)
        shown = partial(show, form=form, output=output, config=config)
        if plan_out:
            shown = partial(_keep_plan, app, plan_out, shown)
        codes = [run_one(app, name, asked, shown) for name in names]
    raise typer.Exit(min(codes, key=ORDER_OF_CODES.index))


def guards(names: Iterable[str]) -> frozenset[str]:
    """The guards to waive; an unknown name is refused with those there are."""
    from sync.core.guard import WAIVE_ALL
    from sync.core.policy import GuardClass

    known = [*GuardClass, WAIVE_ALL]
    for name in names:
        if name not in known:
            raise UsageError(f"There is no guard {name!r}; there are: {', '.join(known)}.")
    return frozenset(names)


def _names(
    app: "App", pair: str | None, form: ReportFormat, output: Path | None
) -> tuple[str, ...]:
    names = app.pair_names(pair)
    if len(names) > 1 and (output or form is not ReportFormat.TEXT):
        raise UsageError(f"A report is about one pair; say which: --pair {'|'.join(names)}.")
    return names


def run_one(app: "App", name: str, asked: "Asked", shown: Callable[["Report"], None]) -> int:
    """Run one pair and show its report; a failure to start is its exit code, not everybody's."""
    from sync.cli.running import run_pair, say
    from sync.core.report import exit_code

    try:
        report: Report = asyncio.run(run_pair(app, name, asked))
    except AffisyncError as error:
        if asked.debug:
            traceback.print_exc()
        say(f"{name}: {error}")
        return error.exit_code
    shown(report)
    return exit_code(report)


def _check_plan_out(path: Path, *, dry_run: bool) -> None:
    from sync.cli.new_file import refuse_old

    if not dry_run:
        raise UsageError("--plan-out keeps the plan of a dry run; add --dry-run.")
    refuse_old(path)


def _keep_plan(app: "App", path: Path, shown: Callable[["Report"], None], report: "Report") -> None:
    """Show the report, and keep its plan where it came to one."""
    from sync.cli.new_file import write_new
    from sync.cli.running import say
    from sync.core.report import RunStatus
    from sync.runs.plan_file import document, of_report

    shown(report)
    if report.run.status is RunStatus.FAILED:
        say("The dry run came to no plan, so none was kept.")
        return
    company_id = app.config.pairs[report.run.pair].whop.company_id
    write_new(path, document(of_report(report, company_id)))
    say(f"the plan is in {path}; apply it with: affisync apply {path}")
