"""Migrations of the state, run when it is opened; each revision is one file in ``versions``."""

from typing import Final

REVISIONS: Final = ("0001", "0002", "0003")
"""Every revision, oldest first: known without importing Alembic (a test compares the two)."""

HEAD: Final = REVISIONS[-1]
"""The revision this program works with."""
