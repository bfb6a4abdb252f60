"""New ids, as both vendors write them: a prefix and letters without meaning."""

import random
import string
from dataclasses import dataclass
from typing import Final

LETTERS: Final = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Ids:
    """Makes ids out of handed-in chance, so that one seed gives one world."""

    chance: random.Random

    def new(self, prefix: str, length: int) -> str:
        """A prefix followed by that many letters and digits."""
        return prefix + "".join(self.chance.choices(LETTERS, k=length))
