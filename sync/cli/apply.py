"""``affisync apply``: do exactly what a plan file says, as far as it is still true."""

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sync.cli.choosing import As, whose
from sync.cli.options import (
    DEFAULT_CONFIG,
    AsFormat,
    ConfigFile,
    Debug,
    Output,
    PairName,
    ReportFormat,
    Yes,
)
from sync.cli.sync import Allow
from sync.errors import UsageError

if TYPE_CHECKING:
    from sync.app import App
    from sync.runs.plan_file import PlanFile


def command(
    plan: Annotated[
        Path, typer.Argument(metavar="PLAN", help="A file of: affisync sync --dry-run --plan-out")
    ],
    allow: Allow = None,
    name: As = None,
    yes: Yes = False,
    config: ConfigFile = DEFAULT_CONFIG,
    pair: PairName = None,
    form: AsFormat = ReportFormat.TEXT,
    output: Output = None,
    debug: Debug = False,
) -> None:
    """Apply exactly the rows of a plan file; what moved since is left as it is and told.

    Everything is read and planned afresh: a row is only applied if it would be planned just so
    now. Rows that were held go if they are approved by now. Everything else is left alone.

    Example: affisync apply plan.json
    """
    from sync.app import open_app
    from sync.cli.asking import need_answer
    from sync.cli.running import Asked
    from sync.cli.show import show
    from sync.cli.sync import guards, run_one
    from sync.runs.linking import PATIENCE
    from sync.runs.plan_file import parsed

    allowed = guards(allow or ())
    need_answer(yes=yes)
    kept = parsed(_text(plan))
    with open_app(config, os.environ) as app:
        _check(app, kept, pair)
        asked = Asked(
            dry_run=False,
            ask=not yes,
            allowed=allowed,
            by=whose(name),
            debug=debug,
            wait=PATIENCE,
            revise=kept.only,
        )
        shown = partial(show, form=form, output=output, config=config)
        code = run_one(app, kept.pair, asked, shown)
    raise typer.Exit(code)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{path} is no plan: it is no text.") from None
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror or type(error).__name__}.") from None


def _check(app: "App", kept: "PlanFile", pair: str | None) -> None:
    """Refuse a plan of another pair, company or configuration."""
    if pair not in (None, kept.pair):
        raise UsageError(f"The plan is about pair {kept.pair}, not {pair}.")
    if kept.pair not in app.config.pairs:
        raise UsageError(
            f"The plan is about pair {kept.pair}; there are: {', '.join(app.config.pairs)}."
        )
    company_id = app.config.pairs[kept.pair].whop.company_id
    kept.check(company_id, app.config.fingerprint(kept.pair))
