"""What is wrong with a brand folder is told by reading it: each problem with file and line, hostile ones among them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from portal.brand import overrides
from portal.brand.checking import problems
from portal.settings import SHIPPED_BRAND

EXAMPLES = sorted(path.parent for path in SHIPPED_BRAND.glob("examples/*/brand.toml"))
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">\n{}\n</svg>'


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def told(folder: Path) -> list[str]:
    return [line.removeprefix(f"{folder}/") for line in problems(folder)]


def test_the_house_brand_and_the_examples_are_as_they_should_be() -> None:
    assert len(EXAMPLES) == 2
    for folder in (SHIPPED_BRAND, *EXAMPLES):
        assert list(problems(folder)) == []


def test_every_mistake_is_told_and_not_only_the_first(folder: Path) -> None:
    card = (folder / "brand.toml").read_text()
    write(folder, "brand.toml", card.replace("city =", "colour = 1\nfond = 2\ncity ="))
    write(folder, "tokens.css", ":root {\n  --primary: #fc0;\n}\n")
    write(folder, "words/en.toml", "[refusals]\nno_such = 'x'\n")
    write(folder, "words/xx.toml", "")
    write(folder, "logo.svg", PICTURE.format("<script>alert(1)</script>"))
    found = told(folder)
    assert [line.split(": ")[0] for line in found] == [
        "brand.toml:5", "brand.toml:6", "tokens.css:2", "words/en.toml:2", "words/xx.toml", "logo.svg:2"
    ]  # fmt: skip
    assert "there is no key 'colour'" in found[0] and "nearest that passes is oklch" in found[2]


def test_the_line_of_a_color_counts_from_the_first_line_of_the_file(folder: Path) -> None:
    write(folder, "tokens.css", "\n\n/* ours */\n:root {\n  --primary: #fc0;\n}\n")
    (line,) = told(folder)
    assert line.startswith("tokens.css:5: --primary")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<script>alert(1)</script>", "<script> has no place"),
        ("<SCRIPT/>", "<SCRIPT> has no place"),
        ("<svg:script xmlns:svg='http://www.w3.org/2000/svg'/>", "has no place"),
        ("<path onload='alert(1)'/>", "onload would run a script"),
        ("<foreignObject/>", "has no place"),
        ("<a href='javascript:alert(1)'/>", "href leads out"),
        ("<image xlink:href='https://evil.example/x.png'/>", "xlink:href leads out"),
        ("<image href='data:image/svg+xml;base64,AAAA'/>", "href leads out"),
        ("<path fill='url(https://evil.example/#x)'/>", "fill leads out"),
        ("<style>@import 'x.css';</style>", "its style leads out"),
        ("<style>a { fill: url(//evil.example/x) }</style>", "its style leads out"),
        ("<?xml-stylesheet href='x.xsl'?>", "has no place"),
        ("<path>", "no picture can be read"),
    ],
)
def test_a_picture_that_would_do_more_than_be_looked_at(folder: Path, content: str, reason: str) -> None:
    write(folder, "logo.svg", PICTURE.format(content))
    found = told(folder)
    assert found and all(re.match(r"logo\.svg:[23]: ", line) for line in found) and reason in found[0]


def test_a_picture_that_unfolds_into_gigabytes_is_told_and_not_unfolded(folder: Path) -> None:
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    write(folder, "logo.svg", bomb + PICTURE.format("&b;"))
    assert told(folder)[0] == "logo.svg:1: a picture has no document type of its own"


def test_a_harmless_picture_may_have_style_gradients_and_pictures_inside(folder: Path) -> None:
    inside = "<style>.a { fill: url(#g) }</style><use href='#a'/><image href='data:image/png;base64,AA=='/>"
    write(folder, "logo.svg", PICTURE.format(inside))
    assert told(folder) == []


def test_a_heavy_picture_is_told(folder: Path) -> None:
    (folder / "logo.png").write_bytes(bytes(80 * 1024))
    assert told(folder) == ["logo.png: it weighs 80 kB, and every page carries it: keep it under 30 kB"]


def test_words_in_one_language_only_are_missing_in_the_other(folder: Path) -> None:
    write(folder, "words/en.toml", "[headings]\n\npage_gone = 'Gone'\n[sentences]\n'Register a ticket' = 'Add'\n")
    for code in ("de", "fr", "ja"):
        write(folder, f"words/{code}.toml", "[sentences]\n'Register a ticket' = 'Dazu'\n")
    assert told(folder) == [
        f"words/en.toml:3: headings.page_gone is in your words here, but not in {folder}/words/{code}.toml"
        for code in ("de", "fr", "ja")
    ]


def test_an_override_has_to_be_noted_and_is_told_when_the_portals_template_changed(folder: Path) -> None:
    name = "parts/_foot.html"
    write(folder, f"templates/{name}", '{% extends "stock:parts/_foot.html" %}{% block closing %}x{% endblock %}')
    assert told(folder) == [
        f"templates/{name}: `portal brand check --accept` has not noted yet which template of the portal it stands for"
    ]
    assert overrides.accept(folder) == 1
    assert told(folder) == []
    lock = (folder / overrides.LOCK).read_text()
    write(folder, overrides.LOCK, ("0" if lock[0] != "0" else "1") + lock[1:])
    (line,) = told(folder)
    assert line.startswith(f"templates/{name}: the portal's {name} changed since")


@pytest.mark.parametrize(
    ("source", "line", "reason"),
    [
        ("{% extends 'stock:base.html' %}\n{% block foter %}x{% endblock %}", 2, "has no block 'foter'"),
        ("a\n{% if %}", 2, "Expected an expression"),
        ("\n{% include 'parts/_nowhere.html' %}", 2, "there is no template 'parts/_nowhere.html'"),
        ("{% extends 'stock:../secret.html' %}", 1, "there is no template"),
        ("<p>\n<script>alert(1)</script>", 2, "a script in the page is stopped"),
        ("<p onclick='x'>", 1, "a script in the page is stopped"),
        ("\n\n<p style='color: red'>", 3, "a style in the page is stopped"),
        ("<img src='https://evil.example/x.png'>", 1, "nothing is loaded from elsewhere"),
        ("<link rel=stylesheet href=//evil.example/x.css>", 1, "nothing is loaded from elsewhere"),
    ],
)
def test_a_template_that_cannot_work_is_told_with_its_line(folder: Path, source: str, line: int, reason: str) -> None:
    write(folder, "templates/base.html", source)
    overrides.accept(folder)
    found = told(folder)
    assert len(found) == 1 and found[0].startswith(f"templates/base.html:{line}: ") and reason in found[0], found


def test_a_mail_may_have_its_styles(folder: Path) -> None:
    mail = "{% extends 'stock:mail/base.html' %}{# <script> #}<p style='color: red'>"
    write(folder, "templates/mail/base.html", mail)
    overrides.accept(folder)
    assert told(folder) == []


def test_a_template_that_stands_for_nothing_is_told(folder: Path) -> None:
    write(folder, "templates/bace.html", "x")
    (line,) = told(folder)
    assert line == "templates/bace.html: the portal has no template of this name, and no other one here uses it"
    write(folder, "templates/base.html", "{% include 'bace.html' %}")
    overrides.accept(folder)
    assert told(folder) == []
