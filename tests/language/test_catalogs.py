"""The catalogs say everything that the source says, no less and no more."""

from __future__ import annotations

import re
import tomllib

import pytest
from babel.messages.catalog import Catalog

from portal.catalogs import LOCALES, SOURCE, TEMPLATE, available, catalog
from portal.proofreading import problems, read, written
from portal.words.texts import alternatives
from tools.messages import extract

TRANSLATED = [code for code in available() if code != SOURCE]


JAPANESE = "\u3041-\u30ff\u4e00-\u9fff"
# How each language sets its marks: what does not is a slip of the keyboard.
SLIPS = {
    "de": re.compile(r"\w'\w|(?<![=(])\"\w| [,;!?](?: |$)"),
    "fr": re.compile(r"\w'\w|\w[;!?»](?!\w)|[^\W\d]:(?=\s|$)| [;:!?»](?: |$)|«(?![\u00a0\u202f])"),
    "ja": re.compile(rf"[{JAPANESE}][,;:!?.](?: |$)|[。、！？：）」] +[{JAPANESE}]|[{JAPANESE}] ?\(|\)[{JAPANESE}]"),
}


@pytest.fixture(scope="module")
def template() -> Catalog:
    return extract()


def test_the_template_is_what_the_source_says(template: Catalog) -> None:
    assert TEMPLATE.read_bytes() == written(template), "run: python tools/messages.py update"


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_message_is_translated_and_none_is_left_over(code: str, template: Catalog) -> None:
    assert list(problems(template, read(catalog(code), code))) == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_marks_are_set_as_the_language_sets_them(code: str) -> None:
    words = tomllib.loads((LOCALES / code / "words.toml").read_text(encoding="utf-8"))
    told = [sentence for table in words.values() for said in table.values() for sentence in alternatives(said)]
    for message in filter(lambda message: message.id, read(catalog(code), code)):
        told += [message.string] if isinstance(message.string, str) else message.string
    assert len(told) > 2000
    assert [text for text in told if SLIPS[code].search(re.sub(r"https?://| \? (?=o(?:u|der) )", "", text))] == []


@pytest.mark.parametrize(("code", "slip"), [
    ("de", "wie geht's"), ("fr", "Vraiment?"), ("fr", "l'adresse"), ("fr", "Date: hier"), ("fr", "«Oui»"),
    ("ja", "日付: 今日"), ("ja", "終了。 次"), ("ja", "名前 (姓)"), ("ja", "完了."),
])  # fmt: skip
def test_a_slip_is_seen(code: str, slip: str) -> None:
    assert SLIPS[code].search(slip)


def test_messages_in_python_and_in_templates_are_found(template: Catalog) -> None:
    places = {where for message in template for where, _ in message.locations}
    assert "language.py" in places
    assert any(where.startswith("templates/") for where in places)


@pytest.mark.parametrize(
    ("id", "string", "flags", "problem"),
    [
        ("Sign in", "", (), "empty"),
        ("Sign in", "Anmelden", ("fuzzy",), "guessed"),
        ("Sign out", "Abmelden", (), "nobody says"),
        ("Until %(date)s", "Bis %(day)s", (), "other placeholders"),
        ("Until %(date)s", "Bis dann", (), "other placeholders"),
        ("Sign in", "<b>Anmelden</b>", (), "other markup"),
        (("%(n)s seat", "%(n)s seats"), ("Ein Platz", ""), (), "empty"),
        (("%(n)s seat", "%(n)s seats"), ("Ein Platz", "Plätze"), (), "other placeholders"),
    ],
)
def test_a_catalog_with_a_mistake_is_caught(
    id: str | tuple[str, str], string: str | tuple[str, str], flags: tuple[str, ...], problem: str
) -> None:
    source, german = Catalog(), Catalog(locale="de")
    for known in ("Sign in", "Until %(date)s", ("%(n)s seat", "%(n)s seats")):
        source.add(known)
        german.add(known, known)
    german.delete(id)
    german.add(id, string, flags=flags)
    assert [found.split(":")[0] for found in problems(source, german)] == [problem]


def test_a_message_that_is_missing_is_caught() -> None:
    source = Catalog()
    source.add("Sign in")
    assert list(problems(source, Catalog(locale="de"))) == ["missing: 'Sign in'"]
