"""Holds requests and answers against the OpenAPI files in ``tests/contract``.

``Contract.check`` is for tests of which every exchange has to be as documented: it raises.
``Contract.differences`` is for those that list what is not: paths, methods, parameters, bodies,
statuses, headers.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import yaml
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

FOLDER = Path(__file__).parent.parent / "contract"
FORMATS = FormatChecker(())
JSON = "application/json"


@FORMATS.checks("date-time", raises=ValueError)
def is_moment(value: object) -> bool:
    """Whether this is a time with a zone."""
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which an exchange is not as documented: where, and what is there instead.

    ``operation`` is the method and the documented path, or the path that was sent where none is
    documented; ``where`` is a part of the exchange such as ``query.page``, ``body.rate``,
    ``answer.data.0.status``, ``status``.
    """

    operation: str
    where: str
    what: str


class Contract:
    """One OpenAPI file."""

    def __init__(self, name: str) -> None:
        self.document: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
        resource = Resource.from_contents(self.document, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource("api", resource)
        self._paths = {
            re.compile(re.sub(r"{\w+}", "[^/]+", path)): path for path in self.document["paths"]
        }

    async def check(self, response: httpx.Response) -> None:
        """An event hook: AssertionError where an exchange breaks the contract.

        What the file does not describe is not checked, nor is a request that was refused.
        """
        await response.aread()
        if self._found(response.request) is None:
            return
        found = list(self.differences(response, asked=response.is_success))
        assert not found, found

    def name_of(self, request: httpx.Request) -> str:
        """Method and documented path, or the path that was sent where none is documented."""
        found = self._found(request)
        return f"{request.method} {found[0] if found else path_of(request)}"

    def differences(
        self, response: httpx.Response, *, asked: bool = True, answered: bool = True
    ) -> Iterator[Difference]:
        """Whatever is not as documented, in the request (``asked``) and in the answer."""
        request = response.request
        found = self._found(request)
        if found is None:
            yield Difference(self.name_of(request), "path", "is not documented")
            return
        path, operation = found
        told: list[tuple[str, str]] = []
        if asked:
            told += self._asked(request, operation, self.document["paths"][path])
        if answered:
            told += self._answered(response, operation)
        for where, what in told:
            yield Difference(self.name_of(request), where, what)

    def operations(self) -> frozenset[str]:
        """Method and path of everything the file describes."""
        return frozenset(
            f"{method.upper()} {path}"
            for path, methods in self.document["paths"].items()
            for method in methods
            if method != "parameters"
        )

    def _found(self, request: httpx.Request) -> tuple[str, dict[str, Any]] | None:
        path = path_of(request)
        name = next((name for shape, name in self._paths.items() if shape.fullmatch(path)), "")
        operation = self.document["paths"].get(name, {}).get(request.method.lower())
        return None if operation is None else (name, operation)

    # The request

    def _asked(
        self, request: httpx.Request, operation: dict[str, Any], path: dict[str, Any]
    ) -> Iterator[tuple[str, str]]:
        listed = [*operation.get("parameters", ()), *path.get("parameters", ())]
        parameters = [self._resolved(parameter) for parameter in listed]
        yield from self._queried(request, [p for p in parameters if p["in"] == "query"])
        yield from self._sent_body(request, self._resolved(operation.get("requestBody", {})))
        if not request.headers.get("authorization", "").startswith("Bearer "):
            yield "header.authorization", "is no bearer's"

    def _queried(
        self, request: httpx.Request, parameters: list[dict[str, Any]]
    ) -> Iterator[tuple[str, str]]:
        sent = request.url.params
        known = {parameter["name"]: parameter for parameter in parameters}
        for name in sorted(sent.keys() - known.keys()):
            yield f"query.{name}", "is not documented"
        for name, parameter in known.items():
            schema = self._resolved(parameter["schema"])
            if name in sent:
                yield from self._faults(f"query.{name}", schema, _typed(schema, sent, name))
            elif parameter.get("required"):
                yield f"query.{name}", "is missing"

    def _sent_body(
        self, request: httpx.Request, documented: dict[str, Any]
    ) -> Iterator[tuple[str, str]]:
        if not documented and request.content:
            yield "body", "is there, none is documented"
        if documented.get("required") and not request.content:
            yield "body", "is missing"
        if documented and request.content:
            if request.headers.get("content-type") != JSON:
                yield "header.content-type", "is not JSON's"
            schema = documented["content"][JSON]["schema"]
            yield from self._faults("body", schema, json.loads(request.content))

    # The answer

    def _answered(
        self, response: httpx.Response, operation: dict[str, Any]
    ) -> Iterator[tuple[str, str]]:
        answers = operation["responses"]
        exact, group = str(response.status_code), f"{response.status_code // 100}XX"
        told = answers.get(exact) or answers.get(group) or answers.get("default")
        if told is None:
            yield "status", f"{response.status_code} is not documented"
            return
        content = self._resolved(told).get("content", {}).get(JSON)
        if content is None or content["schema"] is True:
            return
        if response.headers.get("content-type") != JSON:
            yield "header.content-type", "of the answer is not JSON's"
        else:
            yield from self._faults("answer", content["schema"], response.json())

    def _resolved(self, part: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in part:
            return part
        found: Any = self.document
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return dict(found)

    def _faults(self, root: str, schema: Any, instance: Any) -> Iterator[tuple[str, str]]:
        validator = Draft202012Validator(
            _anchored(schema), registry=self._registry, format_checker=FORMATS
        )
        for error in validator.iter_errors(instance):
            yield ".".join([root, *map(str, error.absolute_path)]), error.message


def path_of(request: httpx.Request) -> str:
    """The path below the base URL, as it was sent: a quoted slash separates nothing."""
    return request.url.raw_path.partition(b"?")[0].decode().removeprefix("/api/v1")


def _typed(schema: dict[str, Any], sent: httpx.QueryParams, name: str) -> object:
    """A parameter as its schema means it."""
    values = sent.get_list(name)
    if schema.get("type") == "array":
        return values
    number = schema.get("type") == "integer" and values[-1].isdigit()
    return int(values[-1]) if number else values[-1]


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
