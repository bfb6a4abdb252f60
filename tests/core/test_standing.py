"""How a pair is doing after its runs: it slows down while they fail, and recovers by itself."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.plan import Disposition, Kind, Outcome, Row
from sync.core.record import Side
from sync.core.report import Mode, Report, RunHead, RunStatus, SnapshotNote, Trouble, run_status
from sync.core.standing import SLOWEST, SLOWEST_BY, TOLERATED, USUALLY, Standing, after, trouble_of
from sync.core.subject import Subject
from tests.core.people import affiliate, link, partner

AT: Final = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
QUARTER: Final = timedelta(minutes=15)
SIX_HOURS: Final = timedelta(hours=6)
WHOLE: Final = {side: SnapshotNote(3, complete=True) for side in Side}
PARTIAL: Final = {**WHOLE, Side.WHOP: SnapshotNote(2, complete=False, note="2 of 3 came")}
FRESH: Final = Standing("main")


def row(
    number: int = 1,
    disposition: Disposition = Disposition.APPLY,
    outcome: Outcome | None = None,
    guard: str | None = None,
) -> Row:
    subject = Subject("main", affiliate(number), partner(number), link(number))
    made = subject.row(Kind.DEACTIVATE_PARTNER, disposition, "whop-moved", "Because.")
    return replace(made, outcome=outcome, guard=guard)


HELD: Final = row(2, Disposition.HELD, guard="deactivate")
APPLIED: Final = row(3, outcome=Outcome.APPLIED)
SKIPPED: Final = row(4, outcome=Outcome.SKIPPED)
FAILED: Final = row(5, outcome=Outcome.FAILED)


def report(rows: Iterable[Row] = (), at: datetime = AT) -> Report:
    """A run that came to its end, having seen everybody."""
    rows = tuple(rows)
    status = run_status(Mode.APPLY, rows)
    head = RunHead("run_1", "main", Mode.APPLY, status, at, at + timedelta(minutes=1), "sha256:0")
    return Report(head, WHOLE, rows)


def broken(trouble: Trouble | None, at: datetime = AT) -> Report:
    """A run that failed, or (None) that a person stopped while it read."""
    made = report((), at)
    head = replace(made.run, status=RunStatus.FAILED, error="Why it ended.", trouble=trouble)
    return replace(made, run=head, snapshots={side: SnapshotNote() for side in Side})


def ended(made: Report) -> datetime:
    assert made.run.finished_at is not None
    return made.run.finished_at


@pytest.mark.parametrize(
    "made, trouble",
    [
        (report(), None),
        (report([APPLIED]), None),
        (report([APPLIED, HELD]), None),
        (report([FAILED]), None),
        (report([row(1, Disposition.CONFLICT), row(2, Disposition.BREAK)]), None),
        (report([row(1, Disposition.WAITING)]), None),
        (report([HELD]), Trouble.GUARD_HELD),
        (report([HELD, row(1, Disposition.WAITING), FAILED]), Trouble.GUARD_HELD),
        (replace(report(), snapshots=PARTIAL), Trouble.LISTING_INCOMPLETE),
        (replace(report([APPLIED, HELD]), snapshots=PARTIAL), Trouble.LISTING_INCOMPLETE),
        (broken(Trouble.KEY_REFUSED), Trouble.KEY_REFUSED),
        (broken(None), None),
        (report([HELD, SKIPPED]), None),
        (replace(report([SKIPPED]), snapshots=PARTIAL), None),
    ],
)
def test_a_run_is_good_or_has_one_trouble(made: Report, trouble: Trouble | None) -> None:
    assert trouble_of(made) is trouble


def test_a_deadline_is_a_trouble_though_rows_were_only_left_out() -> None:
    made = report([APPLIED, SKIPPED])
    late = replace(made, run=replace(made.run, trouble=Trouble.DEADLINE, error="Too long."))

    assert trouble_of(late) is Trouble.DEADLINE
    assert after(FRESH, late, QUARTER).reason == "Too long."


def test_a_row_left_out_behind_a_stale_one_makes_no_stopped_run_of_it() -> None:
    stale = row(6, outcome=Outcome.STALE)
    behind = replace(row(6, outcome=Outcome.SKIPPED), key="behind")

    assert after(FRESH, report([stale, behind]), QUARTER).last_good is not None


@pytest.mark.parametrize(
    "made, reason",
    [
        (broken(Trouble.KEY_REFUSED), "Why it ended."),
        (
            replace(report(), snapshots=PARTIAL),
            "Whop's listing is incomplete (2 of 3 came).",
        ),
        (
            replace(report(), snapshots={side: SnapshotNote() for side in Side}),
            "Whop's listing is incomplete. Affihub's listing is incomplete.",
        ),
        (
            report([HELD]),
            "1 row is held by deactivate and nothing else could be done; a person has to decide.",
        ),
        (
            report([row(2, Disposition.HELD)]),
            "1 row is held and nothing else could be done; a person has to decide.",
        ),
        (
            report([HELD, row(7, Disposition.HELD, guard="commission")]),
            (
                "2 rows are held by commission, deactivate and nothing else could be done; "
                "a person has to decide."
            ),
        ),
    ],
)
def test_the_reason_is_a_sentence(made: Report, reason: str) -> None:
    assert after(FRESH, made, QUARTER).reason == reason


def pauses(troubles: Iterable[Trouble], interval: timedelta = QUARTER) -> list[timedelta | None]:
    """How long the pair rests after each of these failures in a row."""
    standing, rests = FRESH, []
    for trouble in troubles:
        made = _of(trouble)
        standing = after(standing, made, interval)
        rests.append(standing.not_before - ended(made) if standing.not_before else None)
    return rests


def _of(trouble: Trouble) -> Report:
    match trouble:
        case Trouble.GUARD_HELD:
            return report([HELD])
        case Trouble.LISTING_INCOMPLETE:
            return replace(report(), snapshots=PARTIAL)
        case _:
            return broken(trouble)


def minutes(*counts: int | None) -> list[timedelta | None]:
    return [None if count is None else timedelta(minutes=count) for count in counts]


@pytest.mark.parametrize(
    "trouble, rests",
    [
        (Trouble.UNREACHABLE, minutes(None, None, 30, 60, 120, 240, 360, 360)),
        (Trouble.LISTING_INCOMPLETE, minutes(None, None, 30, 60, 120, 240, 360, 360)),
        (Trouble.DEADLINE, minutes(None, None, 30, 60, 120, 240, 360, 360)),
        (Trouble.KEY_REFUSED, minutes(30, 60, 120, 240, 360, 360)),
        (Trouble.PERMISSION_MISSING, minutes(30, 60, 120, 240, 360, 360)),
        (Trouble.CONFIGURATION, minutes(30, 60, 120, 240, 360, 360)),
        (Trouble.GUARD_HELD, minutes(None, None, 30, 60, 60, 60)),
    ],
)
def test_a_pair_that_keeps_failing_rests_twice_as_long_each_time(
    trouble: Trouble, rests: list[timedelta | None]
) -> None:
    assert pauses([trouble] * len(rests)) == rests


def test_only_a_good_run_ends_a_quarantine() -> None:
    """A network that fails for once behind a refused key is no reason to ask every 15 minutes."""
    assert pauses([Trouble.KEY_REFUSED, Trouble.UNREACHABLE]) == minutes(30, 30)


def test_a_failure_is_told_since_the_first_of_its_kind_of_run() -> None:
    first, second = broken(Trouble.UNREACHABLE), broken(Trouble.STATE, AT + QUARTER)

    standing = after(after(FRESH, first, QUARTER), second, QUARTER)

    assert (standing.since, standing.failures) == (ended(first), 2)
    assert (standing.trouble, standing.last_started) == (Trouble.STATE, AT + QUARTER)


def test_a_run_that_never_said_when_it_ended_ended_when_it_began() -> None:
    made = report()

    standing = after(FRESH, replace(made, run=replace(made.run, finished_at=None)), QUARTER)

    assert standing.last_good == AT


@pytest.mark.parametrize("age, fresh", [(0, True), (60, True), (61, False)])
def test_a_pair_is_fresh_until_its_last_good_run_is_too_old(age: int, fresh: bool) -> None:
    standing = replace(FRESH, last_good=AT)

    assert standing.fresh(timedelta(minutes=60), AT + timedelta(minutes=age)) is fresh


def test_a_pair_that_never_had_a_good_run_is_not_fresh() -> None:
    assert not FRESH.fresh(timedelta(days=1000), AT)


# Laws

TROUBLES: Final = st.sampled_from(Trouble)
INTERVALS: Final = st.timedeltas(timedelta(seconds=1), timedelta(days=400))
RUNS: Final = st.lists(st.sampled_from([report(), broken(None), *map(_of, Trouble)]), max_size=40)


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    """Any standing a pair can come to."""
    standing = replace(FRESH, next_run=draw(st.sampled_from([None, AT])))
    interval = draw(INTERVALS)
    for made in draw(RUNS):
        standing = after(standing, made, interval)
    return standing


@given(standings(), INTERVALS)
def test_a_good_run_clears_everything_but_what_the_daemon_says(
    standing: Standing, interval: timedelta
) -> None:
    good = report([APPLIED])

    assert after(standing, good, interval) == Standing(
        "main", last_started=AT, last_good=ended(good), next_run=standing.next_run
    )


@given(
    standings(),
    INTERVALS,
    st.sampled_from([broken(None), report([APPLIED, SKIPPED]), report([HELD, SKIPPED])]),
)
def test_a_stopped_run_changes_nothing_but_when_one_was_started(
    standing: Standing, interval: timedelta, stopped: Report
) -> None:
    assert after(standing, stopped, interval) == replace(standing, last_started=AT)


@given(standings(), INTERVALS, TROUBLES)
def test_a_failure_leaves_the_last_good_run_and_counts_one_more(
    standing: Standing, interval: timedelta, trouble: Trouble
) -> None:
    failed = after(standing, _of(trouble), interval)

    assert (failed.last_good, failed.next_run) == (standing.last_good, standing.next_run)
    assert (failed.failures, failed.trouble) == (standing.failures + 1, trouble)
    assert failed.reason
    assert failed.since == (standing.since or ended(_of(trouble)))


@given(standings(), INTERVALS, TROUBLES)
def test_no_pause_is_longer_than_the_longest_of_its_trouble(
    standing: Standing, interval: timedelta, trouble: Trouble
) -> None:
    made = _of(trouble)
    failed = after(standing, made, interval)

    if failed.not_before is not None:
        longest = timedelta(hours=1) if trouble is Trouble.GUARD_HELD else SIX_HOURS
        assert timedelta() < failed.not_before - ended(made) <= longest


@given(TROUBLES, INTERVALS, st.integers(1, 60))
def test_pauses_never_shrink_while_the_same_goes_on(
    trouble: Trouble, interval: timedelta, count: int
) -> None:
    rests = [rest or timedelta() for rest in pauses([trouble] * count, interval)]

    assert rests == sorted(rests)


@given(st.lists(TROUBLES, min_size=1, max_size=40), INTERVALS)
def test_a_quarantine_lasts_as_long_as_runs_fail(
    troubles: list[Trouble], interval: timedelta
) -> None:
    rests = [rest is not None for rest in pauses(troubles, interval)]

    assert rests == sorted(rests)
    assert rests[-1] or len(troubles) < USUALLY


def test_what_slows_down_at_once_is_what_no_next_run_can_mend() -> None:
    assert set(TOLERATED) == {
        Trouble.KEY_REFUSED,
        Trouble.PERMISSION_MISSING,
        Trouble.CONFIGURATION,
    }
    assert (SLOWEST, dict(SLOWEST_BY)) == (SIX_HOURS, {Trouble.GUARD_HELD: timedelta(hours=1)})


def test_what_a_person_said_no_to_slows_no_pair_down() -> None:
    rejected = replace(HELD, quiet=True)

    assert trouble_of(report([rejected])) is None
    assert after(FRESH, report([rejected]), QUARTER).last_good is not None
    assert after(FRESH, report([HELD, rejected]), QUARTER).reason.startswith("1 row is held")
