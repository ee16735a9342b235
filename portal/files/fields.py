"""What the fields of a signed document may hold: each kind reads its JSON value strictly and writes it back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0080-\u009f\u2028\u2029]")
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Kind:
    """How a value is read, which raises ValueError or TypeError for any other, and how it is written."""

    read: Callable[[Any], Any]
    write: Callable[[Any], Any] = lambda value: value


def said(kind: Kind) -> Any:
    """A field of a document that holds this kind of value."""
    return field(metadata={"kind": kind})


def optional(kind: Kind) -> Kind:
    return Kind(
        lambda value: None if value is None else kind.read(value),
        lambda value: None if value is None else kind.write(value),
    )


def line(most: int) -> Kind:
    """One line of text, not empty, without control characters, of at most so many characters."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > most or _CONTROL.search(value):
            raise ValueError("no line of text")
        return value

    return Kind(read)


def one_of(*allowed: str) -> Kind:
    def read(value: Any) -> str:
        if value not in allowed or not isinstance(value, str):
            raise ValueError("none of the known words")
        return value

    return Kind(read)


def digits(size: int) -> Kind:
    """Bytes of this size, written as lower-case hexadecimal digits."""

    def read(value: Any) -> bytes:
        content = bytes.fromhex(value)
        if len(content) != size or content.hex() != value:
            raise ValueError("not this many hexadecimal digits")
        return content

    return Kind(read, bytes.hex)


def table(names: int, values: Kind, most: int) -> Kind:
    """Up to `most` named values; a name is a line of at most `names` characters."""
    name = line(names)

    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or len(value) > most:
            raise ValueError("no table, or too long a one")
        return {name.read(key): values.read(one) for key, one in value.items()}

    def write(value: Mapping[str, Any]) -> dict[str, Any]:
        return {key: values.write(one) for key, one in value.items()}

    return Kind(read, write)


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 1_000_000_000:
        raise ValueError("no whole number")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("neither true nor false")
    return value


def _id(value: Any) -> UUID:
    if not isinstance(value, str) or str(UUID(value)) != value:
        raise ValueError("no id in its one form")
    return UUID(value)


def _moment(value: Any) -> datetime:
    found = datetime.strptime(value, _INSTANT).replace(tzinfo=UTC)
    if found.strftime(_INSTANT) != value:
        raise ValueError("no moment in its one form")
    return found


NUMBER = Kind(_number)
FLAG = Kind(_flag)
ID = Kind(_id, str)
MOMENT = Kind(_moment, lambda value: value.astimezone(UTC).strftime(_INSTANT))
