"""The daemon: every pair on its schedule, for months; its health, its metrics, its voice."""
