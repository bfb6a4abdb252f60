"""What happened in a run, in one sentence."""

from sync.core.plan import Disposition, Outcome
from sync.core.report import Mode, Report, RunStatus
from sync.core.totals import totals
from sync.render.clean import clean
from sync.render.words import (
    NAME_LIMIT,
    SENTENCE_LIMIT,
    SIGNS,
    counted,
    is_quiet,
    mark,
    number,
    stake,
)


def headline(report: Report) -> str:
    """Which pair, which mode and what happened, in one sentence."""
    dry = ", dry run" if report.run.mode is Mode.DRY_RUN else ""
    return f"{clean(report.run.pair, NAME_LIMIT)}{dry}: {_happened(report)}"


def _happened(report: Report) -> str:
    match report.run.status:
        case RunStatus.FAILED:
            because = clean(report.run.error, SENTENCE_LIMIT) or "its reason was not recorded"
            return f"the run failed: {because}"
        case RunStatus.RUNNING:
            return "the run has not ended."
        case _:
            done = f"{'; '.join(filter(None, _clauses(report)))}."
            return f"{done} {clean(report.run.error, SENTENCE_LIMIT)}".rstrip()


def _clauses(report: Report) -> tuple[str, ...]:
    """What was done, what went wrong, what needs a person, what waits; empty = nothing to say."""
    unseen = "" if report.complete else "a listing is incomplete, so not everybody was seen"
    if not any(report.counts[sign.value] for sign in SIGNS):
        return (unseen or "both sides agree, there is nothing to do",)
    counts = report.counts
    left = counts["stale"] + counts["skipped"]
    quiet = sum(is_quiet(row) for row in report.rows)
    return (
        _done(report),
        f"{counts['failed']:,} failed" if counts["failed"] else "",
        f"{left:,} left for the next run" if left else "",
        _needs(report),
        number(counts["waiting"], "waits", "wait") if counts["waiting"] else "",
        f"{quiet:,} quiet" if quiet else "",
        unseen,
    )


def _needs(report: Report) -> str:
    """How many rows need a person, and what money is at stake; empty where none does."""
    rows = [row for row in report.rows if row.needs_person]
    each = counted(row.disposition for row in rows)
    told = f"{number(len(rows), 'row needs', 'rows need')} a person ({each})"
    return ", ".join(filter(None, (told, stake(totals(rows))))) if rows else ""


def _done(report: Report) -> str:
    """The changes and links that were made, or would be."""
    dry = report.run.mode is Mode.DRY_RUN
    good = Disposition.APPLY if dry else Outcome.APPLIED
    local = [row.kind.is_local for row in report.rows if mark(row) == good]
    changes, links = local.count(False), local.count(True)
    made = [number(changes, "change")] * bool(changes) + [number(links, "link")] * bool(links)
    were = "would be" if dry else "was" if changes + links == 1 or not made else "were"
    return f"{' and '.join(made)} {were} made" if made else f"nothing {were} written"
