"""The one HTTP client both connectors use; httpx is imported nowhere else.

* ``client``     what may be asked: ``Reader``, ``Writer``, and how they are opened
* ``line``       one request's way out and back: retries, pace, sending
* ``access``     where a side is, and the world around us
* ``pace``       requests of one line in turn, and so many at once
* ``bucket``     never more than the allowance in any minute
* ``buckets``    what all requests with one key draw from
* ``allowances`` the buckets of every key in use
* ``halt``       pauses, and how a wish to stop ends them
* ``retry``      which failures are tried again, and when
* ``wait``       how long a server asks us to wait
* ``translate``  failures of HTTP become errors of ``sync.errors``
* ``answer``     an answer and its JSON, exact
* ``redact``     what of a server's words may be shown
* ``rows``       wire models, and a page's rows with incidents for the unreadable ones
* ``together``   several requests at once
"""

from connectors.transport.access import REAL_WORLD, Access, Surroundings
from connectors.transport.allowances import Allowances
from connectors.transport.answer import Answer, Read, whole
from connectors.transport.bucket import Allowance, Counting
from connectors.transport.buckets import Buckets
from connectors.transport.client import Reader, Writer, open_reader, open_writer
from connectors.transport.halt import Halt, Sleep
from connectors.transport.line import Params, Path
from connectors.transport.retry import RetryPolicy
from connectors.transport.rows import (
    Count,
    Id,
    Lenient,
    Rows,
    RowShape,
    Text,
    Wire,
    count,
    moment,
    shown,
)
from connectors.transport.together import together
from connectors.transport.translate import Sending

__all__ = [
    "REAL_WORLD",
    "Access",
    "Allowance",
    "Allowances",
    "Answer",
    "Buckets",
    "Count",
    "Counting",
    "Halt",
    "Id",
    "Lenient",
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
    "Wire",
    "Writer",
    "count",
    "moment",
    "open_reader",
    "open_writer",
    "shown",
    "together",
    "whole",
]
