"""Links, rows and reports to put into a state, and the clock they are put in by."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sync.core.decision import Decision, Verb
from sync.core.plan import Base, Disposition, Expect, Field, Kind, Link, Outcome, Person, Row
from sync.core.record import Side
from sync.core.report import Mode, Report, RunHead, RunStatus
from sync.state.store import Store

NOON = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
AGREED_ON = Base("on", "active", "active")


class StandingClock:
    """Time that passes only when told to; as the sleep of a store it passes by sleeping."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def a_link(number: int = 1, **changes: object) -> Link:
    """The link of person ``number``: aff_1, user_1, par_1."""
    link = Link(f"aff_{number}", f"user_{number}", f"par_{number}", "email", status=AGREED_ON)
    return replace(link, **changes)  # type: ignore[arg-type]


def a_row(number: int = 1, **changes: object) -> Row:
    """A deactivation of partner ``number``, about to be applied."""
    row = Row(
        key=f"key-{number}",
        kind=Kind.DEACTIVATE_PARTNER,
        side=Side.AFFIHUB,
        person=Person(name="María", email=f"maria{number}@example.com"),
        whop_id=f"aff_{number}",
        affihub_id=f"par_{number}",
        field=Field.STATUS,
        base="active",
        before="active",
        after="deactivated",
        disposition=Disposition.APPLY,
        rule="whop-moved",
        reason="Whop archived this affiliate.",
        expect=Expect("archived", "active"),
    )
    return replace(row, **changes)  # type: ignore[arg-type]


def applied(number: int = 1, **changes: object) -> Row:
    """The same row, done."""
    return a_row(number, outcome=Outcome.APPLIED, **changes)


def a_head(run_id: str = "run-1", **changes: object) -> RunHead:
    """An apply that began at noon and has not ended."""
    head = RunHead(run_id, "main", Mode.APPLY, RunStatus.RUNNING, NOON, None, "sha256:0")
    return replace(head, **changes)  # type: ignore[arg-type]


def a_report(run_id: str = "run-1", *rows: Row, **changes: object) -> Report:
    """The report of an apply that ended a minute after noon."""
    ended = {"status": RunStatus.APPLIED, "finished_at": NOON + timedelta(minutes=1)}
    return Report(a_head(run_id, **(ended | changes)), rows=rows)


def reported(store: Store, run_id: str | None, pair: str | None) -> Report | None:
    """A kept report as it was handed in: without the head of the log, which the state adds."""
    report = store.report(run_id, pair)
    return report and replace(report, run=replace(report.run, log=None))


def a_decision(verb: Verb = Verb.APPROVE, number: int = 1, **changes: object) -> Decision:
    """What Ana decided at noon about the deactivation of partner ``number``."""
    held = a_row(number, disposition=Disposition.HELD, guard="deactivate")
    return replace(Decision("main", verb, held, "ana", NOON), **changes)  # type: ignore[arg-type]
