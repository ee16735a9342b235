"""Sentences whose values are set in bold: cut at their placeholders, so that templates can mark the values."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def parts(sentence: str, values: Mapping[str, str], bold: frozenset[str] = frozenset()) -> list[tuple[str, bool]]:
    """The sentence as (text, is it bold) pieces, in the order that the language wants."""
    found: list[tuple[str, bool]] = []
    for index, piece in enumerate(_PLACEHOLDER.split(sentence)):
        text, is_bold = (values.get(piece, ""), piece in bold) if index % 2 else (piece.replace("%%", "%"), False)
        if text:
            found.append((text, is_bold))
    return found
