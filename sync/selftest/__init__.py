"""Whether this installation keeps its promises here: the laws of the design, tried on a sandbox.

A *case* is one thing that is done to made-up people, such as a week of edits, a network that fails,
or a SIGKILL at one write. It runs in a worker of its own (``crew``, ``worker``), so that one that
hangs is ended and told. What came of it is judged by what the sandbox knows - its log of writes,
both sides' records, the edits that were made, the secrets that were planted - and by no code that
decides (``checks``).
"""
