"""Whop: affiliates, their commission overrides, and where their addresses are (api/whop.md).

* ``client``   the verbs of ``sync.core.ports``, and how they are opened
* ``listing``  every affiliate, proven complete or told as not
* ``emails``   addresses of users, in bulk
* ``paging``   pages by cursor
* ``pins``     what the version pin changes in a request
* ``wire``     records as they travel
"""

from connectors.whop.client import (
    WhopAccess,
    WhopReader,
    WhopWriter,
    open_whop_reader,
    open_whop_writer,
)

__all__ = ["WhopAccess", "WhopReader", "WhopWriter", "open_whop_reader", "open_whop_writer"]
