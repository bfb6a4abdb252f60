"""``affisync notify --test``: one message to every address of the configuration."""

import os
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sync.cli.options import (
    DEFAULT_CONFIG,
    AsListFormat,
    ConfigFile,
    Debug,
    ListFormat,
    PairName,
)
from sync.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync.config import Config
    from sync.daemon.voice.desk import Desk
    from sync.daemon.voice.sending import Delivery

SCHEMA: Final = "affisync.notify/1"


def command(
    test: Annotated[
        bool, typer.Option("--test", help="Send one message to each address of the configuration.")
    ] = False,
    config: ConfigFile = DEFAULT_CONFIG,
    pair: PairName = None,
    form: AsListFormat = ListFormat.TEXT,
    debug: Debug = False,  # read by main
) -> None:
    """Try out where the daemon tells people what is new; the daemon itself needs no command.

    Example: affisync notify --test
    """
    import asyncio

    from sync.config import load

    if not test:
        raise UsageError("Say --test: it sends one message to each address of the configuration.")
    desks = _desks(load(config, os.environ, keys=False), pair)
    deliveries = asyncio.run(_sent(desks))
    _tell(list(zip(desks, deliveries, strict=True)), form)
    if not all(delivery.arrived for delivery in deliveries):
        raise typer.Exit(1)


def _desks(config: "Config", pair: str | None) -> "tuple[Desk, ...]":
    from sync.daemon.voice.desk import desks

    if pair is not None:
        if pair not in config.pairs:
            raise UsageError(f"There is no pair {pair!r}; there are: {', '.join(config.pairs)}.")
        config = config.model_copy(update={"pairs": {pair: config.pairs[pair]}})
    found = desks(config)
    if not found:
        raise UsageError(
            f"Nobody is to be told anything; name addresses by pairs.{next(iter(config.pairs))}"
            ".notify.urls_file, as config.example.toml shows."
        )
    return found


async def _sent(desks: "Sequence[Desk]") -> "list[Delivery]":
    """All at once; an address that takes long keeps no other one waiting."""
    import asyncio

    from sync.daemon.voice.sending import send
    from sync.render.news import Message

    def message(desk: "Desk") -> Message:
        text = "This is where affisync tells what is new. Nothing happened: somebody tried it out."
        return Message(f"affisync: {desk.pair}: a test", text)

    return await asyncio.gather(*(send(desk.url, message(desk)) for desk in desks))


def _tell(sent: "Sequence[tuple[Desk, Delivery]]", form: ListFormat) -> None:
    from sync.cli.telling import tell
    from sync.daemon.voice.sending import shown
    from sync.render.document import dumps

    if form is ListFormat.JSON:
        told = [
            {"pair": desk.pair, "to": shown(desk.url), "arrived": done.arrived, "why": done.why}
            for desk, done in sent
        ]
        tell(dumps({"schema": SCHEMA, "sent": told}))
        return
    for desk, done in sent:
        how = "arrived" if done.arrived else f"did not arrive: {done.why}"
        tell(f"{desk.pair}, {shown(desk.url)}: {how}")
