"""octoDNS, from a zone in YAML to a provider of ours that keeps records in a file."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from peers.folders import NEW, OLD, OTHER, Ended, name_of, run
from peers.probe import Answer, Peer
from peers.same_probes import vanished

ZONE: Final = "peers.example."
MARKUP: Final = "<b>x</b>"


def peer(programs: Path, version: str) -> Peer:
    """OctoDNS as it was installed into an environment of its own."""

    def zone(place: Path, **settings: Any) -> Zone:
        return Zone(place, programs, settings)

    return Peer(
        "octoDNS",
        version,
        {
            "most": _vanishing(zone, 1000, 990),
            "last": _vanishing(zone, 10, 10),
            "nine": _vanishing(zone, 9, 9),
            "half": _vanishing(zone, 100, 49),
            "crash": _crash(zone),
            "lock": _lock(zone),
            "keeps": _keeps(zone),
            "moves": _moves(zone),
            "markup": _markup(zone),
        },
    )


@dataclass(slots=True)
class Zone:
    """A zone in YAML, and the target's file."""

    place: Path
    programs: Path
    settings: dict[str, Any] = field(default_factory=dict)
    manager: dict[str, Any] = field(default_factory=dict)

    @property
    def wanted(self) -> Path:
        """The zone's file."""
        return self.place / "zones" / f"{ZONE}yaml"

    @property
    def target(self) -> Path:
        """The target's records."""
        return self.place / "target.json"

    def wants(self, count: int, value: str = OLD) -> None:
        """The zone is to have so many records; what is not named is to go."""
        values = {name_of(n): value for n in range(count)}
        self.write({n: {"ttl": 300, "type": "TXT", "value": v} for n, v in values.items()})

    def write(self, records: dict[str, Any]) -> None:
        """Exactly these records are wanted."""
        (self.place / "zones").mkdir(exist_ok=True)
        # JSON is YAML; octoDNS wants its keys sorted.
        self.wanted.write_text(json.dumps(records, sort_keys=True))

    def has(self, count: int, value: str = OLD) -> None:
        """The target has so many records."""
        self.target.write_text(json.dumps({name_of(n): value for n in range(count)}))

    def there(self) -> dict[str, str]:
        """What the target has now."""
        return json.loads(self.target.read_text()) if self.target.exists() else {}

    @property
    def command(self) -> Sequence[str | Path]:
        """What a run without writes is started with."""
        return [self.programs / "octodns-sync", "--config-file", self.place / "config.yaml"]

    @property
    def env(self) -> Mapping[str, str]:
        """Where octoDNS finds the provider."""
        return {"PYTHONPATH": str(Path(__file__).parent / "inside")}

    def sync(self, *arguments: str) -> Ended:
        """One run."""
        (self.place / "config.yaml").write_text(json.dumps(self._config()))
        return run([*self.command, *arguments], self.env)

    def apply(self, *arguments: str) -> Ended:
        """One run that writes."""
        return self.sync("--doit", *arguments)

    def _config(self) -> dict[str, Any]:
        store = {"class": "octodns_store.StoreProvider", "path": str(self.target), **self.settings}
        source = {
            "class": "octodns.provider.yaml.YamlProvider",
            "directory": str(self.place / "zones"),
            "populate_should_replace": False,
        }
        return {
            "manager": self.manager,
            "providers": {"config": source, "store": store},
            "zones": {ZONE: {"sources": ["config"], "targets": ["store"]}},
        }


Make = Callable[..., Zone]


def _vanishing(make: Make, total: int, gone: int) -> Answer:
    def answer(place: Path) -> str:
        zone = make(place)
        zone.has(total)
        zone.wants(total - gone)
        ended = zone.apply()
        return vanished(total - len(zone.there()), ended)

    return answer


def _crash(make: Make) -> Answer:
    def answer(place: Path) -> str:
        zone = make(place, dies_after=6)
        zone.wants(10)
        zone.apply()
        made = len(zone.there())
        zone.settings = {}
        zone.apply()
        count = len(zone.there())
        rest = "the rest, nobody twice" if count == 10 else f"{count} of ten"  # noqa: PLR2004 - the probe is six of ten
        return f"{made} made; then {rest} (it keeps no state, names are its ids)"

    return answer


def _lock(make: Make) -> Answer:
    def answer(place: Path) -> str:
        zone = make(place, dies_after=6)
        zone.wants(10)
        zone.apply()
        zone.settings = {}
        ended = zone.apply()
        return "runs (it has no lock)" if not ended.code else f"refuses: {ended.reason}"

    return answer


def _keeps(make: Make) -> Answer:
    def answer(place: Path) -> str:
        zone = make(place, keeps=OTHER)
        zone.has(1)
        zone.wants(1, NEW)
        ends = [zone.apply() for _ in range(3)]
        if all("Update" in one.text and not one.code for one in ends):
            return "never tells: every run ends well and sends the same again"
        return f"stops: {ends[-1].reason}"

    return answer


def _moves(make: Make) -> Answer:
    """A plan is shown; a record moves; the plan that was shown is to be carried out."""

    def answer(place: Path) -> str:
        zone = make(place)
        zone.manager = {"enable_checksum": True}
        zone.has(30)
        zone.wants(30, OLD)
        records = json.loads(zone.wanted.read_text())
        for number in range(9):
            records[name_of(number)]["value"] = NEW
        zone.write(records)
        checksum = re.search(r"checksum=([0-9a-f]{16,})", zone.sync().text)
        there = zone.there()
        zone.target.write_text(json.dumps({**there, name_of(0): OTHER}))
        ended = zone.apply("--checksum", checksum[1] if checksum else "none")
        written = sum(value == NEW for value in zone.there().values())
        if ended.code and not written:
            return "seen with --checksum, and the whole plan is refused"
        return f"{written} of nine written (exit {ended.code})"

    return answer


def _markup(make: Make) -> Answer:
    def answer(place: Path) -> str:
        zone = make(place)
        zone.wants(1, MARKUP)
        told = []
        for form, plan in (("HTML", "PlanHtml"), ("Markdown", "PlanMarkdown")):
            zone.manager = {"plan_outputs": {"out": {"class": f"octodns.provider.plan.{plan}"}}}
            raw = MARKUP in zone.sync().text
            told.append(f"{form}: {'raw' if raw else 'escaped'}")
        return "; ".join(told)

    return answer
