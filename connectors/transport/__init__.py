"""The one HTTP client both connectors use; httpx is imported nowhere else.

* ``client``     what may be asked: ``Reader``, ``Writer``, and how they are opened
* ``line``       one request's way out and back: retries, pace, sending
* ``pace``       never more than the allowance in any minute
* ``retry``      which failures are tried again, and when
* ``wait``       how long a server asks us to wait
* ``translate``  failures of HTTP become errors of ``sync.errors``
* ``answer``     an answer and its JSON, exact
* ``redact``     what of a server's words may be shown
* ``rows``       wire models, and a page's rows with incidents for the unreadable ones
* ``together``   several requests at once
"""

from connectors.transport.answer import Answer, Read, whole
from connectors.transport.client import Reader, Writer, open_reader, open_writer
from connectors.transport.line import REAL_WORLD, Access, Params, Path, Surroundings
from connectors.transport.pace import Allowance, Counting, Sleep, Waits
from connectors.transport.retry import RetryPolicy
from connectors.transport.rows import Count, Id, Lenient, Moment, Rows, RowShape, Text, Wire
from connectors.transport.together import together
from connectors.transport.translate import Sending

__all__ = [
    "REAL_WORLD",
    "Access",
    "Allowance",
    "Answer",
    "Count",
    "Counting",
    "Id",
    "Lenient",
    "Moment",
    "Params",
    "Path",
    "Read",
    "Reader",
    "RetryPolicy",
    "RowShape",
    "Rows",
    "Sending",
    "Sleep",
    "Surroundings",
    "Text",
    "Waits",
    "Wire",
    "Writer",
    "open_reader",
    "open_writer",
    "together",
    "whole",
]
