"""What mutmut left in ``mutants/``: every mutant of the core, and what became of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import orig_function_and_class_names_from_key

CORE: Final = Path("sync/core")
FOUND: Final = frozenset({"killed", "timeout", "segfault"})
"""What counts as found: a test failed, or never came to its end."""
ALIVE: Final = frozenset({"survived", "no tests"})


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mutant; ``place`` is module and function, ``status`` mutmut's word."""

    name: str
    status: str

    @property
    def module(self) -> str:
        """Its name below the core: ``guard``, and ``ports.store`` in a room of its own."""
        return ".".join(self.name.split(".")[2:-1])

    @property
    def place(self) -> str:
        function, of_class = orig_function_and_class_names_from_key(self.name)
        return ".".join(filter(None, (self.module, of_class, function)))

    def change(self) -> str:
        """The lines it takes away and puts in, without their indentation."""
        path = CORE / f"{self.module.replace('.', '/')}.py"
        lines = get_diff_for_mutant(self.name, path=path).splitlines()[2:]
        changed = (line for line in lines if line[:1] in ("-", "+"))
        return "\n".join(f"{line[0]} {line[1:].strip()}".rstrip() for line in changed)


def mutants() -> Iterator[Mutant]:
    """Every mutant there is, by module and in its order there."""
    for path in _files():
        for name, code in _results(path).exit_code_by_key.items():
            yield Mutant(name, status_by_exit_code[code])


def forget_alive() -> int:
    """Let the next ``mutmut run`` try those again that live on; how many there are."""
    count = 0
    for path in _files():
        results = _results(path)
        alive = [n for n, code in results.exit_code_by_key.items() if _lives(code)]
        results.exit_code_by_key |= dict.fromkeys(alive)
        if alive:
            results.save()
        count += len(alive)
    return count


def _lives(code: int | None) -> bool:
    return status_by_exit_code[code] not in {*FOUND, "not checked"}


def _files() -> list[Path]:
    root = Path("mutants")
    return sorted(meta.relative_to(root).with_suffix("") for meta in (root / CORE).rglob("*.meta"))


def _results(path: Path) -> SourceFileMutationData:
    results = SourceFileMutationData(path=path)
    results.load()
    return results
