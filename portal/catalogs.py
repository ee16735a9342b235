"""The message catalogs: stock translations, and the sentences that a brand puts in their place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from gettext import GNUTranslations, NullTranslations
from html import escape
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = Path(__file__).parent / "locales"
TEMPLATE = LOCALES / "portal.pot"
SOURCE = "en"

Replacement = str | Sequence[str]

# The first kind is filled by Python and Jinja, the second by scripts in the browser.
_PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")


class Replaced(str):
    """A sentence from a brand. Jinja trusts translations as markup; this one is shown as the text it is."""

    __slots__ = ()

    def __html__(self) -> str:
        return escape(self)


def available() -> tuple[str, ...]:
    """Codes of the languages that come with the portal."""
    translated = {path.parent.parent.name for path in LOCALES.glob("*/LC_MESSAGES/portal.po")}
    return tuple(sorted({SOURCE} | translated))


def catalog(code: str) -> Path:
    """Where the translations into a language lie."""
    return LOCALES / code / "LC_MESSAGES" / "portal.po"


@cache
def translations(code: str) -> NullTranslations:
    """The stock translations into a language; the messages in the source are English already."""
    if code == SOURCE:
        return NullTranslations()
    with catalog(code).open("rb") as file:
        return compiled(read_po(file, locale=code))


def compiled(catalog: Catalog) -> NullTranslations:
    """A catalog as translations; what it leaves out is said in English."""
    machine = BytesIO()
    write_mo(machine, catalog)
    machine.seek(0)
    return GNUTranslations(machine)


@cache
def messages() -> Mapping[str, str | None]:
    """Every stock message, with its plural where it has one."""
    with TEMPLATE.open("rb") as file:
        found = [message.id for message in read_po(file) if message.id]
    return dict((message, None) if isinstance(message, str) else message for message in found)


def placeholders(message: str) -> frozenset[str]:
    """The placeholders of a message, such as %(date)s."""
    return frozenset(_PLACEHOLDER.findall(message))


def forms_of(replacement: Replacement) -> tuple[Replaced, ...]:
    """A replacement as its plural forms; most messages have only one."""
    return (Replaced(replacement),) if isinstance(replacement, str) else tuple(map(Replaced, replacement))


def replacement_problem(message: str, replacement: Replacement) -> str | None:
    """Why `replacement` cannot stand for the stock message, or None where it can."""
    if message not in messages():
        return f"no page says {message!r}"
    plural = messages()[message]
    forms = forms_of(replacement)
    if not forms or not all(form.strip() for form in forms):
        return f"the words for {message!r} are empty"
    if plural is None and len(forms) > 1:
        return f"{message!r} has no plural and takes one sentence"
    known = placeholders(message) | placeholders(plural or "")
    for form in forms:
        if unknown := placeholders(form) - known:
            return f"{min(unknown)} is not a placeholder of {message!r}"
        # Some messages are formatted where they are used and some are not: a lone % cannot be right in both.
        if "%" in _PLACEHOLDER.sub("", form):
            return f"the words for {message!r} hold a % that belongs to no placeholder"
    return None
