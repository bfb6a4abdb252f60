"""Creating a partner without ever creating one twice (api/affihub.md section 5, 1 to 4).

A create may mail a person, the API has no idempotency key, and what a duplicate is answered with
is not documented. So nothing is concluded from an answer alone: whoever has the address, and
whoever has the slug, is looked up.
"""

from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

from connectors.affihub.wire import PARTNER, stamped
from connectors.transport import Answer, Sending, Sleep, Writer
from sync.core.ports import CreatedPartner, NewPartner
from sync.core.record import Partner, Side
from sync.errors import ApiError, NotFound, Rejected, Unavailable, Uncertain

CREATE: Final = "create_partner"
INVITED: Final = "invited"
"""The status every new partner has (api/affihub.md section 2.5)."""
SENDS: Final = 2
"""How often a create is sent at most; the second time only after nobody was found twice."""
LOOKS: Final = 2
"""How often a partner that may have been made is looked for."""
PAUSE: Final = 2.0
"""Seconds between two looks: a list may lag behind what was written."""


class Looks(Protocol):
    """What a create needs to see; ``AffihubReader`` shows it."""

    async def partner(self, affihub_id: str) -> Partner:
        """One partner with its stamp."""
        ...

    async def partners_with_email(self, email: str) -> tuple[Partner, ...]:
        """Every partner with this address."""
        ...

    async def partners_with_slug(self, slug: str) -> tuple[Partner, ...]:
        """Every partner with this slug."""
        ...


class Slug(Enum):
    """What a look said of a slug where nobody has the address."""

    FREE = "free"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Creation:
    """One partner to be made, by the first slug that is free."""

    new: NewPartner
    writer: Writer
    looks: Looks
    sleep: Sleep

    async def made(self) -> CreatedPartner:
        """The partner, made or found; ``Rejected`` where every slug is somebody else's."""
        for slug in self.new.slugs:
            made = await self._made_as(slug)
            if isinstance(made, CreatedPartner):
                return made
        text = "Affihub made no partner: every slug that was tried belongs to somebody else."
        raise Rejected(text, side=Side.AFFIHUB, operation=CREATE)

    async def _made_as(self, slug: str, sends: int = SENDS) -> CreatedPartner | Slug:
        """The partner, or that the slug is taken; raises what stands in the way otherwise."""
        try:
            return await self._sent(slug)
        except (Rejected, NotFound, Uncertain) as trouble:
            seen = await self._seen(slug, trouble)
            last = sends == 1 or self.writer.stopping
            if seen is Slug.FREE and (last or not isinstance(trouble, Uncertain)):
                raise
        return await self._made_as(slug, sends - 1) if seen is Slug.FREE else seen

    async def _sent(self, slug: str) -> CreatedPartner:
        told = await self.writer.post(
            CREATE, ("partners",), _told, self._body(slug), sending=Sending.ONCE
        )
        # Where reading back fails it was made all the same: the answer shows the same partner.
        with suppress(Unavailable, NotFound):
            told = await self.looks.partner(told.id)
        # A server that finds instead of refusing would answer with whoever was there.
        ours = told.status == INVITED or told.stamp == self.new.stamp
        return CreatedPartner(told, found=not ours)

    async def _seen(self, slug: str, trouble: ApiError) -> CreatedPartner | Slug:
        try:
            return await self._whose(slug, trouble)
        except Unavailable:
            # Doubt that cannot be looked into stays doubt.
            if isinstance(trouble, Uncertain):
                raise trouble from None
            raise

    async def _whose(self, slug: str, trouble: ApiError) -> CreatedPartner | Slug:
        """Who has the address now; where nobody has, whether the slug is taken."""
        in_doubt = isinstance(trouble, Uncertain)
        for look in range(LOOKS if in_doubt else 1):
            if look:
                await self.sleep(PAUSE)
            if held := await self.looks.partners_with_email(self.new.email):
                partner = await self.looks.partner(self._nearest(held).id)
                return CreatedPartner(partner, not (in_doubt and partner.stamp == self.new.stamp))
        return Slug.TAKEN if await self.looks.partners_with_slug(slug) else Slug.FREE

    def _nearest(self, held: tuple[Partner, ...]) -> Partner:
        """Of several with addresses that fold alike, the one written the same."""
        return min(held, key=lambda one: (one.email != self.new.email, one.id))

    def _body(self, slug: str) -> dict[str, object]:
        names = {"first_name": self.new.first_name, "last_name": self.new.last_name}
        told = {name: value for name, value in names.items() if value}
        metadata = stamped({}, self.new.stamp)
        return {"email": self.new.email, "slug": slug, **told, "metadata": metadata}


def _told(answer: Answer) -> Partner:
    """The partner in the answer to a create, whatever 2xx it has; ``Malformed`` without one."""
    return answer.shaped(PARTNER).record()
