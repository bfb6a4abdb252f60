"""affisync keeps Whop affiliates and Affihub partners telling the same story."""

from typing import Final

__version__: Final = "0.1.0"
