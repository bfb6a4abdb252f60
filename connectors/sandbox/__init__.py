"""A local stand-in for both APIs, true to ``api/whop.md`` and ``api/affihub.md``.

``world`` holds what both systems know, ``seed`` fills it with people, ``whop_app`` and
``affihub_app`` answer for it, ``faults`` lets things go wrong, ``server`` listens on loopback.
Nothing is imported here, so that the package costs nothing until it is used.
"""
