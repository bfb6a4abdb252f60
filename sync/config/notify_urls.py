"""Where a pair's people are told: the Apprise addresses, secrets named like keys are."""

import json
import re
import warnings
from collections.abc import Iterator, Mapping
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock
from typing import Final

from sync.config.secret import SecretSetting, Tables
from sync.config.sentences import dotted, nearest
from sync.config.tables import variable

URLS: Final = SecretSetting("urls", "the URLs")

FAMILIAR: Final = frozenset(
    (
        *("mailto", "mailtos", "slack", "discord", "workflow", "workflows", "https", "tgram"),
        *("json", "jsons", "xml", "xmls", "form", "forms", "apprise", "apprises"),
        *("gchat", "matrix", "matrixs", "mmost", "mmosts", "rocket", "rockets", "webex", "zulip"),
        *("ntfy", "ntfys", "gotify", "gotifys", "pover", "pagerduty", "opsgenie", "twilio"),
        *("ses", "sns", "sendgrid", "mailgun"),
    )
)
"""Schemes that need no look into Apprise: importing it takes longer than most commands do."""


def put_urls(tables: Tables, environ: Mapping[str, str], folder: Path) -> list[str]:
    """Put the addresses themselves into the notify tables; the answer tells which are amiss."""
    problems = []
    for name, table in _notified(tables.get("pairs")):
        own = variable("pairs", name, "notify", URLS.name)
        named = [(URLS.env, own)] if own in environ else URLS.named(table)
        source, text = named[0] if len(named) == 1 else (URLS.name, None)
        where = dotted("pairs", name, "notify", source)
        read = partial(_read, source, text, environ, folder)
        problems += URLS.put(table, source, text, where, read)
    return problems


def _notified(pairs: object) -> Iterator[tuple[str, Tables]]:
    """The notify tables that name any address."""
    for name, pair in pairs.items() if isinstance(pairs, dict) else ():
        table = pair.get("notify") if isinstance(pair, dict) else None
        if isinstance(table, dict) and URLS.named(table):
            yield name, table


def _read(source: str, text: object, environ: Mapping[str, str], folder: Path) -> str:
    if text is None:
        raise ValueError("name the URLs by at most one of urls_env, urls_file and urls")
    urls = tuple(_split(URLS.read(source, text, environ, folder)))
    if not urls and source == URLS.file:
        raise ValueError("there is no URL in it")
    for number, url in enumerate(urls, start=1):
        if fault := _fault(url):
            raise ValueError(f"URL {number} of {len(urls)} {fault}")
    return "\n".join(urls)


def _split(given: object) -> Iterator[str]:
    """Each address: parted by blanks, or by commas with a blank; a list as it is, or as JSON."""
    if isinstance(given, str) and given.lstrip().startswith("["):
        given = _from_json(given)
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
        raise ValueError("must be text, or a list of texts")
    for text in texts:
        yield from filter(None, re.split(r",?\s+|,$", text.strip()))


def _from_json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        raise ValueError("must be text, or a list of texts") from None


def _fault(url: str) -> str | None:
    """What is wrong with an address, as far as it can be told cheaply; never the address."""
    if not re.fullmatch(r"[a-z0-9]{1,32}://[!-~]+", url, re.IGNORECASE):
        return "is none: one begins such as mailto:// or slack://, and a blank in it is written %20"
    scheme = url.partition("://")[0].lower()
    if scheme in FAMILIAR or scheme in schemes():
        return None
    meant = nearest(f"{scheme}://", (f"{each}://" for each in sorted(schemes())))
    return f"is of a kind that Apprise does not know{meant}"


_LOADING: Final = Lock()
"""What warnings are for is set for all threads at once: no two may do so."""


@lru_cache
def schemes() -> frozenset[str]:
    """Every scheme Apprise knows; loads it and all it can send by, which takes 0.3 s."""
    with _LOADING, warnings.catch_warnings():
        # Some of it leans on what Python is about to drop: nothing anybody here could mend.
        warnings.simplefilter("ignore", DeprecationWarning)
        from apprise.apprise import N_MGR  # noqa: PLC0415 - see above

        return frozenset(N_MGR.schemas())  # type: ignore[no-untyped-call]
