"""Secrets are named, not held: by a variable, by a file of their own, or with a warning inline."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from stat import S_IMODE, S_IRWXG, S_IRWXO
from typing import Any, Final

from pydantic import SecretStr

from sync.errors import ConfigError

CREDENTIALS: Final = Path("/run/credentials")
"""Where systemd puts a service's credentials; what looks like the group's right to read there is
the mask of an access list, and only root writes there."""

Tables = dict[str, Any]
"""Nested tables as the file and the environment give them, not checked yet."""


class Missing(SecretStr):
    """A secret that could not be read, told only to whom it is needed: to use it is an error."""

    def __init__(self, fault: str) -> None:
        super().__init__("")
        self._fault = fault

    def get_secret_value(self) -> str:
        """Raise ``ConfigError`` with the sentence that ``load`` would have raised it with."""
        raise ConfigError([self._fault])


@dataclass(frozen=True, slots=True)
class SecretSetting:
    """A secret called ``name``; the keys NAME_env and NAME_file say where else to find it.

    ``what`` it is, for people. ``known`` are names of variables that may be repeated: under any
    other name somebody may have put the secret itself.
    """

    name: str
    what: str
    known: Collection[str] = ()

    @property
    def env(self) -> str:
        """The key that names a variable."""
        return f"{self.name}_env"

    @property
    def file(self) -> str:
        """The key that names a file."""
        return f"{self.name}_file"

    @property
    def sources(self) -> tuple[str, str, str]:
        """The keys that may name the secret."""
        return self.name, self.env, self.file

    def named(self, table: Tables) -> list[tuple[str, object]]:
        """Every key of the table that names the secret, with what stands there."""
        return [(source, table[source]) for source in self.sources if source in table]

    def put(
        self, table: Tables, source: str, text: object, where: str, read: Callable[[], str]
    ) -> list[str]:
        """Put what is read into the table, and where it came from; the answer tells what is amiss.

        ``where`` is the dotted path of the source.
        """
        secret, faults = SecretStr(""), list[str]()
        try:
            secret = SecretStr(read())
        except ValueError as fault:
            faults = [f"{where}: {fault}"]
            secret = Missing(faults[0])
        for each in self.sources:
            table.pop(each, None)
        table |= {source: text if isinstance(text, str) else None, self.name: secret}
        return faults

    def read(self, source: str, text: object, environ: Mapping[str, str], folder: Path) -> object:
        """What the source leads to: as it stands where it is the secret itself, else a text.

        ``ValueError`` says why it leads to nothing.
        """
        if source == self.name:
            return text
        if not isinstance(text, str):
            raise ValueError("must be text, in quotes")  # noqa: TRY004 - told like every fault
        if source == self.env:
            return self._from_variable(text, environ)
        return self._from_file(folder / Path(text).expanduser())

    def _from_variable(self, name: str, environ: Mapping[str, str]) -> str:
        if name in environ:
            return environ[name]
        known = name if name in self.known else "it names"
        raise ValueError(
            f"the variable {known} is not set; export it, or name a file by {self.file}"
        )

    def _from_file(self, path: Path) -> str:
        if not path.is_file():
            raise ValueError(
                f"there is no such file; write {self.what} into it, readable by you alone"
            )
        others = S_IRWXO if CREDENTIALS in path.parents else S_IRWXG | S_IRWXO
        if S_IMODE(path.stat().st_mode) & others:
            raise ValueError(f"others may read this file; run: chmod 600 {path}")
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise ValueError("this file cannot be read as text; see who owns it") from None
