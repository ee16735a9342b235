"""Canonical JSON: each document has exactly one way to be written, so that a signature means one thing only."""

from __future__ import annotations

import json
import re
from typing import Any

LONGEST = 32 * 1024  # bytes; the documents of programs have about one thousand
DEEPEST = 4
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"')
_MOST = 2**53 - 1  # beyond this not every language reads the same number


class NotCanonical(ValueError):
    """The bytes are no JSON object, or not in its canonical form."""


def encode(document: dict[str, Any]) -> bytes:
    """Return the canonical form: UTF-8, names sorted by code point, no blanks, nothing escaped that need not be.

    Raises ValueError for numbers that are not whole or have more than 53 bits, and for text that is no Unicode.
    """
    _hold_plain(document)
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def decode(content: bytes) -> dict[str, Any]:
    """Read what `encode` writes; anything else raises NotCanonical, without working hard on it first."""
    if len(content) > LONGEST or _depth(content) > DEEPEST:
        raise NotCanonical("too long or too deep")
    try:
        document = json.loads(content, object_pairs_hook=_each_once)
        is_canonical = isinstance(document, dict) and encode(document) == content
    except (ValueError, RecursionError):
        raise NotCanonical("no canonical JSON") from None
    if not is_canonical:
        raise NotCanonical("no canonical JSON")
    return document


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotCanonical("a name stands twice")
    return found


def _depth(content: bytes) -> int:
    deepest = depth = 0
    for byte in _TEXT.sub(b"", content):
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _hold_plain(value: object) -> None:
    if isinstance(value, dict):
        for inner in value.values():
            _hold_plain(inner)
    elif isinstance(value, list):
        for inner in value:
            _hold_plain(inner)
    elif isinstance(value, float) or (isinstance(value, int) and abs(value) > _MOST):
        raise NotCanonical("a number that is not whole or too large")
