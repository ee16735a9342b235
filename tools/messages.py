"""Keep the message catalogs in step with the source: `python tools/messages.py check|update`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from portal.catalogs import SOURCE, TEMPLATE, available, catalog, placeholders  # noqa: E402

METHODS = [("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2"), ("**.py", "python")]
# As the portal's own environment reads templates, else the messages found are not the ones it asks for.
OPTIONS = {
    "trimmed": "true",
    "newstyle_gettext": "true",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "silent": "false",
}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}


def extract(folder: Path = ROOT / "portal") -> Catalog:
    """All messages of the source, sorted, with the file they stand in.

    Line numbers are left out: with them, each change of the source would change every catalog.
    """
    found = Catalog(project="portal", charset="utf-8")
    options = {pattern: OPTIONS for pattern, method in METHODS if method == "jinja2"}
    for filename, _, message, comments, context in extract_from_dir(
        folder, METHODS, options, KEYWORDS, comment_tags=("For translators:",), strip_comment_tags=True
    ):
        where = (Path(filename).as_posix(), None)
        found.add(message, locations=[where], auto_comments=comments, context=context)
    return found


def read(code: str) -> Catalog:
    """The catalog of a language as it lies in its file, empty without one."""
    if not catalog(code).exists():
        return Catalog(locale=code, charset="utf-8")
    with catalog(code).open("rb") as file:
        return read_po(file, locale=code)


def updated(present: Catalog, template: Catalog) -> Catalog:
    """The catalog with the messages of the template: new ones are empty, those that nobody says are gone."""
    # A guess from a similar message would pass for a translation; an empty one is plainly missing.
    present.update(template, no_fuzzy_matching=True)
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


def problems(template: Catalog, present: Catalog) -> Iterator[str]:
    """What is left to translate: messages missing, unused, empty, guessed or with other placeholders."""
    wanted = {message.id for message in template if message.id}
    translated = {message.id: message for message in present if message.id}
    yield from (f"missing: {id!r}" for id in sorted(wanted - translated.keys(), key=str))
    yield from (f"nobody says: {id!r}" for id in sorted(translated.keys() - wanted, key=str))
    yield from (f"nobody says: {id!r}" for id in present.obsolete)
    for id, message in translated.items():
        forms = message.string if message.pluralizable else (message.string,)
        # A singular may leave out its number ("one license"), yet no form may ask for what is not given.
        asked = [placeholders(form) for form in ((id,) if isinstance(id, str) else id)]
        if not all(forms) or (message.pluralizable and len(forms) != present.num_plurals):
            yield f"empty: {id!r}"
        elif message.fuzzy:
            yield f"guessed: {id!r}"
        elif placeholders(forms[-1]) != asked[-1] or any(placeholders(form) - asked[-1] for form in forms):
            yield f"other placeholders: {id!r}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("check", "update"))
    update = parser.parse_args().what == "update"
    template = extract()
    if update:
        TEMPLATE.write_bytes(written(template))
    current = TEMPLATE.exists() and TEMPLATE.read_bytes() == written(template)
    found = [] if current else ["portal.pot is out of date"]
    for code in available():
        if code == SOURCE:
            continue
        if update:
            catalog(code).write_bytes(written(updated(read(code), template)))
        found += [f"{code}: {problem}" for problem in problems(template, read(code))]
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
