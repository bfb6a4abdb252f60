"""Under construction."""


def command() -> None:
    """Being written."""
