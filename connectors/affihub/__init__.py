"""Affihub: the partners of one program (api/affihub.md).

* ``client``   the verbs of ``sync.core.ports``, and how they are opened
* ``create``   one create, never two
* ``listing``  partners by pages, proven complete or told as not
* ``wire``     records as they travel
"""

from connectors.affihub.client import (
    AffihubAccess,
    AffihubReader,
    AffihubWriter,
    open_affihub_reader,
    open_affihub_writer,
)

__all__ = [
    "AffihubAccess",
    "AffihubReader",
    "AffihubWriter",
    "open_affihub_reader",
    "open_affihub_writer",
]
