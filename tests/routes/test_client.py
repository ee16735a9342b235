"""The tests' client finds what it is there to find: each rule is broken once."""

from __future__ import annotations

import httpx
import pytest

from tests.fixtures.lint import problems
from tests.fixtures.page import Malformed, Page

FRAME = '<!doctype html><html lang="en"><head><title>T</title></head><body><main><h1>H</h1>{}</main></body></html>'
TOKEN = f'<input type="hidden" name="csrf" value="{"x" * 86}">'

BROKEN = {
    "two headings": "<h1>Again</h1>",
    "an id twice": '<p id="a">a</p><p id="a">b</p>',
    "a reference to nowhere": '<p aria-labelledby="gone">a</p>',
    "a link to nowhere on the page": '<a href="#gone">a</a>',
    "a field without a label": '<input name="a">',
    "a list without a label": '<select name="a" id="s"><option>1</option></select><label for="other">x</label>',
    "a form without an address": f'<form method="post">{TOKEN}</form>',
    "a form without a token": '<form method="post" action="/a"></form>',
    "a token in an address": f'<form method="get" action="/a">{TOKEN}</form>',
    "a form that goes elsewhere with htmx": f'<form method="post" action="/a" hx-post="/b">{TOKEN}</form>',
    "a script inside": "<script>alert(1)</script>",
    "a style inside": "<style>p {}</style>",
    "a style on an element": '<p style="color: red">a</p>',
    "a handler on an element": '<p onclick="a()">a</p>',
    "a script as an address": '<a href="javascript:a()">a</a>',
    "a picture from elsewhere": '<img alt="" src="https://evil.test/a.png">',
    "a file from a host without a scheme": '<img alt="" src="//evil.test/a.png">',
    "a link that leads away": '<a href="https://evil.test/">a</a>',
    "a picture without a text": '<img src="/a.png">',
    "a button without words": "<button></button>",
    "a placeholder left over": "<p>Moved to %(device)s</p>",
    "a template left over": "<p>{{ name }}</p>",
    "markup as text": "<p>&lt;span class=nb&gt;DESK-42&lt;/span&gt;</p>",
    "a mark of the pseudo-language": "<p>⟦Šígñ íñ⟧</p>",
}


def page(html: str) -> Page:
    return Page(httpx.Response(200, headers={"content-type": "text/html; charset=utf-8"}, content=html.encode()))


@pytest.mark.parametrize("what", BROKEN)
def test_each_mistake_is_found(what: str) -> None:
    assert len(problems(page(FRAME.format(BROKEN[what])))) >= 1


def test_a_good_page_is_good() -> None:
    form = f'<form method="post" action="/a">{TOKEN}<label for="b">B</label><input id="b" name="b"></form>'
    assert problems(page(FRAME.format(form + '<a href="/licenses">L</a><img alt="" src="/static/a.png">'))) == []


@pytest.mark.parametrize("html", ["<p><b>a</p></b>", "<p>a", "a</p>", '<p id="a" id="b">a</p>'])
def test_tags_that_do_not_nest_are_found(html: str) -> None:
    with pytest.raises(Malformed):
        page(html)


def test_a_page_without_its_parts_is_found() -> None:
    assert len(problems(page("<!doctype html><html><head></head><body></body></html>"))) == 4
