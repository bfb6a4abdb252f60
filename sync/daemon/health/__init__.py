"""Whether the daemon is well, told over a small HTTP server of its own. Start at pages.py."""
