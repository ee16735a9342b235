"""Proofreading: what a message catalog lacks or has wrong, beside the messages that the portal says."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po

from portal.catalogs import TEMPLATE, placeholders


def template() -> Catalog:
    """Every message of the portal, as it comes with it."""
    return read(TEMPLATE)


def read(path: Path, code: str | None = None) -> Catalog:
    """A catalog as it lies in its file, empty without one. Raises ValueError where it cannot be read."""
    if not path.exists():
        return Catalog(locale=code, charset="utf-8")
    try:
        with path.open("rb") as file:
            return read_po(file, locale=code, abort_invalid=True)
    except (PoFileError, LookupError) as error:
        raise ValueError(str(error)) from error


def updated(present: Catalog, wanted: Catalog) -> Catalog:
    """The catalog with the messages that are wanted: new ones are empty, those that nobody says are gone."""
    # A guess from a similar message would pass for a translation; an empty one is plainly missing.
    present.update(wanted, no_fuzzy_matching=True)
    present.obsolete.clear()
    return present


def written(messages: Catalog) -> bytes:
    """The catalog as a file without dates and tool names, so that only a changed message changes it."""
    file = BytesIO()
    write_po(file, messages, sort_output=True, omit_header=True, width=0)
    header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    if messages.locale:
        header += f'"Language: {messages.locale}\\n"\n"Plural-Forms: {messages.plural_forms}\\n"\n'
    return header.encode() + b"\n" + file.getvalue()


def problems(wanted: Catalog, present: Catalog) -> Iterator[str]:
    """What is left to translate, and what is wrong: messages missing, unused, empty, guessed, or not fit for use."""
    asked = {message.id for message in wanted if message.id}
    translated = {message.id: message for message in present if message.id}
    yield from (f"missing: {id!r}" for id in sorted(asked - translated.keys(), key=str))
    yield from (f"nobody says: {id!r}" for id in sorted(translated.keys() - asked, key=str))
    yield from (f"nobody says: {id!r}" for id in present.obsolete)
    for id, message in translated.items():
        forms = message.string if message.pluralizable else (message.string,)
        if not all(forms) or (message.pluralizable and len(forms) != present.num_plurals):
            yield f"empty: {id!r}"
        elif message.fuzzy:
            yield f"guessed: {id!r}"
        elif reason := _unfit(id, forms):
            yield f"{reason}: {id!r}"


def faults(present: Catalog) -> Iterator[str]:
    """What must not be used: translations that ask for other values, or bring markup that their message has not."""
    for message in present:
        forms = message.string if message.pluralizable else (message.string,)
        if message.id and all(forms) and (reason := _unfit(message.id, forms)):
            yield f"{reason}: {message.id!r}"


def _unfit(id: str | tuple[str, ...], forms: tuple[str, ...]) -> str | None:
    """Why these forms cannot stand for a message.

    A singular may leave out its number ("one license"), yet no form may ask for what is not given. Jinja trusts
    translations as markup, so they may bring no more of it than their message.
    """
    asked = [placeholders(form) for form in ((id,) if isinstance(id, str) else id)]
    if placeholders(forms[-1]) != asked[-1] or any(placeholders(form) - asked[-1] for form in forms):
        return "other placeholders"
    marks = str(id if isinstance(id, str) else id[-1]).count("<")
    return "other markup" if any(form.count("<") != marks for form in forms) else None
