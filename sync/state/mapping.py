"""The mapping: links, what both sides last agreed on, and who is to be kept apart."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.exc import IntegrityError

from sync.core.plan import Base, Link
from sync.errors import StateError
from sync.state import codecs
from sync.state.bulk import add, put
from sync.state.tables import BASES, KEPT_APART, LINKS

_EVERY_LINK: Final = (
    select(*(LINKS.c[name] for name in codecs.LINK))
    .where(LINKS.c.pair == bindparam("pair"))
    .order_by(LINKS.c.whop_id)
)
_EVERY_BASE: Final = select(
    BASES.c.whop_id, BASES.c.field, BASES.c.value, BASES.c.whop, BASES.c.affihub
).where(BASES.c.pair == bindparam("pair"))


def links(connection: Connection, pair: str) -> tuple[Link, ...]:
    """The pair's links, by affiliate id."""
    bases = _bases(connection, pair)
    agreed = [bases[field.value].get for field in codecs.BASE_FIELDS]
    return tuple(
        codecs.link_from(columns, [of(columns[0]) for of in agreed])
        for columns in connection.execute(_EVERY_LINK, {"pair": pair})
    )


def _bases(connection: Connection, pair: str) -> Mapping[str, Mapping[str, Base]]:
    """What was agreed on, by field and affiliate; people who agreed on the same share one value."""
    told: dict[tuple[str | None, ...], Base] = {}
    bases: defaultdict[str, dict[str, Base]] = defaultdict(dict)
    for whop_id, field, *said in connection.execute(_EVERY_BASE, {"pair": pair}):
        key = tuple(said)
        if key not in told:
            told[key] = Base(*(key[key.index(text)] for text in said))  # equal texts are one text
        bases[field][whop_id] = told[key]
    return bases


def save(connection: Connection, pair: str, new: Sequence[Link]) -> None:
    """Put links with their bases in the place of those with the same affiliate.

    Raises ``StateError`` where a partner or an affiliate would be linked twice.
    """
    try:
        with connection.begin_nested():
            # The foreign key takes the old bases away with the old links.
            put(connection, LINKS, [codecs.link_columns(pair, link) for link in new])
    except IntegrityError as error:
        raise StateError(_clash(connection, pair, new)) from error
    add(connection, BASES, (base for link in new for base in codecs.base_columns(pair, link)))


def _clash(connection: Connection, pair: str, new: Sequence[Link]) -> str:
    moved = {link.whop_id for link in new}
    rows = connection.execute(_EVERY_LINK, {"pair": pair}).mappings()
    owners = {row["affihub_id"]: row["whop_id"] for row in rows if row["whop_id"] not in moved}
    for link in new:
        other = owners.setdefault(link.affihub_id, link.whop_id)
        if other != link.whop_id:
            return (
                f"Affiliate {link.whop_id} cannot be linked to partner {link.affihub_id}:"
                f" affiliate {other} is. Unlink that one first."
            )
    return "An affiliate was to be linked to two partners at once; nothing was saved."


def remove(connection: Connection, pair: str, link: Link) -> None:
    """Forget a link and its bases; forgetting the forgotten is no error."""
    connection.execute(
        delete(LINKS)
        .where(LINKS.c.pair == pair, LINKS.c.whop_id == link.whop_id)
        .where(LINKS.c.affihub_id == link.affihub_id)
    )


def apart(connection: Connection, pair: str) -> frozenset[tuple[str, str]]:
    """(user id, partner id) of everybody a person said are not the same."""
    columns = (KEPT_APART.c.user_id, KEPT_APART.c.affihub_id)
    found = connection.execute(select(*columns).where(KEPT_APART.c.pair == pair))
    return frozenset((user_id, affihub_id) for user_id, affihub_id in found)


def keep_apart(connection: Connection, pair: str, user_id: str, affihub_id: str) -> None:
    """Remember that these two are not the same person."""
    put(connection, KEPT_APART, [{"pair": pair, "user_id": user_id, "affihub_id": affihub_id}])


def bring_together(connection: Connection, pair: str, user_id: str, affihub_id: str) -> None:
    """Forget that these two were to be kept apart."""
    connection.execute(
        delete(KEPT_APART)
        .where(KEPT_APART.c.pair == pair, KEPT_APART.c.user_id == user_id)
        .where(KEPT_APART.c.affihub_id == affihub_id)
    )
