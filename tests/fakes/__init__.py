"""Both sides without HTTP: the ports of ``sync.core.ports`` straight over the sandbox's world.

* ``calls``    one request after the other: counted, spoiled as a script says, tried again or not
* ``told``     the world's records as the core knows them
* ``whop``     ``WhopReads`` and ``WhopWrites``
* ``affihub``  ``AffihubReads`` and ``AffihubWrites``

``tests/conformance`` holds them to the same promises as the real connectors. They heed the gaps
that show through a port and the exact faults of a script (``connectors.sandbox.script``); what only
a wire has - pages that drift, cursors, headers, bodies - they have not. There is no fake of the
store: the real one on a file of its own opens in a few milliseconds, so a fake would earn nothing.
"""

from tests.fakes.affihub import FakeAffihub
from tests.fakes.whop import FakeWhop

__all__ = ["FakeAffihub", "FakeWhop"]
