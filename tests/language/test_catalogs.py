"""The catalogs say everything that the source says, no less and no more."""

from __future__ import annotations

import pytest
from babel.messages.catalog import Catalog

from portal.catalogs import SOURCE, TEMPLATE, available, catalog
from portal.proofreading import problems, read, written
from tools.messages import extract

TRANSLATED = [code for code in available() if code != SOURCE]


@pytest.fixture(scope="module")
def template() -> Catalog:
    return extract()


def test_the_template_is_what_the_source_says(template: Catalog) -> None:
    assert TEMPLATE.read_bytes() == written(template), "run: python tools/messages.py update"


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_message_is_translated_and_none_is_left_over(code: str, template: Catalog) -> None:
    assert list(problems(template, read(catalog(code), code))) == []


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
