"""The command line: parse -> one call -> render -> exit code; ``main.py`` lists the commands."""
