"""Both apps over TCP, the control routes, and the configuration that finds them."""

import asyncio
import subprocess
import sys
import tomllib
from pathlib import Path

import httpx
import pytest

from connectors.sandbox.faults import Faults
from connectors.sandbox.seed import agreed
from connectors.sandbox.server import Urls, serve, write_config
from connectors.sandbox.world import World
from tests.sandbox.clients import Clock

NEW = {"email": "new@example.com", "slug": "new"}


def key(world: World) -> dict[str, str]:
    return {"authorization": f"Bearer {world.affihub.key}"}


async def test_both_apis_answer_on_free_ports(clock: Clock) -> None:
    world = agreed(3, clock=clock)

    async with serve(world) as urls, httpx.AsyncClient() as client:
        whop = await client.get(
            f"{urls.whop}/affiliates",
            params={"company_id": world.whop.company_id},
            headers={
                "authorization": f"Bearer {world.whop.key}",
                "api-version-date": "2025-01-01",
            },
        )
        affihub = await client.get(f"{urls.affihub}/partners", headers=key(world))

    assert len(whop.json()["data"]) == len(affihub.json()["data"]) == 3
    with pytest.raises(httpx.ConnectError):
        async with httpx.AsyncClient() as client:
            await client.get(urls.whop)


async def test_a_failure_inside_the_block_comes_out_as_it_is(world: World) -> None:
    with pytest.raises(ZeroDivisionError):
        async with serve(world):
            _ = 1 / 0


@pytest.mark.parametrize("profile, acted", [("reset-before", False), ("reset-after", True)])
async def test_a_reset_is_one_on_the_wire(world: World, profile: str, acted: bool) -> None:
    async with serve(world, faults=Faults({profile: 1})) as urls, httpx.AsyncClient() as client:
        with pytest.raises(httpx.ReadError):
            await client.post(f"{urls.affihub}/partners", json=NEW, headers=key(world))

    assert bool(world.affihub.partners) is acted


async def test_another_process_can_drive_the_sandbox(clock: Clock) -> None:
    world = agreed(30, clock=clock)

    async with serve(world) as urls, httpx.AsyncClient() as client:
        control = urls.affihub.replace("/api/v1", "/_sandbox")
        partners = f"{urls.affihub}/partners"
        drifted = await client.post(f"{control}/drift", json={"seed": 1})
        await client.post(f"{control}/gaps", json={"affihub_create_status": 200})
        script = [
            {"fault": "html", "operation": "list_partners", "nth": 2},
            {"status": 418, "body": "{}", "operation": "get_program"},
        ]
        await client.post(f"{control}/faults", json={"script": script, "seed": 1, "rates": {}})
        created = await client.post(partners, json=NEW, headers=key(world))
        lists = [await client.get(partners, headers=key(world)) for _ in range(2)]
        program = await client.get(f"{urls.affihub}/programs/me", headers=key(world))
        requests = (await client.get(f"{control}/requests")).json()
        writes = (await client.get(f"{control}/writes")).json()
        await client.post(f"{control}/reset-log")
        forgotten = (await client.get(f"{control}/requests")).json()

    assert drifted.json()["edits"]
    assert created.status_code == 200
    assert lists[1].text.startswith("<!doctype html>")
    assert program.status_code == 418
    assert requests == {
        "total": 4,
        "changes": 1,
        "refused": 0,
        "counts": [
            {"side": "affihub", "method": "GET", "operation": "get_program", "count": 1},
            {"side": "affihub", "method": "GET", "operation": "list_partners", "count": 2},
            {"side": "affihub", "method": "POST", "operation": "create_partner", "count": 1},
        ],
    }
    assert [write["email"] for write in writes["writes"]] == ["new@example.com"]
    assert writes["created_twice"] == []
    assert forgotten["total"] == 0


@pytest.mark.parametrize(
    "path, body",
    [
        ("gaps", b'{"affihub_search": "fuzzy"}'),
        ("gaps", b'{"no_such_gap": 1}'),
        ("faults", b'{"rates": {"rain": 1}}'),
        ("faults", b'{"per_minute": {"mars": 1}}'),
        ("faults", b'{"script": [{"operation": "x"}]}'),
        ("drift", b"[]!"),
        ("drift", b"[1]"),
    ],
)
async def test_a_wrong_word_to_the_controls_is_a_400(world: World, path: str, body: bytes) -> None:
    async with serve(world) as urls, httpx.AsyncClient() as client:
        control = urls.whop.replace("/api/v1", "/_sandbox")
        refused = await client.post(f"{control}/{path}", content=body)

    assert refused.status_code == 400


async def test_limits_can_be_turned_on_from_outside(world: World) -> None:
    async with serve(world) as urls, httpx.AsyncClient() as client:
        control = urls.affihub.replace("/api/v1", "/_sandbox")
        told = {"rates": {"throttle": 1}, "per_minute": {"affihub": 1}}
        await client.post(f"{control}/faults", json=told)
        answers = [await client.get(f"{urls.affihub}/partners") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [401, 429]


async def test_a_written_configuration_names_urls_company_and_private_keys(
    world: World, tmp_path: Path
) -> None:
    path = tmp_path / "sandbox" / "config.toml"

    async with serve(world) as urls:
        write_config(path, urls, world, more='[pairs.main.commission]\nsync = "two-way"\n')

    pair = tomllib.loads(path.read_text(encoding="utf-8"))["pairs"]["main"]
    assert pair["whop"]["base_url"] == urls.whop
    assert pair["whop"]["company_id"] == world.whop.company_id
    assert pair["affihub"]["base_url"] == urls.affihub
    assert pair["affihub"]["requests_per_minute"] == 60_000
    assert pair["commission"]["sync"] == "two-way"
    for side, held in (("whop", world.whop.key), ("affihub", world.affihub.key)):
        key_file = path.parent / pair[side]["api_key_file"]
        assert key_file.read_text(encoding="utf-8") == held
    assert {found.stat().st_mode & 0o777 for found in path.parent.iterdir()} == {0o600}


async def test_a_configuration_written_twice_is_the_last_one(world: World, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"

    for port in (1, 2):
        urls = Urls(f"http://127.0.0.1:{port}/api/v1", f"http://127.0.0.1:{port}0/api/v1")
        write_config(path, urls, world)

    assert "127.0.0.1:2/" in path.read_text(encoding="utf-8")
    assert "127.0.0.1:1/" not in path.read_text(encoding="utf-8")


SERVES = """
import sys
from connectors.sandbox.seed import agreed
from connectors.sandbox.server import run
run(agreed(2), whop_port=0, affihub_port=0, announce=lambda urls: print(urls.affihub, flush=True))
print("ended")
"""


async def test_the_blocking_server_ends_on_sigterm() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVES, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().strip()

    async with httpx.AsyncClient() as client:
        refused = await client.get(f"{url}/partners")
    process.terminate()
    rest, _ = await process.communicate()

    assert refused.status_code == 401
    assert (rest, process.returncode) == (b"ended\n", 0)


def test_the_package_costs_nothing_until_it_is_used() -> None:
    code = (
        "import sys, connectors.sandbox, connectors.sandbox.seed\n"
        "print(sorted({'starlette', 'uvicorn', 'httpx'} & sys.modules.keys()))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)

    assert done.stdout == b"[]\n"
