"""The profile of a mutation run (``make mutation``): the same examples always, none made small."""

from hypothesis import Phase, settings

settings.register_profile(
    "mutation",
    settings.get_profile("ci"),
    phases=(Phase.explicit, Phase.generate),
)
