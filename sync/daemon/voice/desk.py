"""One address of one pair: where its news come from, and what was told there."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from sync.config import Config, NotifyConfig
from sync.core.digest import latest_turn, next_turn
from sync.core.news import Facts
from sync.core.ports import Store, Told
from sync.core.standing import Standing
from sync.daemon.voice.heard import Heard
from sync.errors import StateError


@dataclass(frozen=True, slots=True)
class Desk:
    """An address and what is wanted there; ``number`` tells a pair's addresses apart, from 1 on."""

    pair: str
    number: int
    url: str = field(repr=False)
    notify: NotifyConfig
    timezone: str

    @property
    def name(self) -> str:
        """Under which the state keeps what was told here; no pair has a # in its name."""
        return self.pair if self.number == 1 else f"{self.pair}#{self.number}"

    @property
    def zone(self) -> tzinfo:
        """The pair's time zone."""
        return UTC if self.timezone == "UTC" else ZoneInfo(self.timezone)

    def next_digest(self, now: datetime) -> datetime | None:
        """When the next digest is due; None where none is wanted."""
        return next_turn(self.notify.digest, self.notify.digest_at, self.zone, now)

    def facts(self, store: Store, heard: Heard, told: Told, now: datetime) -> Facts:
        """How the pair is doing, as the state has it; as it was heard where that cannot be read."""
        try:
            return self._facts(store, heard, told, now)
        except StateError:
            standing = heard.broken or heard.standing or Standing(self.pair)
            return Facts(now, standing, open=None, turn=told.digest_at)  # a digest can wait

    def _facts(self, store: Store, heard: Heard, told: Told, now: datetime) -> Facts:
        turn = latest_turn(self.notify.digest, self.notify.digest_at, self.zone, now)
        facts = Facts(now, heard.broken or store.standing(self.pair), turn=turn)
        facts = replace(facts, open=store.open_rows(self.pair))
        if told.failing_since:
            facts = replace(facts, since_failing=store.tally(self.pair, told.failing_since))
        if turn and told.digest_at and told.digest_at < turn:
            links, done = store.link_count(self.pair), store.tally(self.pair, told.digest_at)
            facts = replace(facts, links=links, since_digest=done)
        return facts


def desks(config: Config) -> tuple[Desk, ...]:
    """Every address of every pair."""
    return tuple(
        Desk(name, number, url, pair.notify, pair.timezone)
        for name, pair in config.pairs.items()
        for number, url in enumerate(pair.notify.addresses, start=1)
    )


class Memory:
    """What was told at a desk: kept in the state and, while that fails, in here."""

    def __init__(self, desk: str) -> None:
        self._desk = desk
        self._told = Told()
        self._kept: Told | None = None

    def recall(self, store: Store) -> Told:
        """What was told; what was told while the state could not be read is no less so."""
        if self._kept is None:
            try:
                self._kept = store.told(self._desk)
            except StateError:
                return self._told
            said = self._told
            self._told = self._kept
            if said.at:
                since = said.failing_since
                self._told = replace(
                    self._kept, failing=said.failing, failing_since=since, at=said.at
                )
        return self._told

    def keep(self, store: Store, told: Told) -> Told:
        """Keep what was told, at once or as soon as the state lets us."""
        self._told = told
        if self._kept is not None and self._kept != told:
            try:
                store.keep_told(self._desk, told)
            except StateError:
                return told
            self._kept = told
        return told
