"""``affisync notify --test``: whether what the daemon will tell arrives where it should."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.playing import Shell
from tests.daemon.inboxes import Inbox, beside, hook_url, mail_url

PAIR = """
[pairs.{0}.whop]
company_id = "biz_1"
[pairs.{0}.affihub]
"""


@pytest.fixture
def inboxes() -> Iterator[tuple[Inbox, Inbox]]:
    with beside() as both:
        yield both


def write(shell: Shell, *urls: str, pair: str = "main") -> None:
    """Another pair that tells there; no key is anywhere, for none is needed."""
    file = shell.folder / f"{pair}.urls"
    file.write_text("\n".join(urls))
    file.chmod(0o600)
    known = shell.config.read_text() if shell.config.exists() else ""
    notify = f'[pairs.{pair}.notify]\nurls_file = "{file.name}"\n'
    shell.config.write_text(f"{known}{PAIR.format(pair)}{notify}")


def test_a_message_goes_to_every_address_and_no_address_is_shown(
    shell: Shell, inboxes: tuple[Inbox, Inbox]
) -> None:
    mail, hook = inboxes
    write(shell, mail_url(mail), hook_url(hook))

    ran = shell("notify", "--test")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "main, mailto at 127.0.0.1: arrived",
        "main, json at 127.0.0.1: arrived",
    ]
    for inbox in inboxes:
        [text] = inbox.texts
        assert text.startswith("affisync: main: a test\n")
        assert "somebody tried it out" in text


def test_what_does_not_arrive_is_told_with_the_reason(
    shell: Shell, inboxes: tuple[Inbox, Inbox]
) -> None:
    mail, hook = inboxes
    hook.open = False
    write(shell, mail_url(mail), hook_url(hook), "slack://canary")

    ran = shell("notify", "--test", "--format", "json")

    assert ran.code == 1
    assert ran.document["schema"] == "affisync.notify/1"
    first, second, third = ran.document["sent"]
    assert first == {"pair": "main", "to": "mailto at 127.0.0.1", "arrived": True, "why": ""}
    assert (second["to"], second["arrived"]) == ("json at 127.0.0.1", False)
    assert "500" in second["why"]
    assert (third["to"], third["arrived"]) == ("slack", False)
    assert "Apprise does not understand" in third["why"]
    assert "canary" not in ran.out + ran.err
    assert shell("notify", "--test").code == 1


def test_one_pair_alone_can_be_tried(shell: Shell, inboxes: tuple[Inbox, Inbox]) -> None:
    mail, hook = inboxes
    write(shell, mail_url(mail))
    write(shell, hook_url(hook), pair="other")

    ran = shell("notify", "--test", "--pair", "other")

    assert ran.out == "other, json at 127.0.0.1: arrived\n"
    assert mail.texts == []


def test_an_address_missing_in_another_pair_does_not_matter(
    shell: Shell, inboxes: tuple[Inbox, Inbox]
) -> None:
    _, hook = inboxes
    write(shell, hook_url(hook))
    write(shell, "json://h", pair="other")
    (shell.folder / "other.urls").unlink()

    assert shell("notify", "--test", "--pair", "main").code == 0
    ran = shell("notify", "--test")
    assert ran.code == 2
    assert "pairs.other.notify.urls_file: there is no such file" in ran.err
    assert ran.out == ""


def test_where_nobody_is_to_be_told_the_way_to_it_is(shell: Shell) -> None:
    shell.config.write_text(PAIR.format("main"))

    ran = shell("notify", "--test")

    assert (ran.code, ran.out) == (2, "")
    assert "pairs.main.notify.urls_file" in ran.err


@pytest.mark.parametrize(
    "arguments, said",
    [((), "--test"), (("--test", "--pair", "none"), "there are: main")],
    ids=["nothing", "unknown pair"],
)
def test_what_cannot_be_meant_is_told(shell: Shell, arguments: tuple[str, ...], said: str) -> None:
    write(shell, "json://127.0.0.1:9")

    ran = shell("notify", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_state_is_neither_needed_nor_made(shell: Shell, inboxes: tuple[Inbox, Inbox]) -> None:
    write(shell, hook_url(inboxes[1]))
    shell("notify", "--test")
    made = {path.name for path in Path(shell.folder).iterdir()}
    assert made == {"affisync.toml", "main.urls"}
