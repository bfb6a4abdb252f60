"""The voice: what is new arrives, once, at real servers, whatever fails on the way."""

import asyncio
import io
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sync.core.ports import Told
from sync.core.standing import Standing
from sync.daemon.voice.sending import Delivery, send, shown
from sync.daemon.watcher import Skip
from sync.errors import AffisyncError, ConfigError, StateError
from sync.render.news import Message
from tests.daemon.inboxes import Inbox, hook_url, mail_server, mail_url, webhook
from tests.daemon.stepping import at
from tests.daemon.telling import MINUTE, NOON, Speaking, Stage, failing, good, leave, needy, report
from tests.render.reports import PEOPLE

QUARTER = 15 * 60


@pytest.fixture
async def hook() -> AsyncIterator[Inbox]:
    async with webhook() as inbox:
        yield inbox


@pytest.fixture
async def mail() -> AsyncIterator[Inbox]:
    async with mail_server() as inbox:
        yield inbox


@pytest.fixture
def stage(tmp_path: Path, hook: Inbox) -> Stage:
    """A pair whose people read at the webhook."""
    stage = Stage(tmp_path, [hook_url(hook)])
    stage.write()
    return stage


# --- arriving ---


async def test_a_mail_server_and_a_webhook_receive_the_same_news(
    tmp_path: Path, mail: Inbox, hook: Inbox
) -> None:
    stage = Stage(tmp_path, [mail_url(mail), hook_url(hook)])
    stage.write()
    async with stage.speaking() as speaking:
        await speaking.rest()
        await speaking.rest()
        await speaking.ran(None, needy("a"), needy("b"))
        await speaking.rest()
        head = speaking.store.log_head()
    for inbox in (mail, hook):
        [text] = inbox.texts
        title, *lines = text.replace("\r", "").strip().split("\n")
        assert title == "affisync: main has 2 new rows that need a person"
        assert lines[0] == "2 rows newly need a person: 2 conflict."
        assert lines[1].startswith("- María Lopez: Deactivate partner on Affihub")
        assert lines[-3:] == [
            "Look and decide: affisync inbox --pair main",
            "",
            f"Log {head}",
        ]


async def test_mail_that_is_shown_as_a_page_shows_the_same(tmp_path: Path, mail: Inbox) -> None:
    delivery = await send(
        mail_url(mail).replace("&format=text", ""), Message("A title", "one <b>\n- two & three")
    )
    assert delivery.arrived
    [text] = mail.texts
    assert text.startswith("A title\n")
    assert "one <b>" in text
    assert "- two & three" in text


async def test_failing_begins_and_ends_with_one_message_each(stage: Stage, hook: Inbox) -> None:
    async with stage.speaking() as speaking:
        await speaking.rest()
        await speaking.ran(replace(failing(NOON), not_before=None, failures=1))
        assert hook.texts == []
        for failures in (3, 4, 5):
            stage.now += 20 * MINUTE
            await speaking.ran(failing(stage.now, failures=failures))
        [begun] = hook.texts
        assert begun.startswith("affisync: main is failing (API unreachable)\n")
        assert "Whop did not answer." in begun
        assert "3 times in a row, since 11:59 UTC" in begun
        stage.now += 20 * MINUTE
        await speaking.ran()
        await speaking.ran()
    assert len(hook.texts) == 2
    assert hook.texts[1].startswith("affisync: main works again\n")
    assert "it failed for 1 h 21 min (API unreachable)" in hook.texts[1]


async def test_the_same_rows_say_nothing_again_and_returned_ones_do(
    stage: Stage, hook: Inbox
) -> None:
    async with stage.speaking() as speaking:
        await speaking.rest()
        await speaking.ran(None, needy("a"))
        for rows in ([needy("a")], [], [needy("a")]):
            stage.now += 20 * MINUTE
            await speaking.ran(None, *rows)
    assert len(hook.texts) == 2


# --- not too often, and together ---


async def test_what_comes_meanwhile_is_told_together_later(stage: Stage, hook: Inbox) -> None:
    async with stage.speaking() as speaking:
        await speaking.rest()
        await speaking.ran(None, needy("a"))
        stage.now += MINUTE
        assert await speaking.ran(None, needy("a"), needy("b")) == 9 * 60
        stage.now += MINUTE
        assert await speaking.ran(failing(stage.now), needy("a"), needy("b"), needy("c")) == 8 * 60
        assert len(hook.texts) == 1
        await speaking.after(8 * MINUTE)
    [_, text] = hook.texts
    assert text.startswith(
        "affisync: main is failing (API unreachable); has 2 new rows that need a person\n"
    )
    assert "2 rows newly need a person, 3 in all" in text


async def test_how_often_is_for_people_to_say(stage: Stage, hook: Inbox) -> None:
    stage.write(settings='at_most_every = "2h"')
    async with stage.speaking() as speaking:
        await speaking.rest()
        await speaking.ran(None, needy("a"))
        assert await speaking.ran(None, needy("b")) == 2 * 60 * 60
    assert len(hook.texts) == 1


async def test_a_clock_set_back_does_not_silence_the_voice(stage: Stage, hook: Inbox) -> None:
    async with stage.speaking() as speaking:
        await speaking.rest()
        await speaking.ran(None, needy("a"))
        stage.now -= timedelta(days=300)
        await speaking.ran(None, needy("b"))
    assert len(hook.texts) == 2


# --- what fails on the way ---


async def test_a_server_that_refuses_is_asked_again_later_and_later(
    stage: Stage, hook: Inbox
) -> None:
    hook.open = False
    async with stage.speaking() as speaking:
        await speaking.rest()
        waits = [await speaking.ran(None, needy("a"))]
        for _ in range(7):
            waits.append(await speaking.after(timedelta(seconds=waits[-1])))
        assert [wait / 60 for wait in waits] == [1, 2, 4, 8, 16, 32, 60, 60]
        assert hook.refused == 8
        assert speaking.told().needs == frozenset()
        assert await speaking.ran(None, needy("a"), needy("b")) == waits[-1]
        assert hook.refused == 8
        hook.open = True
        assert await speaking.after(timedelta(hours=1)) == QUARTER
        assert speaking.told().needs == {"a", "b"}
    [text] = hook.texts
    assert "2 rows newly need a person" in text


async def test_a_mail_server_that_refuses_is_asked_again(tmp_path: Path, mail: Inbox) -> None:
    stage = Stage(tmp_path, [mail_url(mail)])
    stage.write()
    mail.open = False
    async with stage.speaking() as speaking:
        await speaking.rest()
        assert await speaking.ran(None, needy("a")) == 60
        assert (mail.refused, mail.texts) == (1, [])
        mail.open = True
        await speaking.after(MINUTE)
    assert len(mail.texts) == 1


async def test_a_failure_that_ended_before_it_could_be_told_is_not_told(
    stage: Stage, hook: Inbox
) -> None:
    hook.open = False
    async with stage.speaking() as speaking:
        await speaking.rest()
        await speaking.ran(failing(NOON))
        hook.open = True
        stage.now += timedelta(hours=2)
        await speaking.ran()
    assert (hook.refused, hook.texts) == (1, [])


async def test_an_address_that_fails_keeps_no_other_one_waiting(
    tmp_path: Path, hook: Inbox, mail: Inbox
) -> None:
    mail.open = False
    stage = Stage(tmp_path, [mail_url(mail), hook_url(hook)])
    stage.write()
    async with stage.speaking() as speaking:
        await speaking.rest()
        await speaking.rest()
        await speaking.ran(None, needy("a"))
        await speaking.rest()
        assert (len(hook.texts), len(mail.texts)) == (1, 0)
        assert speaking.told("main").needs == frozenset()
        assert speaking.told("main#2").needs == {"a"}
        mail.open = True
        await speaking.after(MINUTE)
        await speaking.rest()
    assert (len(hook.texts), len(mail.texts)) == (1, 1)


async def test_a_pair_that_hangs_keeps_no_other_pair_waiting(stage: Stage) -> None:
    arrived: asyncio.Queue[str] = asyncio.Queue()

    async def send(url: str, message: Message) -> Delivery:
        if "main" in url:
            await asyncio.Event().wait()
        arrived.put_nowait(message.title)
        return Delivery(arrived=True)

    stage.write(urls=["json://main.example"])
    path = stage.path / "affisync.toml"
    path.write_text(f"{path.read_text()}[pairs.other.notify]\nurls = 'json://other.example'\n")
    with stage.store() as store:
        leave(store, good(NOON), [needy("a")], NOON)
        leave(store, replace(good(NOON), pair="other"), [needy("b")], NOON)
    async with stage.speaking(send):
        title = await asyncio.wait_for(arrived.get(), 30)
    assert title == "affisync: other has 1 new row that needs a person"


async def test_a_plugin_with_a_bug_is_tried_again(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    async def send(url: str, message: Message) -> Delivery:
        raise ZeroDivisionError("canary")

    async with stage.speaking(send) as speaking:
        await speaking.rest()
        assert await speaking.ran(None, needy("a")) == 60
        assert await speaking.after(MINUTE) == 120
    assert "ZeroDivisionError in Apprise" in caplog.text
    assert "canary" not in caplog.text


async def test_a_bug_of_our_own_ends_nothing(stage: Stage, hook: Inbox) -> None:
    async with stage.speaking() as speaking:
        await speaking.rest()
        config = speaking.now.config
        speaking.now = replace(speaking.now, store=None)  # type: ignore[arg-type]
        speaking.voice.ended("main", report(NOON), good(NOON))
        assert await speaking.rest() == 60
        speaking.now = replace(speaking.now, store=speaking.store, config=config)
        stage.now += MINUTE
        await speaking.ran(None, needy("a"))
    assert len(hook.texts) == 1


# --- restarts ---


async def test_what_was_not_told_before_a_restart_is_told_after_it(
    stage: Stage, hook: Inbox
) -> None:
    with stage.store() as store:
        leave(store, failing(NOON), [needy("a")], NOON)
    async with stage.speaking() as speaking:
        await speaking.rest()
    assert len(hook.texts) == 1
    assert "is failing" in hook.text
    assert "1 row newly needs a person" in hook.text


async def test_what_was_told_before_a_restart_is_not_told_after_it(
    stage: Stage, hook: Inbox
) -> None:
    async with stage.speaking() as speaking:
        await speaking.rest()
        await speaking.ran(failing(NOON), needy("a"))
    for _ in range(3):
        stage.now += timedelta(hours=5)
        async with stage.speaking() as speaking:
            await speaking.rest()
            await speaking.ran(failing(stage.now, failures=9), needy("a"))
    assert len(hook.texts) == 1


async def test_a_crash_after_arriving_repeats_one_message_and_loses_none(
    stage: Stage, hook: Inbox
) -> None:
    async def send_and_die(url: str, message: Message) -> Delivery:
        await send(url, message)
        raise asyncio.CancelledError

    with stage.store() as store:
        leave(store, good(NOON), [needy("a")], NOON)
    async with stage.speaking(send_and_die):
        while not hook.texts:  # noqa: ASYNC110 - the server is in this loop, nothing to wait for
            await asyncio.sleep(0)
    async with stage.speaking() as speaking:
        await speaking.rest()
        assert speaking.told().needs == {"a"}
        await speaking.after(timedelta(hours=1))
    assert len(hook.texts) == 2
    assert hook.texts[0] == hook.texts[1]


async def test_other_addresses_are_taken_up_with_the_configuration(
    stage: Stage, hook: Inbox, mail: Inbox
) -> None:
    async with stage.speaking() as speaking:
        await speaking.rest()
        await speaking.ran(None, needy("a"))
        stage.write(urls=[hook_url(hook), mail_url(mail)])
        speaking.now = stage.app(speaking.store)
        speaking.voice.reloaded([])
        await speaking.rest()
        await speaking.rest()
        assert (len(hook.texts), len(mail.texts)) == (1, 1)
        stage.write(urls=[])
        speaking.now = stage.app(speaking.store)
        speaking.voice.reloaded([])
        await asyncio.sleep(0)
        assert speaking.voice._readers == {}
    assert (len(hook.texts), len(mail.texts)) == (1, 1)


# --- a broken state ---


def spoil(stage: Stage) -> None:
    """Nothing of ours can be read or written any more."""
    connection = sqlite3.connect(stage.path / "state.db")
    for table in ("told", "standings", "open_rows"):
        connection.execute(f"ALTER TABLE {table} RENAME TO gone_{table}")
    connection.commit()
    connection.close()


def mend(stage: Stage) -> None:
    connection = sqlite3.connect(stage.path / "state.db")
    for table in ("told", "standings", "open_rows"):
        connection.execute(f"ALTER TABLE gone_{table} RENAME TO {table}")
    connection.commit()
    connection.close()


BROKEN = StateError("The state file is damaged; run affisync state check.")


async def broke(speaking: Speaking, error: AffisyncError = BROKEN) -> float:
    speaking.voice.broke("main", error)
    return await speaking.rest()


async def test_a_broken_state_is_told_once_without_it_and_so_is_its_end(
    stage: Stage, hook: Inbox
) -> None:
    async with stage.speaking() as speaking:
        await speaking.rest()
        await speaking.ran(None, needy("a"))
        spoil(stage)
        for _ in range(4):
            stage.now += 20 * MINUTE
            await broke(speaking)
        assert len(hook.texts) == 2
        assert "main is failing (state file unusable)" in hook.texts[1]
        assert "damaged" in hook.texts[1]
        mend(stage)
        stage.now += 20 * MINUTE
        await speaking.ran(None, needy("a"))
        assert len(hook.texts) == 3
        assert hook.texts[2].startswith("affisync: main works again\n")
        assert speaking.told() == Told(frozenset("a"), at=stage.now)


async def test_a_state_that_is_broken_from_the_start_does_not_silence_the_voice(
    stage: Stage, hook: Inbox
) -> None:
    with stage.store() as store:
        leave(store, good(NOON), [needy("a")], NOON)
        store.keep_told("main", Told(frozenset("a")))
    async with stage.speaking() as speaking:
        spoil(stage)  # before the voice said or asked anything
        await speaking.rest()
        for _ in range(3):
            await broke(speaking)
        assert len(hook.texts) == 1
        mend(stage)
        stage.now += 20 * MINUTE
        await speaking.ran(None, needy("a"))
    assert len(hook.texts) == 2
    assert hook.texts[1].startswith("affisync: main works again\n")
    assert "need" not in hook.texts[1]


async def test_a_configuration_that_cannot_be_used_is_told_at_once(
    stage: Stage, hook: Inbox
) -> None:
    async with stage.speaking() as speaking:
        await speaking.rest()
        await broke(speaking, ConfigError(["pairs.main.whop.company_id: another company"]))
    assert "main is failing (configuration wrong)" in hook.text
    assert "another company" in hook.text


# --- digests ---


async def test_a_digest_comes_once_a_day_whatever_the_night_and_whoever_restarts(
    stage: Stage, hook: Inbox
) -> None:
    stage.write(settings='digest = "daily"\ndigest_at = "02:30"')
    path = stage.path / "affisync.toml"
    zone = 'timezone = "Europe/Berlin"'
    path.write_text(path.read_text().replace("[pairs.main]\n", f"[pairs.main]\n{zone}\n"))
    stage.now = at("2026-10-23T12:00:00")
    days: dict[datetime, int] = {}
    while stage.now < at("2026-10-28T12:00:00"):  # the clocks go back on the 25th, at 01:00 UTC
        async with stage.speaking() as speaking:
            await speaking.rest()
            for _ in range(4):
                before = len(hook.texts)
                await speaking.after(15 * MINUTE)
                if len(hook.texts) > before:
                    days[stage.now] = len(hook.texts) - before
    assert days == {
        at("2026-10-24T00:30:00"): 1,
        at("2026-10-25T00:30:00"): 1,
        at("2026-10-26T01:30:00"): 1,
        at("2026-10-27T01:30:00"): 1,
        at("2026-10-28T01:30:00"): 1,
    }
    assert "affisync: main in a digest" in hook.texts[0]
    assert "Nothing needs a person." in hook.texts[0]


async def test_a_weekly_digest_comes_on_monday_and_late_rather_than_never(
    stage: Stage, hook: Inbox
) -> None:
    stage.write(settings='digest = "weekly"')
    stage.now = at("2026-11-20T12:00:00")  # a Friday
    async with stage.speaking() as speaking:
        assert await speaking.rest() == QUARTER
    stage.now = at("2026-11-23T07:55:00")
    async with stage.speaking() as speaking:
        assert await speaking.rest() == 5 * 60
        assert hook.texts == []
    stage.now = at("2026-11-26T20:00:00")
    async with stage.speaking() as speaking:
        await speaking.rest()
        assert len(hook.texts) == 1
        await speaking.after(timedelta(hours=1))
    assert len(hook.texts) == 1
    assert "main since 2026-11-20 12:00 UTC: 0 runs." in hook.texts[0]


# --- secrets ---

CANARIES = ("pa55w0rd-canary", "t0ken-canary-12345", "whop-key-of-the-tests", "apik_canary_987654")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Every line of every logger, as nobody filtered it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


async def test_no_secret_reaches_a_message_or_a_log(
    tmp_path: Path, mail: Inbox, hook: Inbox, log: io.StringIO
) -> None:
    stage = Stage(tmp_path, [mail_url(mail), hook_url(hook)])
    stage.write()
    leak = f"It said {' '.join(CANARIES)} and {hook_url(hook)} and payout_email=canary@example.com"
    person = replace(PEOPLE[0], name=f"Ann {CANARIES[2]}")
    rows = [needy(key, person=person, reason=leak, error=leak) for key in "abc"]
    mail.open = hook.open = False
    async with stage.speaking() as speaking:
        await speaking.rest()
        await speaking.rest()
        await speaking.ran(failing(NOON, reason=leak), *rows)
        await speaking.rest()
        mail.open = hook.open = True
        await speaking.after(MINUTE)
        await speaking.rest()
    assert (mail.refused, hook.refused) == (1, 1)
    assert len(mail.texts) == len(hook.texts) == 1
    told = log.getvalue()
    assert "did not arrive" in told
    assert "Told json at 127.0.0.1" in told
    for text in (mail.text, hook.text, told):
        for canary in (*CANARIES, "canary@example.com", hook_url(hook), mail_url(mail)):
            assert canary not in text


async def test_apprises_own_words_reach_no_log(hook: Inbox, log: io.StringIO) -> None:
    hook.open = False
    delivery = await send(hook_url(hook), Message("A title", "text"))
    assert not delivery.arrived
    assert "500" in delivery.why
    await send("json://127.0.0.1:1/hook/t0ken-canary-12345", Message("A title", "text"))
    await send("slack://canary", Message("A title", "text"))
    assert "canary" not in log.getvalue()
    assert "apprise" not in log.getvalue().lower().replace("apprise does not", "")


async def test_an_address_that_leads_nowhere_is_known_before_there_is_news(
    stage: Stage, hook: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    stage.write(urls=[hook_url(hook), "slack://canary"])
    async with stage.speaking() as speaking:
        await speaking.rest()
        await speaking.rest()
    told = "pairs.main.notify: URL 2 (slack) is of no use: Apprise does not understand"
    [warning] = [line for line in caplog.records if line.name == "affisync.daemon"]
    assert warning.getMessage().startswith(told)
    assert "canary" not in warning.getMessage()


@pytest.mark.parametrize(
    "url, name",
    [
        ("mailto://me:secret@mail.example:25?to=x", "mailto at mail.example"),
        ("JSONS://hook.example/secret", "jsons at hook.example"),
        ("slack://TokenA/TokenB/TokenC", "slack"),
        ("tgram://123456:token/chat", "tgram"),
        ("json://[bad/secret", "json"),
    ],
)
def test_an_address_is_named_without_what_is_secret(url: str, name: str) -> None:
    assert shown(url) == name


async def test_pairs_nobody_reads_of_do_no_harm(stage: Stage, hook: Inbox) -> None:
    async with stage.speaking() as speaking:
        await speaking.rest()
        speaking.voice.began("other")
        speaking.voice.skipped("other", Skip.BUSY)
        speaking.voice.broke("other", BROKEN)
        speaking.voice.ended("other", report(NOON), Standing("other"))
        await speaking.ran(None, needy("a"))
    assert len(hook.texts) == 1
