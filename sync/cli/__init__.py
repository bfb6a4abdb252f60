"""The command line: parse -> one call -> render -> exit code. Commands are listed in ``main.py``."""
