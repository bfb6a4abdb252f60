"""What every test stands on: how long an example takes says nothing about the program."""

from hypothesis import settings

settings.register_profile("steady", deadline=None)
settings.load_profile("steady")
