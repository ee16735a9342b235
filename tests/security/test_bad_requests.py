"""Requests that no browser sends: each gets a clear answer, changes nothing, and breaks nothing."""

from __future__ import annotations

import re
import socket

import pytest

from tests.fixtures.client import Served
from tests.fixtures.server import Serve
from tests.routes.conftest import VERBS, events

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/ticket", "/tickets/redemption"])
def test_ten_megabytes_are_too_much(served: Served, path: str, htmx: bool) -> None:
    eve = served.as_("eve")
    before = events(served)
    page = eve.ask("POST", path, content=b"x=" + b"a" * 10_000_000, headers=FORM, htmx=htmx, status=413)
    assert "That is too much at once" in page.text
    assert events(served) == before


def test_a_body_that_hides_its_length_is_too_much_as_well(served: Served) -> None:
    def endless() -> object:
        for _ in range(100):
            yield b"a" * 100_000

    page = served.browser().ask("POST", "/sign-in", content=endless(), headers=FORM)
    assert page.status == 413


@pytest.mark.parametrize(
    "query",
    [
        "a=1&" * 500,
        "search=" + "x" * 60_000,
        "search=%00",
        "page=999999999999",
        "page=-1",
        "page=%D9%A1",
        "page=1e9",
        "order=;drop",
        "state=%ff%fe",
        "search=%25%5F%5C",
        "lang=" + "x" * 5000,
        "lang=../../etc",
        "=",
        "&&&",
        "%",
        "search=%F0%9F%92%A9",
        "product=%27%20or%201=1--",
        "search=%00%00&search=b",
    ],
)
def test_a_strange_query_is_answered_like_any_other(served: Served, query: str) -> None:
    eve = served.as_("eve")
    for path in ("/licenses", "/licenses.csv", "/sign-in", served.village.thing("eve", "move").page, "/nothing"):
        answer = eve.ask("GET", f"{path}?{query}")
        assert answer.status in (200, 303, 404), f"{path}: {answer.status}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cookie", "session=" + "x" * 5000),
        ("cookie", "session=\xff\xfe"),
        ("cookie", "visitor=a.b.c; flash=a.b.c; lang=\x01"),
        ("cookie", "=;;=; session"),
        ("accept-language", "de;q=x," * 200),
        ("accept-language", "\xff"),
        ("hx-request", "no"),
        ("accept-encoding", "gzip;q=0"),
        ("content-length", "-5"),
        ("user-agent", "\xff" * 2000),
        ("host", "x" * 3000),
    ],
)
def test_a_strange_header_is_answered_like_any_other(served: Served, name: str, value: str) -> None:
    headers = [(name.encode(), value.encode("latin-1"))]
    for path in ("/sign-in", "/licenses", "/nothing"):
        assert served.browser().ask("GET", path, headers=headers).status in (200, 303, 404)


@pytest.mark.parametrize("field", ["email", "tickets", "next", "csrf"])
def test_nul_in_a_field_is_refused(served: Served, field: str) -> None:
    browser = served.browser()
    path = "/sign-in/ticket" if field == "tickets" else "/sign-in"
    page = browser.post(path, {field: "a\x00b"}, token=browser.token())
    assert page.status == 400


RAW = [
    b"GET /%ff%fe HTTP/1.1",
    b"GET /licenses/%00 HTTP/1.1",
    b"GET /% HTTP/1.1",
    b"GET /%zz HTTP/1.1",
    b"GET /licenses/%2e%2e/x HTTP/1.1",
    b"GET /static/../../settings.py HTTP/1.1",
    b"GET /static/%2e%2e%2fsettings.py HTTP/1.1",
    b"GET //evil.test/ HTTP/1.1",
    b"GET /licenses?%ff=%fe&%00 HTTP/1.1",
    b"GET /sign-in?next=%ff HTTP/1.1",
    b"GET /" + b"a" * 9000 + b" HTTP/1.1",
    b"GET /api/v1/machines/%00%ff HTTP/1.1",
    b"GET http://evil.test/sign-in HTTP/1.1",
    b"PROPFIND /licenses HTTP/1.1",
    b"GET /licenses/%E2%80%AE HTTP/1.1",
    b"HEAD /%00 HTTP/1.1",
    b"NONSENSE",
    b"GET /sign-in HTTP/1.1\r\nCookie: session=\xff\xfe",
    b"GET /sign-in HTTP/1.1\r\nContent-Length: x",
]


def test_no_raw_request_breaks_the_server(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    url = serve().url
    wrong = []
    for line in [*RAW, b"GET /healthz HTTP/1.1"]:
        answer = said(url, line)
        status = re.match(rb"HTTP/1\.1 (\d+)", answer)
        if status is None or int(status[1]) >= 500:
            wrong.append((line[:60], answer[:80]))
        if b"\r\nlocation: http" in answer.lower() or b"\r\nlocation: //" in answer.lower():
            wrong.append((line[:60], b"leads away"))
    assert not wrong
    assert answer.endswith(b"ok\n")
    assert not [record.getMessage() for record in caplog.records if record.name.startswith("portal")]


def said(url: str, line: bytes) -> bytes:
    """Send a request line as it is, and read all that comes back."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(line + f"\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_two_tabs_that_press_the_same_button_do_it_once(served: Served) -> None:
    eve, thing = served.as_("eve"), served.village.thing("eve", "move")
    tab = VERBS["move"].form(eve.get(thing.page))
    other = VERBS["move"].form(eve.get(thing.page))
    eve.submit(tab, reason="lost", gone="yes", status=303)
    eve.submit(other, reason="broken", gone="yes", status=303)
    assert events(served, "device.moved") == 3, "two were in the village before, and one is new"
