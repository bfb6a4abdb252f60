"""What --debug shows is what the daemon logs, for people."""

import logging

import pytest

from sync.cli.logs import show_logs
from tests.logs.conftest import KEY

LOG = logging.getLogger("affisync.transport")


def test_each_line_is_readable_names_its_pair_and_hides_the_keys(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_logs("main", lambda: (KEY,))

    LOG.debug("answered", extra={"operation": "list_partners", "status": 200, "told": KEY})

    out, err = capsys.readouterr()
    assert out == ""
    assert err.split("[debug    ] ")[1].split() == [
        *("answered", "logger=affisync.transport", "pair=main", "operation=list_partners"),
        *("status=200", 'told="[redacted]"'),
    ]


def test_each_pair_of_a_command_has_its_own_lines_once(capsys: pytest.CaptureFixture[str]) -> None:
    for pair in ("east", "west"):
        show_logs(pair)
        LOG.debug("answered")

    lines = capsys.readouterr().err.splitlines()
    assert [line.rpartition("pair=")[2] for line in lines] == ["east", "west"]
