"""``affisync report``: what an earlier run saw and did, once more and in any form."""

from typing import TYPE_CHECKING, Annotated

import typer

from sync.cli.options import (
    DEFAULT_CONFIG,
    AsFormat,
    ConfigFile,
    Debug,
    Output,
    PairName,
    ReportFormat,
)
from sync.errors import UsageError

if TYPE_CHECKING:
    from sync.app import App
    from sync.core.report import Report


def command(
    run: Annotated[
        str | None,
        typer.Argument(metavar="RUN", help="A run's id or its start; left out, the latest run."),
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    pair: PairName = None,
    form: AsFormat = ReportFormat.TEXT,
    output: Output = None,
    debug: Debug = False,  # read by main
) -> None:
    """Show the report of an earlier run again.

    Example: affisync report --format html --output report.html
    """
    from sync.cli.as_it_is import open_kept
    from sync.cli.show import show

    with open_kept(config) as app:
        show(_kept(app, run, pair), form, output, config)


def _kept(app: "App", run: str | None, pair: str | None) -> "Report":
    (name, *others) = app.pair_names(pair)
    report = app.store.report(run, None if others else name)
    if report is None and run is None:
        raise UsageError("No run has ended yet; start with: affisync sync --dry-run")
    if report is None:
        raise UsageError(f"There is no run {run}; see which there are with: affisync runs")
    return report
