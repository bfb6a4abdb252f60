"""Where the connectors or the sandbox leave the OpenAPI files on purpose, and why."""

import re
from dataclasses import dataclass

from sync.core.record import Side
from tests.conformance.exchanges import Exchanges
from tests.sandbox.contract import Difference


@dataclass(frozen=True, slots=True)
class Deviation:
    """Differences that are meant; ``operation``, ``where`` and ``what`` are patterns."""

    side: Side
    operation: str
    where: str
    what: str
    reason: str

    def covers(self, side: Side, found: Difference) -> bool:
        """Whether a difference is one of these."""
        return (
            side is self.side
            and re.fullmatch(self.operation, found.operation) is not None
            and re.fullmatch(self.where, found.where) is not None
            and re.search(self.what, found.what) is not None
        )


DEVIATIONS = (
    Deviation(
        Side.WHOP,
        "GET /product_affiliates",
        "path",
        "not documented",
        "Current only, the file is of the legacy shape; it shows emails in bulk (whop.md 4, 1).",
    ),
    Deviation(
        Side.WHOP,
        "GET /permissions",
        "path",
        "not documented",
        "Current only; None where it does not answer (whop.md 5).",
    ),
    Deviation(
        Side.WHOP,
        "(GET|POST) /affiliates(/{id})?",
        r"answer\.(data\.\d+\.)?status",
        "is not valid under any of the given schemas",
        "Enums may grow; an unknown word is kept and told (whop.md 8, 14).",
    ),
    Deviation(
        Side.WHOP,
        "POST /affiliates/{id}/(un)?archive",
        "status",
        "^409 ",
        "What is answered where the status is already as asked is open (whop.md 2).",
    ),
    Deviation(
        Side.AFFIHUB,
        "PATCH /partners/{id}",
        r"body\.commission_pct",
        "None is not of type 'number'",
        "The only way back to the program's default, undocumented: read back (affihub.md 5, 16).",
    ),
    Deviation(
        Side.AFFIHUB,
        "(GET|POST) /partners(/{id})?",
        r"answer\.(data\.\d+\.)?status",
        "is not one of",
        "An unknown status is kept as text and told (affihub.md 5, 28).",
    ),
    Deviation(
        Side.AFFIHUB,
        "(GET|POST) /partners(/{id})?",
        r"answer\.(data\.\d+\.)?commission_pct",
        "is not of type 'number', 'null'",
        "A rate may travel as a numeric string (affihub.md 5, 17).",
    ),
    Deviation(
        Side.AFFIHUB,
        "GET /partners",
        "answer",
        "'total' is a required property",
        "The custom-checkout guide shows a list answer without it (affihub.md 2.3).",
    ),
)


def reason_for(side: Side, found: Difference) -> str | None:
    """Why a difference is meant; None where it is not."""
    return next((one.reason for one in DEVIATIONS if one.covers(side, found)), None)


def unmeant(exchanges: Exchanges) -> list[Difference]:
    """The differences nobody gave a reason for."""
    return [found for side, found in exchanges.differences() if reason_for(side, found) is None]
