"""The floor: what reading both listings costs when nothing at all is done with them.

    .venv/bin/python benchmarks/floor.py WHOP_URL WHOP_KEY COMPANY_ID AFFIHUB_URL AFFIHUB_KEY

A process of its own with a bare httpx client: the same pages as a run reads, with as many requests
under way at once (Whop's cursors one after the other, Affihub's pages four at a time, both sides
together), parsed by the JSON library a run parses with. Prints how many records there were.
"""

import asyncio
import json
import sys
from decimal import Decimal
from math import ceil
from typing import Any

import httpx

SIZE = 100
AFFIHUB_AT_ONCE = 4


def client(key: str) -> httpx.AsyncClient:
    """A client with a key and nothing around it."""
    headers = {"Authorization": f"Bearer {key}", "Api-Version-Date": "2025-01-01"}
    return httpx.AsyncClient(headers=headers, trust_env=False)


async def page(http: httpx.AsyncClient, url: str, params: dict[str, str]) -> Any:
    """One page, parsed, every digit kept."""
    answer = await http.get(url, params=params)
    answer.raise_for_status()
    return json.loads(answer.content, parse_float=Decimal)


async def whop(url: str, key: str, company_id: str) -> int:
    """Every affiliate, cursor by cursor."""
    params = {"company_id": company_id, "order": "created_at", "direction": "asc"}
    params["first"] = str(SIZE)
    records = 0
    async with client(key) as http:
        while True:
            told = await page(http, f"{url}/affiliates", params)
            records += len(told["data"])
            if not told["page_info"]["has_next_page"]:
                return records
            params["after"] = told["page_info"]["end_cursor"]


async def affihub(url: str, key: str) -> int:
    """Every partner, some pages at a time."""
    records = 0
    async with client(key) as http:

        async def one(number: int) -> int:
            nonlocal records
            params = {"page": str(number), "per_page": str(SIZE)}
            told = await page(http, f"{url}/partners", params)
            records += len(told["data"])
            return int(told["total"])

        numbers = iter(range(2, ceil(await one(1) / SIZE) + 1))

        async def worker() -> None:
            for number in numbers:
                await one(number)

        await asyncio.gather(*(worker() for _ in range(AFFIHUB_AT_ONCE)))
    return records


async def main() -> None:
    """Read both sides at the same time, and say how much there was."""
    whop_url, whop_key, company_id, affihub_url, affihub_key = sys.argv[1:]
    told = await asyncio.gather(
        whop(whop_url, whop_key, company_id), affihub(affihub_url, affihub_key)
    )
    print(json.dumps(dict(zip(("whop", "affihub"), told, strict=True))))


if __name__ == "__main__":
    asyncio.run(main())
