"""The lease: one run of a pair at a time, and nobody dead or stalled blocks another for long."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from sync.core import ports
from sync.core.ports import DAEMON_LEASE, Fence, Settlement
from sync.errors import LeaseLost, PairBusy
from sync.state.holder import Program, this_program
from sync.state.leases import LASTS, HeldLease
from sync.state.store import Store, open_store
from tests.state.people import NOON, StandingClock, a_head, a_link, applied

ROOT = Path(__file__).parents[2]
HERE = this_program()
ELSEWHERE = replace(HERE, host="elsewhere", pid=4711)


@pytest.fixture
def holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another program that has just taken the pair, by the real clock."""
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.state.other", "hold", str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert _next(program) == "holds 1"
    yield program
    program.kill()
    program.communicate()


def _next(program: subprocess.Popen[str]) -> str:
    assert program.stdout
    return program.stdout.readline().strip()


def _ask(program: subprocess.Popen[str]) -> str:
    assert program.stdin
    program.stdin.write("write\n")
    program.stdin.flush()
    return _next(program)


def test_the_store_is_what_the_runs_ask_for(store: Store) -> None:
    port: ports.Store = store
    lease: ports.Lease = port.lease("main")

    assert not lease.lost


def test_a_held_pair_is_busy_and_told_by_whom_since_and_until_when(store: Store) -> None:
    held = store.lease("main")

    with pytest.raises(PairBusy) as busy:
        store.lease("main")

    said = str(busy.value)
    assert f"program {os.getpid()} on {socket.gethostname()}" in said
    assert "pair main" in said
    assert "since 2026-11-20 12:00:00 UTC, until 12:00:45 UTC" in said
    assert said.endswith("try again.")
    assert not held.lost


def test_a_second_daemon_is_told_who_works_on_the_state(store: Store) -> None:
    store.lease(DAEMON_LEASE)

    with pytest.raises(PairBusy) as busy:
        store.lease(DAEMON_LEASE)

    said = str(busy.value)
    assert said.startswith(f"Another daemon works on this state: program {os.getpid()} on ")
    assert DAEMON_LEASE not in said
    assert "pair" not in said


def test_who_holds_a_pair_is_known_until_it_is_free(store: Store) -> None:
    assert store.holder("main") is None
    lease = store.lease("main")
    who = f"program {os.getpid()} on {HERE.host}"

    assert store.holder("main") == ports.Holder(who, NOON, NOON + LASTS)
    assert store.holder("other") is None

    lease.release()
    assert store.holder("main") is None


def test_a_lease_that_ran_out_is_held_by_nobody(path: Path, clock: StandingClock) -> None:
    with (
        open_store(path, clock=clock, program=ELSEWHERE) as theirs,
        open_store(path, clock=clock) as ours,
    ):
        theirs.lease("main")
        clock.now += LASTS - timedelta(seconds=1)
        assert ours.holder("main") is not None
        clock.advance(1)

        assert ours.holder("main") is None


def test_a_killed_holder_holds_nothing(path: Path, holder: subprocess.Popen[str]) -> None:
    with open_store(path, clock=lambda: datetime.now(UTC)) as store:
        held = store.holder("main")
        assert held is not None
        assert held.program == f"program {holder.pid} on {HERE.host}"
        holder.kill()
        os.waitid(os.P_PID, holder.pid, os.WEXITED | os.WNOWAIT)

        assert store.holder("main") is None


def test_one_program_holds_two_pairs(store: Store) -> None:
    main, other = store.lease("main").fence, store.lease("other").fence

    store.save_links(main, [a_link()])
    store.save_links(other, [a_link()])

    assert main.holder != other.holder


def test_a_pair_given_back_is_free_and_its_next_token_is_higher(store: Store) -> None:
    first = store.lease("main")
    first.release()

    second = store.lease("main")
    first.release()

    assert second.fence.token == first.fence.token + 1
    assert not second.lost
    with pytest.raises(PairBusy):
        store.lease("main")


def test_a_lease_given_back_writes_no_more(store: Store) -> None:
    lease = store.lease("main")
    lease.release()

    with pytest.raises(LeaseLost):
        store.save_links(lease.fence, [a_link()])


def test_closing_the_store_gives_back_what_it_holds(path: Path, clock: StandingClock) -> None:
    with open_store(path, clock=clock) as store:
        store.lease("main")

    with open_store(path, clock=clock, program=ELSEWHERE) as store:
        store.lease("main")


def test_waiting_for_a_pair_ends_when_it_is_given_back(path: Path, clock: StandingClock) -> None:
    def sleep(seconds: float) -> None:
        clock.advance(seconds)
        if clock.now - NOON >= timedelta(seconds=3):
            held.release()

    with open_store(path, clock=clock, sleep=sleep) as store:
        held = store.lease("main")

        assert store.lease("main", wait=30).fence.token == 2

    assert clock.now - NOON == timedelta(seconds=3)


def test_waiting_for_a_pair_ends_when_time_is_up(store: Store, clock: StandingClock) -> None:
    store.lease("main")

    with pytest.raises(PairBusy):
        store.lease("main", wait=30)

    assert clock.now - NOON == timedelta(seconds=30)


def test_a_holder_we_cannot_look_at_keeps_the_pair_until_its_lease_runs_out(
    path: Path, clock: StandingClock
) -> None:
    with (
        open_store(path, clock=clock, program=ELSEWHERE) as theirs,
        open_store(path, clock=clock) as ours,
    ):
        theirs.lease("main")
        clock.now += LASTS - timedelta(seconds=1)
        with pytest.raises(PairBusy, match="program 4711 on elsewhere"):
            ours.lease("main")
        clock.advance(1)

        assert ours.lease("main").fence.token == 2


def test_a_dead_holder_with_a_number_that_is_used_again_is_taken_over(
    path: Path, clock: StandingClock
) -> None:
    before = replace(HERE, started="1")
    with (
        open_store(path, clock=clock, program=before) as theirs,
        open_store(path, clock=clock) as ours,
    ):
        theirs.lease("main")

        assert ours.lease("main").fence.token == 2


def test_a_killed_holder_is_taken_over_at_once(path: Path, holder: subprocess.Popen[str]) -> None:
    with open_store(path, clock=lambda: datetime.now(UTC)) as store:
        with pytest.raises(PairBusy, match=f"program {holder.pid}"):
            store.lease("main")
        holder.kill()
        # Not waited for: a zombie is dead, too. Its number goes only when somebody asks.
        os.waitid(os.P_PID, holder.pid, os.WEXITED | os.WNOWAIT)

        assert store.lease("main").fence.token == 2


def test_a_stalled_holder_is_taken_over_when_its_lease_runs_out_and_writes_no_more(
    path: Path, holder: subprocess.Popen[str]
) -> None:
    assert _ask(holder) == "saved"
    holder.send_signal(signal.SIGSTOP)
    later = datetime.now(UTC) + LASTS

    with open_store(path, clock=lambda: later) as store:
        lease = store.lease("main")
        store.save_links(lease.fence, [a_link(2)])
        holder.send_signal(signal.SIGCONT)

        assert _ask(holder) == "LeaseLost"
        assert len(store.known("main", NOON).links) == 2


def test_every_write_under_a_lost_lease_is_refused(store: Store, clock: StandingClock) -> None:
    fence = store.lease("main").fence
    store.begin_run(a_head())
    clock.now += LASTS
    store.lease("main")

    writes = (
        lambda: store.remember_company(fence, "biz_1"),
        lambda: store.save_links(fence, [a_link()]),
        lambda: store.unlink(fence, a_link(), apart=True),
        lambda: store.keep_apart(fence, "user_1", "par_1"),
        lambda: store.bring_together(fence, "user_1", "par_1"),
        lambda: store.intend(fence, "run-1", applied(), NOON),
        lambda: store.settle(fence, None, "run-1", Settlement(applied(), link=a_link())),
        lambda: store.end_stranded_runs(fence, NOON),
        lambda: store.remember_held(fence, {"a": "missing"}, NOON),
        lambda: store.remember_open(fence, [applied()], NOON, all_seen=True),
        lambda: store.lift_first_run(fence, "ann", NOON),
    )
    for write in writes:
        with pytest.raises(LeaseLost, match="Another run took pair main over"):
            write()

    assert store.known("main", NOON) == ports.Known()
    assert store.open_rows("main") == ()


@pytest.mark.parametrize(
    "forged", [{"holder": "somebody"}, {"token": 2}, {"token": 0}, {"pair": "other"}]
)
def test_a_fence_must_be_right_in_every_part(
    store: Store, fence: Fence, forged: dict[str, str | int]
) -> None:
    store.save_links(fence, [])

    with pytest.raises(LeaseLost):
        store.save_links(replace(fence, **forged), [])  # type: ignore[arg-type]


def test_renewing_moves_the_expiry(store: Store, clock: StandingClock) -> None:
    lease = store.lease("main")
    clock.advance(44)
    lease.renew()
    clock.advance(44)

    assert not lease.lost
    with pytest.raises(PairBusy):
        store.lease("main")


def test_a_lease_that_could_not_be_renewed_is_lost_when_it_runs_out(
    store: Store, clock: StandingClock
) -> None:
    lease = store.lease("main")

    clock.advance(44)
    assert not lease.lost
    clock.advance(1)

    assert lease.lost


def test_a_late_renewal_counts_if_nobody_took_over(store: Store, clock: StandingClock) -> None:
    lease = store.lease("main")
    clock.advance(3600)

    lease.renew()

    assert not lease.lost
    store.save_links(lease.fence, [a_link()])


def test_a_renewal_finds_out_that_the_pair_was_taken_over(
    store: Store, clock: StandingClock
) -> None:
    first = store.lease("main")
    clock.now += LASTS
    second = store.lease("main")

    first.renew()
    first.release()

    assert first.lost
    assert not second.lost
    store.save_links(second.fence, [a_link()])


def test_a_state_that_fails_does_not_end_the_renewing(store: Store, path: Path) -> None:
    lease = store.lease("main")
    store._database.close()
    hidden = path.rename(path.with_suffix(".hidden"))

    lease.renew()
    hidden.rename(path)

    assert not lease.lost
    lease.renew()
    assert not lease.lost


def test_a_lease_renews_itself_until_it_is_released(path: Path) -> None:
    renewed = Event()
    calls: list[None] = []

    def clock() -> datetime:
        calls.append(None)
        if len(calls) > 3:
            renewed.set()
        return NOON + timedelta(seconds=len(calls))

    with open_store(path, clock=lambda: NOON) as store:
        fence = store.lease("main").fence
        lease = HeldLease(store._database, clock, fence, NOON + LASTS, beat=0.001)

        assert renewed.wait(10)
        lease.release()
        seen = len(calls)

    assert not lease._thread.is_alive()
    assert len(calls) == seen


def test_a_program_is_gone_when_nothing_runs_under_its_number_and_start() -> None:
    assert not HERE.is_gone(HERE)
    assert replace(HERE, started="1").is_gone(HERE)
    assert replace(HERE, pid=2**30).is_gone(HERE)
    assert not replace(HERE, pid=2**30, host="elsewhere").is_gone(HERE)
    assert not replace(HERE, pid=2**30, place="another boot").is_gone(HERE)


def test_a_program_that_runs_out_of_our_sight_is_not_taken_for_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A machine may hide other users' programs: /proc says there are none."""
    hidden = f"/proc/{HERE.pid}/stat"
    read = Path.read_text

    def read_text(path: Path, *args: str, **more: str) -> str:
        if str(path) == hidden:
            raise FileNotFoundError(hidden)
        return read(path, *args, **more)

    monkeypatch.setattr(Path, "read_text", read_text)
    assert not HERE.is_gone(HERE)
    assert replace(HERE, pid=2**30).is_gone(HERE)


def test_a_program_is_known_again_by_its_text() -> None:
    assert Program.parse(str(HERE)) == HERE
    assert Program.parse(f"{HERE}:nonce") == HERE
