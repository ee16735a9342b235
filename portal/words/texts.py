"""Sentences by code, as stock and brands write them in words.toml, and how their placeholders are filled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

# The fixed set of names. A value is put in as text, once: nothing in a sentence or a value is ever run.
CONSTANTS = frozenset({"vendor", "company", "host", "support_email", "support_phone"})
FACTS = frozenset(
    "clock date device duration durations last limit line old_device period product quantity remaining "
    "rule ticket used wait".split()
)
PLACEHOLDERS = CONSTANTS | FACTS

# Doubled braces are no placeholder: who writes {{date}} meant a template, and reads it back as text.
_PLACEHOLDER = re.compile(r"(?<!\{)\{([A-Za-z_]+)\}(?!\})")

Sentences = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Texts:
    """What one language says by code or page, each with its alternatives, the most telling first."""

    headings: Sentences = field(default_factory=dict)
    refusals: Sentences = field(default_factory=dict)
    help: Sentences = field(default_factory=dict)  # by the name of the page
    errors: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # what a program says: a sentence and a page


@dataclass(frozen=True, slots=True)
class Words:
    """What a brand says itself: its texts by language, and the values that are the same in every sentence."""

    texts: Mapping[str, Texts] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)


def placeholders(text: str) -> frozenset[str]:
    """Names of the {placeholders} of a sentence."""
    return frozenset(_PLACEHOLDER.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str | None:
    """The sentence with its placeholders filled, or None where a value is missing."""
    if not placeholders(text) <= values.keys():
        return None
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def alternatives(words: object) -> tuple[str, ...]:
    """One sentence or a list of alternatives as written in TOML. Raises ValueError with the reason."""
    listed = words if isinstance(words, list) else [words]
    if not listed or not all(isinstance(text, str) and text.strip() for text in listed):
        raise ValueError("must be a sentence or a list of sentences")
    for text in listed:
        if unknown := placeholders(text) - PLACEHOLDERS:
            known = ", ".join(sorted(PLACEHOLDERS))
            raise ValueError(f"knows no placeholder {{{min(unknown)}}}; there are {known}")
    return tuple(listed)
