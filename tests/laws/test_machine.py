"""The law machine with the same stories every time; ``make deep`` makes up others."""

from hypothesis import HealthCheck, settings

from tests.laws.machine import Laws

Laws.TestCase.settings = settings(
    max_examples=80,
    stateful_step_count=15,
    derandomize=True,
    database=None,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
TestLaws = Laws.TestCase
