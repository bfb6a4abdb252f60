"""Log lines: readable on a terminal, JSON otherwise, never with a key or a token in them."""

from sync.logs.configure import configure
from sync.logs.lines import Lines
from sync.logs.redact import Secrets
from sync.logs.strays import catch_strays

__all__ = ["Lines", "Secrets", "catch_strays", "configure"]
