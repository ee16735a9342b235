"""What can be told of a brand folder by reading it: every mistake with its file and line, not only the first."""

from __future__ import annotations

from collections.abc import Container, Iterator
from pathlib import Path
from typing import Any

from portal.brand import assets_of, mail_logo, overrides, pictures
from portal.brand.card import Card, checked
from portal.brand.contrast import findings
from portal.brand.languages import own_languages, read_language
from portal.brand.source import BrandError, Source
from portal.brand.style import layered
from portal.brand.words import read_words
from portal.catalogs import available


def problems(folder: Path) -> Iterator[str]:
    """Everything wrong with a brand as far as its files tell. Raises BrandError where there is no brand at all."""
    source = Source(folder / "brand.toml")
    pictures_here = assets_of(folder)
    unknown = [str(source.error(f"there is no key {key!r}", key)) for key in _unknown(source.tables)]
    yield from unknown
    further: dict[str, Path] = {}
    of_mails = ""
    try:
        further = own_languages(folder)
        card = checked(source, pictures_here, {*available(), *further})
        languages, of_mails = card.languages, card.mail_logo
    except BrandError as error:
        if str(error) not in unknown:
            yield str(error)
        languages = available()
    yield from _of_style(folder / "tokens.css")
    yield from _of_catalogs(further)
    # The words of a language that is still being translated wait for it.
    yield from _of_words(folder / "words", languages, further.keys() - set(languages))
    for name in (name for name in pictures_here if not name.endswith(".woff2")):
        yield from mail_logo.problems(folder / name) if name == of_mails else pictures.problems(folder / name)
    yield from overrides.problems(folder)


def _unknown(tables: dict[str, Any]) -> list[str]:
    return [key for key in tables if key not in Card.__struct_fields__]


def _of_style(path: Path) -> Iterator[str]:
    try:
        stylesheet = layered(path)
    except BrandError as error:
        yield str(error)
        return
    # The layer around the sheet takes its first line, and the sheet begins where its first sign stands.
    written = path.read_text(encoding="utf-8") if path.exists() else ""
    begins = written[: len(written) - len(written.lstrip())].count("\n")
    yield from (f"{path}:{one.line - 1 + begins}: {one.reason}" for one in findings(stylesheet))


def _of_catalogs(further: dict[str, Path]) -> Iterator[str]:
    for path in further.values():
        try:
            read_language(path)
        except BrandError as error:
            yield str(error)


def _of_words(folder: Path, languages: tuple[str, ...], waiting: Container[str]) -> Iterator[str]:
    """Mistakes in the words of each language, and what is said in the vendor's words in one of them only."""
    said: dict[tuple[str, str], Source] = {}
    files: dict[str, set[tuple[str, str]]] = {}
    for path in sorted(folder.glob("*.toml")):
        if path.stem in waiting:
            continue
        if path.stem not in languages:
            yield f"{path}: {path.stem!r} is not among the languages of brand.toml"
            continue
        try:
            read_words(path)
        except BrandError as error:
            yield str(error)
            continue
        source = Source(path)
        files[path.stem] = {(table, key) for table, words in source.tables.items() for key in words}
        said |= {one: source for one in files[path.stem] if one not in said}
    for language in languages:
        for table, key in sorted(said.keys() - files.get(language, set())):
            source = said[table, key]
            where = f"{source.path}:{source.line(table, key)}"
            yield f"{where}: {table}.{key} is in your words here, but not in {folder / language}.toml"
