"""What ``sync.core.ports`` promises of the two sides, held against everything that implements it.

* ``ways``        the fakes; the connectors on the sandbox in this process; the same over TCP
* ``verbs``       every verb of the ports, called the way a run calls it
* ``exchanges``   what went over the wire meanwhile, and how it differs from the OpenAPI files
* ``deviations``  the differences that are meant, each with its reason

A test takes ``whop`` and ``affihub`` and runs once each way. What only a wire has - cursors that
repeat, pages that drift, headers, other shapes - is in ``tests/connectors``.
"""
