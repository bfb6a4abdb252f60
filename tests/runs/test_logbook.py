"""The log lines of a run: who, how many, how long; ids only, and none where nobody asked."""

import json
import logging
import subprocess
import sys
from typing import Any

import pytest
from structlog.contextvars import get_contextvars

from connectors.sandbox.exchange import Answer
from connectors.sandbox.script import Step
from sync.core.plan import Kind
from sync.core.report import Mode
from sync.errors import PairBusy
from sync.runs.pair import Order
from sync.runs.run import run_once
from tests.runs.shop import Shop, row_of, rows_of


class Lines(logging.Handler):
    """Log lines with what was bound around each of them."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[tuple[logging.LogRecord, dict[str, Any]]] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self.kept.append((record, get_contextvars()))

    def told(self, message: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """The fields of lines of this text, and what was bound around each."""
        return [(vars(line), dict(bound)) for line, bound in self.kept if line.msg == message]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Lines:
    """Everything the program says from INFO on."""
    kept, logger = Lines(), logging.getLogger("affisync")
    monkeypatch.setattr(logger, "handlers", [kept])
    monkeypatch.setattr(logger, "level", logging.NOTSET)
    logger.setLevel(logging.INFO)
    return kept


async def test_a_run_says_when_it_begins_and_how_it_ended(shop: Shop, lines: Lines) -> None:
    shop.crowd(2)

    report = await shop.sync()

    about = {"pair": "main", "run": report.run.id}
    ((began, bound),) = lines.told("Run began.")
    assert (began["levelname"], began["mode"], bound) == ("INFO", "apply", about)
    ((ended, bound),) = lines.told("Run ended.")
    assert (ended["levelname"], ended["status"], bound) == ("INFO", "applied", about)
    assert ended["counts"] == {"linked": 2, "in_sync": 2, "apply": 2, "applied": 2}
    assert ended["seconds"] == 0
    assert get_contextvars() == {}


async def test_each_row_says_what_came_of_it(roomy: Shop, lines: Lines) -> None:
    affiliate, partner = roomy.both()
    await roomy.settled()
    lines.kept.clear()
    roomy.world.whop.edit(affiliate.id, status="archived")

    report = await roomy.sync()

    row = row_of(report, affiliate)
    ((said, bound),) = lines.told("Row ended.")
    assert bound == {"pair": "main", "run": report.run.id, "row": row.key}
    assert (said["levelname"], said["kind"], said["side"], said["outcome"]) == (
        "INFO",
        "deactivate-partner",
        "affihub",
        "applied",
    )
    assert (said["whop_id"], said["affihub_id"]) == (affiliate.id, partner.id)


async def test_rows_side_by_side_each_have_their_own_id(roomy: Shop, lines: Lines) -> None:
    for _ in range(20):
        roomy.lone_affiliate()

    report = await roomy.sync()

    said = {bound["row"]: line["whop_id"] for line, bound in lines.told("Row ended.")}
    assert said == {row.key: row.whop_id for row in rows_of(report, Kind.CREATE_PARTNER)}


async def test_what_failed_is_a_warning(roomy: Shop, lines: Lines) -> None:
    roomy.lone_affiliate()
    roomy.faults.set_script([Step(fault=Answer(401, b"{}"), operation="create_partner")])

    report = await roomy.sync()

    ((row, _),) = lines.told("Row ended.")
    ((run, _),) = lines.told("Run ended.")
    assert row["levelname"] == run["levelname"] == "WARNING"
    assert (run["trouble"], run["error"]) == ("key-refused", report.run.error)


async def test_no_line_names_a_person(roomy: Shop, lines: Lines) -> None:
    """Not even where a server repeats an address in its answer."""
    roomy.both()
    affiliate = roomy.lone_affiliate()
    user = roomy.world.whop.user_of(affiliate.id)
    text = f"{user.name} ({user.email}) is not welcome"
    told = json.dumps({"error": {"message": text}}).encode()
    roomy.faults.set_script([Step(fault=Answer(422, told), operation="create_partner", times=9)])

    report = await roomy.sync()

    assert str(user.name) in str(row_of(report, affiliate).error)
    said = "".join(str(vars(line)) for line, _ in lines.kept)
    assert "@" not in said
    assert not any(str(text) in said for text in (user.name, user.username) if text)


async def test_a_pair_that_is_held_is_said_to_be(shop: Shop, lines: Lines) -> None:
    async with shop.pair(writes=True) as pair:
        with shop.leased(), pytest.raises(PairBusy):
            await run_once(pair, Order(Mode.APPLY))

    assert len(lines.told("Run refused: the pair is held by another one.")) == 1
    assert lines.told("Run ended.") == []


def test_nothing_is_printed_where_nobody_asked_for_it() -> None:
    """Python prints warnings of loggers without a handler on stderr."""
    script = (
        "import logging\n"
        "from sync.runs import logbook\n"
        "logbook.standing_lost()\n"
        "logging.getLogger('affisync.daemon').error('quiet')\n"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)

    assert (done.stdout, done.stderr) == (b"", b"")
