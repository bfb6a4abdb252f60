"""``python -m sync.cli`` is ``affisync``."""

from sync.cli.main import main

if __name__ == "__main__":
    main()
