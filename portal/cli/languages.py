"""`portal language`: a language of a vendor's own, begun, brought up to date, and proofread."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from portal.cli.asking import plainly
from portal.settings import SHIPPED_BRAND, from_environment

HEAD = """\
# Headings and sentences of refusals. Take the # away and write yours; what is left out is said in English.
# docs/branding.md lists the placeholders.
"""


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("language", help="languages of your own in the brand folder")
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    for name, run, told in (
        ("new", new, "begin one: a catalog of all messages, and the words of all refusals"),
        ("update", update, "bring its catalog to this version: new messages are empty, unused ones are gone"),
        ("check", check, "tell what is left to translate; exit 1 while something is"),
    ):
        verb = verbs.add_parser(name, help=told)
        verb.add_argument("code", metavar="CODE", help="such as fr")
        verb.add_argument("--brand", type=Path, help="the brand folder (PORTAL_BRAND)")
        verb.set_defaults(run=plainly(run))


def new(options: Any) -> int:
    """Write languages/CODE.po and words/CODE.toml into the brand folder. Exit 2 where they are there or cannot be."""
    from babel.messages.catalog import Catalog

    from portal.brand.languages import objection
    from portal.catalogs import LOCALES, SOURCE
    from portal.proofreading import template, updated, written

    folder = _folder(options)
    catalog, words = _files(folder, options.code)
    reason = objection(options.code)
    if folder.resolve() == SHIPPED_BRAND:
        reason = f"{folder} belongs to the portal. Name a brand folder of yours: --brand FOLDER"
    elif catalog.exists():
        reason = f"{catalog} is there already; bring it up to date with: portal language update {options.code}"
    elif not (folder / "brand.toml").is_file():
        reason = f"{folder} is no brand folder: it holds no brand.toml"
    if reason:
        print(f"{reason}.", file=sys.stderr)
        return 2
    catalog.parent.mkdir(exist_ok=True)
    words.parent.mkdir(exist_ok=True)
    catalog.write_bytes(written(updated(Catalog(locale=options.code, charset="utf-8"), template())))
    print(f"{catalog}: {sum(1 for one in template() if one.id)} messages to translate, with any gettext editor")
    if not words.exists():
        english = (LOCALES / SOURCE / "words.toml").read_text(encoding="utf-8").splitlines()
        lines = (line if line.startswith(("[", "#")) or not line else f"# {line}" for line in english)
        words.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
        print(f"{words}: the words of refusals and of help, to take over line by line")
    print(f'Add "{options.code}" to `languages` in {folder / "brand.toml"} when readers may see it.')
    return 0


def update(options: Any) -> int:
    """Exit 1 where there is no such language yet."""
    from portal.proofreading import read, template, updated, written

    catalog, _ = _files(_folder(options), options.code)
    if not catalog.exists():
        return _missing(options.code)
    catalog.write_bytes(written(updated(read(catalog, options.code), template())))
    left = sum(1 for _ in _left(catalog, options.code))
    print(f"{catalog}: up to date, {left} messages are left to translate.")
    return 0


def check(options: Any) -> int:
    """A line for each message and each sentence that is missing or wrong; exit 0 when there is none."""
    catalog, words = _files(_folder(options), options.code)
    if not catalog.exists():
        return _missing(options.code)
    found = [*_left(catalog, options.code), *_wordless(words)]
    for line in found:
        print(line)
    return 1 if found else 0


def _left(catalog: Path, code: str) -> Iterator[str]:
    from portal.proofreading import problems, read, template

    return (f"{catalog.name}: {problem}" for problem in problems(template(), read(catalog, code)))


def _wordless(words: Path) -> Iterator[str]:
    """What the words of the portal say and these do not."""
    from portal.brand.words import read_words
    from portal.catalogs import SOURCE
    from portal.words.refusals import stock

    texts, _ = read_words(words)
    english = stock(SOURCE)
    for table, own, there in (
        ("headings", texts.headings, english.headings),
        ("refusals", texts.refusals, english.refusals),
        ("help", texts.help, english.help),
    ):
        yield from (f"{words.name}: {table}: missing: {key}" for key in sorted(there.keys() - own.keys()))


def _folder(options: Any) -> Path:
    return Path(options.brand) if options.brand else from_environment().brand


def _files(folder: Path, code: str) -> tuple[Path, Path]:
    return folder / "languages" / f"{code}.po", folder / "words" / f"{code}.toml"


def _missing(code: str) -> int:
    print(f"There is no {code!r} in the brand folder yet; begin it with: portal language new {code}", file=sys.stderr)
    return 1
