"""Pairing people who are not linked yet: by equal email, else by a stamp; or Ambiguous.

A guess never links: a username equal to a slug or a similar name is only ever a suggestion.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sync.core.record import Affiliate, Partner, Stamp, email_key, email_keys


class Evidence(StrEnum):
    """Why we believe that two records are one person, strongest first."""

    BY_HAND = "by hand"
    CREATED = "created"
    EMAIL = "email"
    STAMP = "stamp"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Match:
    """Two records that are one person."""

    affiliate: Affiliate
    partner: Partner
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Records that share addresses so that nobody can be sure who is who: none is linked."""

    affiliates: tuple[Affiliate, ...]
    partners: tuple[Partner, ...]


@dataclass(frozen=True, slots=True)
class Pairing:
    """The outcome of matching: sure pairs, ambiguous groups, and everybody who is alone."""

    matches: tuple[Match, ...]
    ambiguous: tuple[Ambiguous, ...]
    affiliates: tuple[Affiliate, ...]
    partners: tuple[Partner, ...]


def match(
    affiliates: Iterable[Affiliate],
    partners: Iterable[Partner],
    emails: Mapping[str, Sequence[str]],
    apart: Collection[tuple[str, str]] = (),
    linked: Iterable[Partner] = (),
    linked_users: Collection[str] = (),
) -> Pairing:
    """Pair unlinked records; ``emails`` are the known addresses by Whop user id.

    ``apart`` are (user id, partner id) pairs a person said are not the same. ``linked`` partners
    pair with nobody, but an address that points at one makes any other candidate doubtful.
    Neither does another affiliate of a user who is linked (``linked_users``): nobody is linked
    twice, and least of all through an affiliate that Whop deleted.
    """
    people = {a.id: a for a in affiliates}
    free = {p.id: p for p in partners}
    programme = {p.id: p for p in linked} | free
    edges = _stamp_edges(people, free, _email_edges(people, programme, emails))
    edges = {
        (a, p): evidence
        for (a, p), evidence in edges.items()
        if (people[a].user_id, p) not in apart
    }
    groups = [
        group
        for group in _groups(edges)
        if any(p in free for _, p in group)
        and (len(group) > 1 or people[group[0][0]].user_id not in linked_users)
    ]
    matches = [
        Match(people[a], programme[p], edges[a, p])
        for group in groups
        if len(group) == 1
        for a, p in group
    ]
    ambiguous = [_ambiguous(group, people, programme) for group in groups if len(group) > 1]
    met = [edge for group in groups for edge in group]
    return Pairing(
        matches=tuple(matches),
        ambiguous=tuple(ambiguous),
        affiliates=tuple(people[a] for a in sorted(people.keys() - {a for a, _ in met})),
        partners=tuple(free[p] for p in sorted(free.keys() - {p for _, p in met})),
    )


Edges = dict[tuple[str, str], Evidence]


def _email_edges(
    affiliates: Mapping[str, Affiliate],
    partners: Mapping[str, Partner],
    emails: Mapping[str, Sequence[str]],
) -> Edges:
    by_email = defaultdict(list)
    for partner in partners.values():
        by_email[email_key(partner.email)].append(partner.id)
    return {
        (affiliate.id, partner): Evidence.EMAIL
        for affiliate in affiliates.values()
        for key in email_keys(emails.get(affiliate.user_id, ()))
        for partner in by_email.get(key, ())
    }


def _stamp_edges(
    affiliates: Mapping[str, Affiliate], partners: Mapping[str, Partner], emails: Edges
) -> Edges:
    """Add pairs by stamp, for records that no address pairs with anybody."""
    taken = {a for a, _ in emails} | {p for _, p in emails}
    stamped = {
        (p.stamp.whop_id, p.id): Evidence.STAMP
        for p in partners.values()
        if isinstance(p.stamp, Stamp)
        and p.stamp.whop_id in affiliates
        and affiliates[p.stamp.whop_id].user_id == p.stamp.user_id
    }
    return emails | {
        edge: evidence for edge, evidence in stamped.items() if not taken.intersection(edge)
    }


def _groups(edges: Edges) -> list[list[tuple[str, str]]]:
    """The edges, grouped by who can be reached from whom; in the order of affiliates."""
    by_record = defaultdict(list)
    for edge in edges:
        for record in edge:
            by_record[record].append(edge)
    seen: set[tuple[str, str]] = set()
    return [_reach(edge, by_record, seen) for edge in sorted(edges) if edge not in seen]


def _reach(
    start: tuple[str, str],
    by_record: Mapping[str, list[tuple[str, str]]],
    seen: set[tuple[str, str]],
) -> list[tuple[str, str]]:
    group, waiting = [], [start]
    while waiting:
        edge = waiting.pop()
        if edge in seen:
            continue
        seen.add(edge)
        group.append(edge)
        waiting += [near for record in edge for near in by_record[record]]
    return sorted(group)


def _ambiguous(
    group: list[tuple[str, str]],
    affiliates: Mapping[str, Affiliate],
    partners: Mapping[str, Partner],
) -> Ambiguous:
    return Ambiguous(
        affiliates=tuple(affiliates[a] for a in sorted({a for a, _ in group})),
        partners=tuple(partners[p] for p in sorted({p for _, p in group})),
    )
