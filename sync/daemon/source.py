"""Where the configuration comes from, and whether it is another one by now."""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sync.config import Config, load
from sync.config.tables import PREFIX
from sync.errors import ConfigError

Signature = Mapping[Path, str]
"""What each file holds, as a hash; a word where it cannot be read."""


@dataclass(frozen=True, slots=True)
class Source:
    """A configuration file, under the variables this program was started with.

    ``only`` is the one pair to run; None = all there are.
    """

    path: Path
    environ: Mapping[str, str]
    only: str | None = None

    def narrowed(self, config: Config) -> Config:
        """The configuration with the pairs to run alone."""
        if self.only is None:
            return config
        return config.model_copy(update={"pairs": {self.only: config.pairs[self.only]}})

    def read(self, now: Config) -> Config:
        """The configuration as it is written now, to go on with in place of ``now``.

        Raises ``ConfigError``, also for what only a restart can change.
        """
        config = load(self.path, self.environ)
        if config.state_path != now.state_path:
            raise ConfigError(["state.url: changed; restart the daemon to go on with that state"])
        if self.only and self.only not in config.pairs:
            told = f"pairs.{self.only}: gone, and this daemon was started for it alone; stop it"
            raise ConfigError([told])
        return self.narrowed(config)

    def signature(self) -> Signature:
        """What the file and the files that hold keys contain, and who may read them."""
        return {path: _content(path) for path in (self.path, *self._named())}

    def _named(self) -> Iterator[Path]:
        """Every file that is named in the file or by our variables, such as api_key_file."""
        try:
            tables: object = tomllib.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            tables = {}
        named = [text for key, text in _texts(tables) if key.endswith("_file")]
        given = self.environ.items()
        named += [text for key, text in given if key.startswith(PREFIX) and key.endswith("_FILE")]
        yield from (self.path.parent / Path(text).expanduser() for text in named)


def _texts(value: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text of nested tables, with its key."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, name)


def _content(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        return f"{mode:o} {hashlib.sha256(path.read_bytes()).hexdigest()}"
    except OSError:
        return "unreadable"
