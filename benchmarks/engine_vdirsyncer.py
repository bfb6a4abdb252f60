"""One pass of vdirsyncer's engine; ``engine.py`` runs this with a Python that has it.

    engine_vdirsyncer.py ITEMS EVERY RATES

Both storages and the status are in memory and agree; one in EVERY items is changed in the first.
"""

import asyncio
import json
import sys
import time

from figures import peak
from vdirsyncer.storage.memory import MemoryStorage
from vdirsyncer.sync import sync
from vdirsyncer.sync.status import ItemMetadata, SqliteStatus
from vdirsyncer.vobject import Item


def card(number: int, name: str = "Person") -> Item:
    """One person as a contact, with what we know of one."""
    return Item(
        "BEGIN:VCARD\r\nVERSION:3.0\r\n"
        f"UID:aff_{number:014}\r\nFN:{name} Number{number}\r\n"
        f"EMAIL:person.number{number}@example.com\r\nX-STATUS:active\r\nEND:VCARD"
    )


async def agreed(people: int) -> tuple[MemoryStorage, MemoryStorage, SqliteStatus]:
    """Both storages and the status after a sync, without what that sync would leave in memory."""
    one, other, status = MemoryStorage(), MemoryStorage(), SqliteStatus()
    with status.transaction():
        for number in range(people):
            was = card(number)
            for storage, insert in ((one, status.insert_ident_a), (other, status.insert_ident_b)):
                href, etag = await storage.upload(card(number))
                insert(was.ident, ItemMetadata(href=href, hash=was.hash, etag=etag))
    return one, other, status


async def measured(people: int, every: int) -> dict[str, float]:
    """CPU seconds of a sync after one that agreed, and the peak in MiB, before and after it."""
    one, other, status = await agreed(people)
    for number in range(0, people, every) if every else ():
        href = card(number).ident
        await one.update(href, card(number, "Changed"), one.items[href][0])
    inputs = peak()
    began = time.process_time()
    await sync(one, other, status)
    return {"seconds": time.process_time() - began, "peak": peak(), "inputs": inputs}


if __name__ == "__main__":
    people, every, _rates = map(int, sys.argv[1:])
    print(json.dumps(asyncio.run(measured(people, every))))
