"""What a run would have planned under other settings, from what it read: neither side is asked."""

from collections.abc import Iterator
from dataclasses import dataclass

from sync.core.policy import CommissionSync, Policy
from sync.core.ports import Store
from sync.core.whatif import WhatIf, compare
from sync.errors import UsageError
from sync.runs.keepsake import Keepsake, unpacked
from sync.runs.texts import TEXTS


@dataclass(frozen=True, slots=True)
class Settings:
    """What to plan by: a pair's policy, its company, and the fingerprint of all its settings.

    ``used`` is the fingerprint of the settings its runs are made by now, None = nobody knows.
    """

    policy: Policy
    company_id: str
    config: str
    used: str | None = None


def look(store: Store, settings: Settings, run_id: str | None) -> WhatIf:
    """Plan once more what a run read (None: the latest that kept it), and compare.

    Raises ``UsageError`` where nothing is kept, ``StateError`` where it cannot be read.
    """
    policy = settings.policy
    found = store.snapshot(policy.pair, run_id)
    if found is None:
        raise UsageError(_nothing_kept(policy.pair, run_id))
    run, document = found
    kept = unpacked(document)
    return WhatIf(
        pair=policy.pair,
        run=run,
        at=kept.at,
        was=kept.config,
        now=settings.config,
        difference=compare(kept.plan(kept.basis.policy, TEXTS), kept.plan(policy, TEXTS)),
        notes=tuple(_notes(kept, settings)),
    )


def _nothing_kept(pair: str, run_id: str | None) -> str:
    whose = f"run {run_id} of pair {pair}" if run_id else f"pair {pair}"
    return (
        f"Nothing of what was read is kept of {whose}. Set state.keep_snapshots to the number of"
        " runs to keep it of, and make a run, such as a dry run."
    )


def _notes(kept: Keepsake, settings: Settings) -> Iterator[str]:
    basis = kept.basis
    if settings.used not in (None, settings.config, kept.config):
        yield (
            "The configuration in use was changed since that run; the first plan is by the one the"
            " run had."
        )
    if basis.waived:
        waived = ", ".join(sorted(basis.waived))
        yield f"That run let these guards go by name, so both plans do: {waived}."
    off = CommissionSync.OFF
    if basis.policy.commission.sync is off is not settings.policy.commission.sync:
        yield (
            "That run read no rates, as commission.sync was off: no plan of it has rows about"
            " them. A dry run under the other configuration reads them."
        )
    if basis.known.company_id not in (None, settings.company_id):
        yield (
            f"That run was about company {basis.known.company_id}, the other configuration names"
            f" {settings.company_id}: a run under it would be refused."
        )
