"""Help with a page: a few sentences on what it is for, by the page's name, in the brand's words or the portal's."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from portal.language import Language
from portal.words.refusals import stock
from portal.words.texts import CONSTANTS, Texts, Words, fill, placeholders

TEMPLATES = Path(__file__).parent.parent / "templates"

_PAGE = re.compile(r"[a-z_]+/[a-z][a-z_]*\.html")


def name_of(template: str) -> str:
    """What a words file calls a page: `licenses` is licenses/index.html, and `licenses-show` licenses/show.html."""
    return template.removesuffix(".html").removesuffix("/index").replace("/", "-")


@cache
def names() -> frozenset[str]:
    """The pages that help can be written for: those with the frame that shows it."""
    found = ((path, path.relative_to(TEMPLATES).as_posix()) for path in TEMPLATES.glob("*/*.html"))
    return frozenset(
        name_of(template)
        for path, template in found
        if _PAGE.fullmatch(template) and '{% extends "base.html" %}' in path.read_text(encoding="utf-8")
    )


def page_help(lang: Language, words: Words, template: str) -> str | None:
    """What helps on this page, or None where nobody wrote anything."""
    name = name_of(template)
    for texts in (words.texts.get(lang.code, Texts()), stock(lang.code)):
        for text in texts.help.get(name, ()):
            if (filled := fill(text, words.constants)) is not None:
                return filled
    return None


def check(name: str, told: tuple[str, ...]) -> None:
    """Raise ValueError with the reason where help cannot stand under this name, or asks for what no page knows."""
    if name not in names():
        raise ValueError("there is no page of this name")
    for text in told:
        if unknown := placeholders(text) - CONSTANTS:
            known = ", ".join(sorted(CONSTANTS))
            raise ValueError(f"knows no placeholder {{{min(unknown)}}}; there are {known}")
