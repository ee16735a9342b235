"""Keep the message catalogs in step with the source: `python tools/messages.py check|update|new CODE`."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from portal.catalogs import LOCALES, SOURCE, TEMPLATE, available, catalog  # noqa: E402
from portal.proofreading import problems, read, updated, written  # noqa: E402

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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("check", "update", "new"))
    parser.add_argument("code", nargs="?", help="the language to begin, such as fr")
    options = parser.parse_args()
    if options.what == "new":
        if not options.code or catalog(options.code).exists():
            parser.error("name a language that is not there yet")
        begin(options.code)
    template = extract()
    if options.what != "check":
        TEMPLATE.write_bytes(written(template))
    current = TEMPLATE.exists() and TEMPLATE.read_bytes() == written(template)
    found = [] if current else ["portal.pot is out of date"]
    for code in available():
        if code == SOURCE:
            continue
        if options.what != "check":
            catalog(code).write_bytes(written(updated(read(catalog(code), code), template)))
        found += [f"{code}: {problem}" for problem in problems(template, read(catalog(code), code))]
    for line in found:
        print(line)
    return 1 if found else 0


def begin(code: str) -> None:
    """An empty catalog, and the English words to write over."""
    catalog(code).parent.mkdir(parents=True)
    catalog(code).write_bytes(written(Catalog(locale=code, charset="utf-8")))
    shutil.copyfile(LOCALES / SOURCE / "words.toml", LOCALES / code / "words.toml")


if __name__ == "__main__":
    sys.exit(main())
