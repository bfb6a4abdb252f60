"""An answer that came, and JSON in and out of it without a float."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Never, TypeVar

from pydantic import TypeAdapter, ValidationError

from connectors.transport.redact import Redactor
from sync.core.record import Side
from sync.errors import Malformed

T = TypeVar("T")

MALFORMED: Final = "If that stays so, look whether base_url is really the API's."


EXCERPT_FROM: Final = 100_000
"""Bytes of a body that are looked at for an excerpt."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer with its whole body; ``request_id`` is the server's own id of the request."""

    side: Side
    operation: str
    status: int
    body: bytes
    request_id: str | None
    redactor: Redactor

    @property
    def excerpt(self) -> str:
        """The first words of the body, redacted."""
        return self.redactor.excerpt(self.body[:EXCERPT_FROM].decode("utf-8", "replace"))

    @property
    def told(self) -> str:
        """What the server itself says about an error, redacted; the excerpt where it says nothing.

        Every field of an error is optional on both sides (api/whop.md section 7, api/affihub.md
        section 5, 9), so this reads what is there and never fails.
        """
        try:
            return self.redactor.excerpt(_message_of(loads(self.body))) or self.excerpt
        except ValueError:
            return self.excerpt

    def json(self) -> object:
        """The body as JSON, numbers with a point as ``Decimal``; ``Malformed`` for all else."""
        try:
            return loads(self.body)
        except ValueError:
            raise self.malformed("is not JSON") from None

    def shaped(self, shape: TypeAdapter[T]) -> T:
        """The body in the shape a wire model describes; ``Malformed`` for any other shape."""
        try:
            return in_shape(shape, self.json())
        except ValidationError as error:
            raise self.malformed(f"has an unknown shape ({faults(error)})") from None

    def acknowledged(self) -> None:
        """Take a success without reading its body, which may be anything but a web page.

        A page with a 200 comes from something that stands before the API, which then never saw
        the request: ``Malformed``.
        """
        if self.body.lstrip()[:1] == b"<":
            raise self.malformed("is a web page")

    def malformed(self, what: str) -> Malformed:
        """The error that says in which way this answer is not what it claims to be."""
        return Malformed(
            f"{self.side.brand}'s answer to {self.operation} {what}. {MALFORMED}",
            side=self.side,
            operation=self.operation,
            status=self.status,
            request_id=self.request_id,
            excerpt=self.excerpt,
        )


Read = Callable[[Answer], T]
"""Makes something of an answer; raises ``Malformed`` where the answer does not carry it."""


def in_shape(shape: TypeAdapter[T], value: object) -> T:
    """The value in a shape; ``ValidationError`` for any other shape.

    Halves of characters, which JSON can carry and nothing else can store, are replaced first where
    they are in the way.
    """
    try:
        return shape.validate_python(value)
    except ValidationError:
        return shape.validate_python(mended(value))


AS_IT_CAME: Final = ("id", "metadata")
"""Ends of names of what is never mended: another id names another record, and metadata is sent
back as it was."""


def mended(value: object) -> object:
    """The same with every text whole, but for what has to stay as it came."""
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case list():
            return [mended(one) for one in value]
        case dict():
            return {n: v if n.endswith(AS_IT_CAME) else mended(v) for n, v in value.items()}
        case _:
            return value


def faults(error: ValidationError) -> str:
    """Where a shape differs and how, without any value of it."""
    told = error.errors(include_url=False, include_context=False, include_input=False)
    texts = [f"{'.'.join(map(str, fault['loc'])) or 'all of it'}: {fault['msg']}" for fault in told]
    return "; ".join(texts[:3])


def loads(raw: bytes) -> object:
    """JSON with exact numbers; ValueError for everything that is no JSON, NaN included."""
    try:
        value: object = json.loads(raw, parse_float=Decimal, parse_constant=_refuse)
    except RecursionError:
        msg = "nested too deeply"
        raise ValueError(msg) from None
    return value


def dumps(value: object) -> str:
    """JSON text with every Decimal written as the number it is, digit for digit."""
    match value:
        case Decimal():
            return str(value)
        case Mapping():
            return "{" + ",".join(f"{json.dumps(k)}:{dumps(v)}" for k, v in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(map(dumps, value)) + "]"
        case _:
            return json.dumps(value, allow_nan=False)


def whole(number: Decimal) -> int | Decimal:
    """The number as it is best written in JSON: 25, not 25.0 or 2.5E+1."""
    return int(number) if number == number.to_integral_value() else number.normalize()


def _refuse(constant: str) -> Never:
    raise ValueError(constant)


def _message_of(envelope: object) -> str:
    """The text in ``{"error": {"message"}}``, ``{"error"}``, ``{"message"}`` or ``{"detail"}``."""
    if not isinstance(envelope, dict):
        return ""
    for name in ("error", "message", "detail"):
        match envelope.get(name):
            case str(text) | {"message": str(text)} if text:
                return text
    return ""
