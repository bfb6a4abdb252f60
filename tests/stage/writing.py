"""Values as TOML writes them; what is told is small, so that one line each is enough."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal


def value_text(value: object) -> str:
    """One value on one line; TypeError for what TOML has no word for."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case int() | float() | Decimal() | date():
            return str(value)
        case Mapping():
            inner = ", ".join(f"{key_text(k)} = {value_text(v)}" for k, v in value.items())
            return f"{{ {inner} }}" if inner else "{}"
        case Sequence():
            return f"[{', '.join(map(value_text, value))}]"
        case _:
            raise TypeError(f"TOML cannot say {value!r}")


def key_text(key: str) -> str:
    """A bare key where that is enough, a quoted one elsewhere."""
    bare = key.replace("-", "").replace("_", "")
    return key if bare.isascii() and bare.isalnum() else value_text(key)
