"""Secrets that are planted wherever a side could hold one, and the search for them afterwards."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from connectors.sandbox.exchange import Answer
from connectors.sandbox.world import World
from sync.core.record import Side
from sync.selftest.laws.sides import folded

PLANTED: Final[Mapping[str, str]] = {
    "Whop's key": "planted-whop-0d4c-no-real-one",
    "Affihub's key": "planted-affihub-77ce-no-real-one",
    "a payout address": "planted.payout@example.org",
    "a payout account": "acct_planted1Lx",
    "a session token": "plantedtoken5f",
    "a buyer's address": "planted.buyer@example.net",
}
"""What must be found nowhere, by what it is."""
TOKEN: Final = f"eyJ{PLANTED['a session token']}.x"


def plant(world: World) -> None:
    """Give both systems these keys, and every partner payout details and a token."""
    world.whop.key, world.affihub.key = PLANTED["Whop's key"], PLANTED["Affihub's key"]
    for partner in list(world.affihub.partners.values()):
        world.affihub.edit(
            partner.id,
            payout_method="paypal",
            payout_email=PLANTED["a payout address"],
            stripe_account_id=PLANTED["a payout account"],
            metadata={"session": {"token": TOKEN}, "buyer": PLANTED["a buyer's address"]},
        )


def blurted(side: Side, status: int, form: str) -> Answer:
    """An answer in which a server tells every secret it knows: json, text, page or rows."""
    key = PLANTED[f"{side.brand}'s key"]
    payout, account = PLANTED["a payout address"], PLANTED["a payout account"]
    buyer = PLANTED["a buyer's address"]
    text = (
        f"Authorization: Bearer {key} was sent; payout_email: {payout}, stripe_account_id "
        f"{account}, token={TOKEN} for {buyer}"
    )
    bodies = {
        "json": json.dumps({"error": {"message": text}, "payout_email": payout}),
        "text": text,
        "page": f"<html><body>{text}</body></html>",
        "rows": json.dumps({"data": [{"id": "x", "status": 5, "payout_email": payout}]}),
    }
    return Answer(status, bodies[form].encode())


def leaks(texts: Iterable[str], folder: Path) -> Iterator[str]:
    """A sentence for each secret found in what was shown, or in a file that was kept."""
    shown = "\n".join(texts)
    files = {path: path.read_bytes() for path in sorted(folder.rglob("*")) if _is_ours(path)}
    for what, secret in PLANTED.items():
        if folded(secret) in shown.casefold():
            yield f"{what} was shown"
        for path, content in files.items():
            if secret.encode() in content:
                yield f"{what} was kept in {path.name}"


def _is_ours(path: Path) -> bool:
    """Whether the program wrote this file; the key files were given to it."""
    return path.is_file() and path.suffix != ".key"
