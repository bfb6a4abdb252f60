"""The mutation score of ``sync/core``, module by module, and the reason for each mutant alive.

    python -m tests.mutation.score             ends with 1 below 90 %, or where a reason is missing
    python -m tests.mutation.score --forget    the next mutmut run tries again what lives on

``make mutation`` does both, with the run of mutmut between them.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from tests.mutation.reasons import Reasons, read_reasons
from tests.mutation.results import ALIVE, FOUND, Mutant, forget_alive, mutants

LEAST: Final = 90
"""The least score, in percent."""


def main(arguments: Sequence[str]) -> int:
    if "--forget" in arguments:
        forget_alive()
        return 0
    found, reasons = list(mutants()), read_reasons()
    alive = {(one.place, one.change()): one for one in found if one.status in ALIVE}
    unexplained = [one for known, one in alive.items() if known not in reasons]
    for line in (*survivors(alive, reasons), "", *table(found), "", *_verdict(found, unexplained)):
        sys.stdout.write(f"{line}\n")
    return 0 if share(found) >= LEAST and not unexplained else 1


def share(found: Sequence[Mutant]) -> float:
    """How many of these mutants the tests find, in percent."""
    return 100 * sum(one.status in FOUND for one in found) / max(len(found), 1)


def table(found: Sequence[Mutant]) -> Iterator[str]:
    """One line for each module, and one for all."""
    modules: defaultdict[str, list[Mutant]] = defaultdict(list)
    for one in found:
        modules[one.module].append(one)
    yield f"{'module':<14}{'mutants':>8}{'found':>8}{'alive':>8}{'score':>9}"
    for name, ones in (*modules.items(), ("sync/core", found)):
        kinds = Counter(one.status for one in ones)
        caught, alive = (sum(kinds[k] for k in words) for words in (FOUND, ALIVE))
        yield f"{name:<14}{len(ones):>8}{caught:>8}{alive:>8}{share(ones):>7.1f} %"


def survivors(alive: Mapping[tuple[str, str], Mutant], reasons: Reasons) -> Iterator[str]:
    """Every mutant that lives, by the reason it may."""
    groups: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for known in alive:
        groups[reasons.get(known, "NO REASON GIVEN")].append(known)
    for why, ones in sorted(groups.items()):
        yield f"Alive, {len(ones)}: {why}"
        for place, change in sorted(ones):
            yield f"  {place}"
            yield from (f"    {line}" for line in change.splitlines())


def _verdict(found: Sequence[Mutant], unexplained: Iterable[Mutant]) -> Iterator[str]:
    odd = Counter(one.status for one in found if one.status not in FOUND | ALIVE)
    yield from (f"{count} mutants: {status}" for status, count in odd.items())
    yield from (f"No reason given: {one.name}" for one in unexplained)
    caught = sum(one.status in FOUND for one in found)
    yield f"Mutation score of sync/core: {share(found):.1f} % ({caught} of {len(found)} found)"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
