"""Whatever is asked of the two apps, they do not fail, and answer as the OpenAPI files say.

Every day the same few cases in a few seconds; many, and others each time, with

    pytest tests/sandbox/test_fuzz.py --hypothesis-profile=thorough
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args, get_type_hints

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.types import ASGIApp

from connectors.sandbox.affihub_app import affihub_routes
from connectors.sandbox.apps import affihub_app, whop_app
from connectors.sandbox.gaps import Gaps
from connectors.sandbox.seed import agreed
from connectors.sandbox.whop_app import whop_routes
from connectors.sandbox.world import World
from tests.sandbox.clients import BASE, V1, Clock
from tests.sandbox.contract import AFFIHUB, WHOP

CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
"""Not among them: whether documented-as-valid values are taken; the real ones refuse more."""
PROFILE: Final = settings.get_current_profile_name()


def cases(every_day: int) -> settings:
    """So many cases every day, always the same ones; as many as a thorough search takes."""
    thorough = PROFILE == "thorough"
    return settings(
        max_examples=settings.get_profile(PROFILE).max_examples if thorough else every_day,
        derandomize=not thorough,
        print_blob=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


whop_schema = schemathesis.openapi.from_dict(WHOP.document)
affihub_schema = schemathesis.openapi.from_dict(AFFIHUB.document)

AnyCase = Case[Any]


def contrary(turn: int) -> Gaps:
    """Every gap answered otherwise; several turns let each answer have its own."""
    answers: dict[str, Any] = {}
    for name, hint in get_type_hints(Gaps).items():
        options = get_args(hint) if hint is not bool else (True, False)
        told = [one for one in options if isinstance(one, bool | int | str)]
        if told:
            answers[name] = told[turn % len(told)]
    # A server that answers a taken address with 500 fails on purpose.
    return Gaps(**{**answers, "affihub_duplicate_status": 422})


@dataclass(frozen=True, slots=True)
class Stand:
    """Five people to ask about, and both apps; what a case changes does not matter to the next."""

    world: World
    whop: ASGIApp
    affihub: ASGIApp


def somebody(gaps: Gaps) -> Stand:
    """A stand whose gaps are answered like this."""
    world = agreed(5, 1, clock=Clock())
    for affiliate in world.whop.affiliates:
        world.whop.set_rate(affiliate, 20)
    world.whop.show_email(next(iter(world.whop.users)), "member")
    world.gaps = gaps
    return Stand(world, whop_app(world), affihub_app(world))


@pytest.fixture
def people() -> Stand:
    # What a PATCH is answered with is the only answer the file says nothing of.
    return somebody(Gaps(affihub_patch_answer="partner"))


@pytest.fixture(params=[1, 2])
def otherwise(request: pytest.FixtureRequest) -> Stand:
    return somebody(contrary(request.param))


def asked_of_whop(case: AnyCase, people: Stand) -> Mapping[str, Any]:
    """The case with ids that exist, so that it gets further than a 404, and how to send it."""
    whop = people.world.whop
    affiliate = next(iter(whop.affiliates))
    record = next(iter(whop.members)) if "members" in case.path else affiliate
    override = next((held.id for held in whop.overrides_of(affiliate)), "affov_gone")
    _aim(case, {"id": record, "override_id": override, "company_id": whop.company_id})
    headers = {"authorization": f"Bearer {whop.key}", "api-version-date": V1}
    return {"base_url": BASE, "app": people.whop, "headers": headers}


def asked_of_affihub(case: AnyCase, people: Stand) -> Mapping[str, Any]:
    """The same for the other side."""
    affihub = people.world.affihub
    _aim(case, {"id": next(iter(affihub.partners))})
    headers = {"authorization": f"Bearer {affihub.key}"}
    return {"base_url": BASE, "app": people.affihub, "headers": headers}


def _aim(case: AnyCase, real: Mapping[str, str]) -> None:
    for sent in (case.path_parameters, case.query, case.body):
        if isinstance(sent, dict):
            sent.update({name: value for name, value in real.items() if name in sent})


@whop_schema.parametrize()
@cases(20)
def test_whop_never_fails_and_answers_as_documented(case: AnyCase, people: Stand) -> None:
    case.call_and_validate(checks=CHECKS, **asked_of_whop(case, people))


@affihub_schema.parametrize()
@cases(20)
def test_affihub_never_fails_and_answers_as_documented(case: AnyCase, people: Stand) -> None:
    case.call_and_validate(checks=CHECKS, **asked_of_affihub(case, people))


@whop_schema.parametrize()
@cases(8)
def test_whop_never_fails_whatever_is_left_open(case: AnyCase, otherwise: Stand) -> None:
    case.call_and_validate(checks=[not_a_server_error], **asked_of_whop(case, otherwise))


@affihub_schema.parametrize()
@cases(8)
def test_affihub_never_fails_whatever_is_left_open(case: AnyCase, otherwise: Stand) -> None:
    case.call_and_validate(checks=[not_a_server_error], **asked_of_affihub(case, otherwise))


# Junk that no schema makes

QUERY = st.dictionaries(
    st.sampled_from(["first", "last", "after", "before", "page", "per_page", "user_ids[]", "from"])
    | st.text(max_size=5),
    st.text(max_size=20)
    | st.sampled_from(["0", "-1", "1e9", "\u0663", "WzEsMl0", "bnVsbA", "W10"]),
    max_size=4,
)
BODY = st.binary(max_size=40) | st.sampled_from(
    [b"{", b"[]", b"null", b'"x"', b"NaN", b'{"a":1e999}', b"[" * 5_000, b'{"id":"\\ud800"}']
)


def routes_of(side: str, people: Stand) -> tuple[ASGIApp, list[tuple[str, str]], str]:
    """An app, its routes and its key."""
    world = people.world
    if side == "whop":
        app, routes, key = people.whop, whop_routes(world), world.whop.key
    else:
        app, routes, key = people.affihub, affihub_routes(world), world.affihub.key
    return app, [(verb, route.path) for route in routes for verb in route.methods or ()], key


@pytest.mark.parametrize("side", ["whop", "affihub"])
@cases(10)
@given(st.data())
def test_junk_is_refused_by_every_route(side: str, data: st.DataObject) -> None:
    people = somebody(Gaps())
    app, routes, key = routes_of(side, people)
    ids = [*people.world.whop.affiliates, *people.world.affihub.partners, "%00", "..;", "é"]

    async def send_all() -> None:
        headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
            for verb, path in sorted(routes):
                url = path.replace("{id}", data.draw(st.sampled_from(ids)))
                query, body = data.draw(QUERY), data.draw(BODY)
                answer = await client.request(
                    verb, url, params=query, content=body, headers=headers
                )
                assert answer.status_code < 500

    asyncio.run(send_all())


@pytest.mark.parametrize("side", ["whop", "affihub"])
@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer another", "Basic a2V5"])
async def test_every_route_asks_for_the_key(
    side: str, authorization: str | None, people: Stand
) -> None:
    app, routes, _ = routes_of(side, people)
    headers = {} if authorization is None else {"authorization": authorization}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
        for verb, path in routes:
            assert (await client.request(verb, path, headers=headers)).status_code == 401
    assert people.world.writes == []
