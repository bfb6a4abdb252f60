"""The laws of the design (section 6), in the words a user reads."""

from enum import Enum


class Law(Enum):
    """A promise; its name is its number, its value says it in one plain line."""

    L1 = "a write has a cause: the other side, a person, or a setting"
    L2 = "a conflict is left alone until a person decides"
    L3 = "after a run both sides agree, or the report says where not"
    L4 = "a second run with no edit in between writes nothing"
    L5 = "what was done is what the plan said, row for row"
    L6 = "the order of pages and rows never changes the plan"
    L7 = "after a crash a rerun ends the same, nobody is made twice"
    L8 = "an incomplete listing removes and creates nobody"
    L9 = "a dry run changes nothing on either side"
    L10 = "no key, token or payout detail is ever shown or kept"
