r"""The report as JSON: the contract ``affisync.report/1``, and the schema that describes it.

Texts stay whole and exact here; what could steer a terminal stands in them as ``\uXXXX``.
"""

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

from sync.core.ports import RunEntry
from sync.core.report import Report
from sync.core.report import document as report_document

RUNS_SCHEMA: Final = "affisync.runs/1"

# What JSON lets stand as it is and a terminal does not: delete, C1 controls, invisible and
# direction-turning characters, lone surrogates (which no encoding can write).
_UNSAFE: Final = re.compile(
    "[\\x7f-\\x9f\\xad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f"
    "\\ufeff\\ufff9-\\ufffb\\ud800-\\udfff\\U000e0000-\\U000e007f]"
)


def render(report: Report) -> str:
    """The whole report as one JSON document."""
    return dumps(report_document(report))


def runs_document(entries: Sequence[RunEntry]) -> str:
    """The kept runs, newest first, as one JSON document."""
    runs = [
        {"run": report_document(Report(entry.head))["run"], "counts": dict(entry.counts)}
        for entry in entries
    ]
    return dumps({"schema": RUNS_SCHEMA, "runs": runs})


def dumps(value: object) -> str:
    """JSON for people and programs, safe to show on a terminal and to write as UTF-8."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _UNSAFE.sub(lambda found: json.dumps(found[0])[1:-1], text) + "\n"


@cache
def report_schema() -> dict[str, Any]:
    """The JSON Schema of ``affisync.report/1``."""
    text = files("sync.render").joinpath("report.schema.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
