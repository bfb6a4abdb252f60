"""A longer search than every day's: pytest tests/laws --hypothesis-profile=thorough."""

from hypothesis import settings

settings.register_profile("thorough", max_examples=5000)
