"""Holds requests and answers against the OpenAPI files in ``tests/contract``."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

FOLDER = Path(__file__).parent.parent / "contract"


class Contract:
    """One OpenAPI file; what it does not describe is not checked."""

    def __init__(self, name: str) -> None:
        self.document: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
        resource = Resource.from_contents(self.document, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource("api", resource)
        self._paths = {
            re.compile(re.sub(r"{\w+}", "[^/]+", path)): path for path in self.document["paths"]
        }

    async def check(self, response: httpx.Response) -> None:
        """An event hook: raises ValidationError where an exchange breaks the contract."""
        await response.aread()
        request = response.request
        path = request.url.path.removeprefix("/api/v1")
        found = next((name for shape, name in self._paths.items() if shape.fullmatch(path)), None)
        operation = self.document["paths"].get(found, {}).get(request.method.lower())
        if operation is None:
            return
        if response.is_success:
            self.check_request(request, operation, self.document["paths"][found])
        self._check_answer(response, operation)

    def check_request(
        self, request: httpx.Request, operation: dict[str, Any], path: dict[str, Any]
    ) -> None:
        """Whatever is served must have been asked for as documented."""
        listed = [*operation.get("parameters", ()), *path.get("parameters", ())]
        parameters = [self._resolved(parameter) for parameter in listed]
        queried = {p["name"]: p for p in parameters if p["in"] == "query"}
        sent = set(request.url.params)
        assert sent <= queried.keys(), f"undocumented parameters {sent - queried.keys()}"
        missing = {name for name, p in queried.items() if p.get("required")} - sent
        assert not missing, f"missing parameters {missing}"
        body = self._resolved(operation.get("requestBody", {})).get("content")
        if body and request.content:
            self._validate(body["application/json"]["schema"], json.loads(request.content))

    def _check_answer(self, response: httpx.Response, operation: dict[str, Any]) -> None:
        answers = operation["responses"]
        exact, group = str(response.status_code), f"{response.status_code // 100}XX"
        told = answers.get(exact) or answers.get(group) or answers.get("default")
        assert told is not None, f"undocumented status {response.status_code}"
        content = self._resolved(told).get("content", {}).get("application/json")
        if content and response.headers.get("content-type") == "application/json":
            self._validate(content["schema"], response.json())

    def _resolved(self, part: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in part:
            return part
        found: Any = self.document
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return dict(found)

    def _validate(self, schema: Any, instance: Any) -> None:
        Draft202012Validator(_anchored(schema), registry=self._registry).validate(instance)


def _anchored(schema: Any) -> Any:
    """The schema with references that lead into the file from anywhere."""
    if isinstance(schema, dict):
        return {
            key: f"api{value}" if key == "$ref" else _anchored(value)
            for key, value in schema.items()
        }
    return [_anchored(part) for part in schema] if isinstance(schema, list) else schema


WHOP = Contract("whop-openapi.yaml")
AFFIHUB = Contract("affihub-openapi.yaml")
