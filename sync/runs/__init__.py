"""One run of one pair: gather -> reconcile -> guard -> apply -> report. Start at ``run.py``."""
