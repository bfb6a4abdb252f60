"""``python -m sync`` is ``affisync sync``: the one-shot, with the same options."""

import sys

from sync.cli.main import main

if __name__ == "__main__":
    sys.argv[1:1] = ["sync"]
    main()
