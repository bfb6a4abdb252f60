"""The daemon: every pair on its schedule, for months. Start at ``daemon.py``.

``daemon``, ``timetable`` and ``turn`` run the pairs; ``service`` makes them a service, with
``seat`` (one to a state), ``wishes`` (signals), ``systemd``, ``source`` and ``reload`` (the
configuration) and ``chores``. Whoever wants to know what happens is a ``watcher``: the log,
``metrics/`` and ``voice/``; ``health/`` tells over HTTP. Health and metrics read the state by a
``glance``.
"""
