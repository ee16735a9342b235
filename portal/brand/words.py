"""The words of a brand: words/<language>.toml, read against the codes and messages that there are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from portal.brand.source import Source
from portal.catalogs import Replacement, replacement_problem
from portal.words import page_help
from portal.words.refusals import is_code
from portal.words.texts import Sentences, Texts, alternatives

_PATH = re.compile(r"""(https?:/)?/[^\s/\\<>"'][^\s\\<>"']*""")


class Tables(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The tables of a words file: refusals by code, help by page, other sentences by the English they replace, and what
    the vendor's programs say."""

    headings: dict[str, Any] = {}
    refusals: dict[str, Any] = {}
    help: dict[str, Any] = {}
    sentences: dict[str, str | list[str]] = {}
    errors: dict[str, str] = {}


def read_words(path: Path) -> tuple[Texts, Mapping[str, Replacement]]:
    """A brand's texts by code and its replacements by message, both empty without a file."""
    if not path.exists():
        return Texts(), {}
    source = Source(path)
    tables = source.convert(Tables)
    for message, replacement in tables.sentences.items():
        if reason := replacement_problem(message, replacement):
            raise source.error(reason, "sentences", message)
    headings = _by_code(source, "headings", tables.headings)
    refusals = _by_code(source, "refusals", tables.refusals)
    help_ = _by_page(source, tables.help)
    return Texts(headings, refusals, help_, _errors(source, tables.errors)), tables.sentences


def _by_code(source: Source, table: str, written: dict[str, Any]) -> Sentences:
    found = {}
    for key, words in written.items():
        if not is_code(key):
            raise source.error("nothing is refused under this code", table, key)
        try:
            found[key] = alternatives(words)
        except ValueError as error:
            raise source.error(str(error), table, key) from error
    return found


def _by_page(source: Source, written: dict[str, Any]) -> Sentences:
    found = {}
    for name, words in written.items():
        try:
            found[name] = alternatives(words)
            page_help.check(name, found[name])
        except ValueError as error:
            raise source.error(str(error), "help", name) from error
    return found


def _errors(source: Source, written: dict[str, str]) -> dict[str, tuple[str, str]]:
    """What a program says, with the sentence that helps and the page that it leads to, after an arrow."""
    found = {}
    for said, told in written.items():
        sentence, _, path = (part.strip() for part in told.partition("→"))
        if not said.strip() or not sentence:
            raise source.error("must be a sentence, and may lead to a page: sentence → /path", "errors", said)
        if path and not _PATH.fullmatch(path):
            raise source.error("must lead to a page of the portal or a web address after the arrow", "errors", said)
        found[said] = (sentence, path or "/support")
    return found
