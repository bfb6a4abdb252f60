"""Requests and answers against the OpenAPI files: by the other tests' hook, and by schemathesis."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from jsonschema import ValidationError
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from connectors.sandbox.apps import affihub_app, whop_app
from connectors.sandbox.seed import agreed
from connectors.sandbox.world import World
from tests.sandbox.clients import BASE, V1, Clock, affihub_client, whop_client
from tests.sandbox.contract import AFFIHUB, WHOP

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
"""Not among them: whether documented-as-valid values are taken; the real ones refuse more."""
FEW = settings(
    max_examples=20,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
"""Enough to find a crash, quick enough for every run."""

whop_schema = schemathesis.openapi.from_dict(WHOP.document)
affihub_schema = schemathesis.openapi.from_dict(AFFIHUB.document)


AnyCase = Case[Any]


@pytest.fixture(scope="module")
def people() -> World:
    """Somebody to ask about; what one case changes does not matter to the next."""
    world = agreed(5, 1, clock=Clock())
    for affiliate in world.whop.affiliates:
        world.whop.set_rate(affiliate, 20)
    world.whop.show_email(next(iter(world.whop.users)), "member")
    return world


def aimed(case: AnyCase, real: dict[str, str]) -> AnyCase:
    """The case with ids that exist, so that it gets further than a 404."""
    for sent in (case.path_parameters, case.query, case.body):
        if isinstance(sent, dict):
            sent.update({name: value for name, value in real.items() if name in sent})
    return case


@whop_schema.parametrize()
@FEW
def test_whop_never_fails_and_answers_as_documented(case: AnyCase, people: World) -> None:
    whop = people.whop
    affiliate = next(iter(whop.affiliates))
    record = next(iter(whop.members)) if "members" in case.path else affiliate
    override = next((held.id for held in whop.overrides_of(affiliate)), "affov_gone")
    real = {"id": record, "override_id": override, "company_id": whop.company_id}
    headers = {"authorization": f"Bearer {whop.key}", "api-version-date": V1}

    aimed(case, real).call_and_validate(
        base_url=BASE, app=whop_app(people), headers=headers, checks=CHECKS
    )


@affihub_schema.parametrize()
@FEW
def test_affihub_never_fails_and_answers_as_documented(case: AnyCase, people: World) -> None:
    people.gaps = people.gaps.with_({"affihub_patch_answer": "partner"})
    headers = {"authorization": f"Bearer {people.affihub.key}"}

    aimed(case, {"id": next(iter(people.affihub.partners))}).call_and_validate(
        base_url=BASE, app=affihub_app(people), headers=headers, checks=CHECKS
    )


async def test_an_answer_outside_the_contract_is_noticed(world: World) -> None:
    partner = world.affihub.add("a@b.example", "a", "paused")

    async with affihub_client(world) as affihub:
        with pytest.raises(ValidationError):
            await affihub.get(f"/partners/{partner.id}")


async def test_a_request_outside_the_contract_is_noticed(world: World) -> None:
    async with affihub_client(world) as affihub, whop_client(world) as whop:
        with pytest.raises(ValidationError):
            await affihub.post("/partners", json={"email": "a@b.example", "slug": "a", "age": 7})
        with pytest.raises(AssertionError):
            await whop.get("/affiliates", params={"company_id": world.whop.company_id, "page": 1})
