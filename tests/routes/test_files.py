"""Static files, health, and what a page weighs."""

from __future__ import annotations

import gzip

import pytest

from portal.db import open_database
from tests.fixtures.client import Portal, Served
from tests.fixtures.page import Page

PACKED = {"accept-encoding": "gzip"}


def loaded(page: Page) -> set[str]:
    """Everything a browser asks for to show this page."""
    found = [(one, "src") for one in page.root.all("script", "img")] + [(one, "href") for one in page.root.all("link")]
    return {one.attrs[name] for one, name in found if not one.attrs[name].startswith("data:")}


def raw(served: Served, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    """An answer as it travels, packed or not."""
    browser = served.as_("eve")
    with browser.http.stream("GET", path, headers=headers or {"accept-encoding": "identity"}) as answer:
        return answer.status_code, b"".join(answer.iter_raw()), dict(answer.headers)


def test_every_file_of_a_page_is_there_and_is_kept_for_good(served: Served) -> None:
    places = loaded(served.as_("eve").get("/licenses")) | loaded(served.browser().get("/sign-in"))
    assert len(places) >= 6
    for place in places:
        status, body, headers = raw(served, place)
        assert status == 200 and body
        assert headers["cache-control"] == "public, max-age=31536000, immutable"
        packed = raw(served, place, **PACKED)
        if "content-encoding" in packed[2]:
            assert gzip.decompress(packed[1]) == body and len(packed[1]) < len(body)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("portal.css", "text/css; charset=utf-8"),
        ("portal.js", "text/javascript; charset=utf-8"),
        ("brand/logo.svg", "image/svg+xml"),
    ],
)
def test_a_file_says_what_it_is(served: Served, name: str, kind: str) -> None:
    assert served.browser().get(served.site.shelf.url(name)).headers["content-type"] == kind


def test_an_address_changes_with_the_content_of_its_file(served: Served) -> None:
    place = served.site.shelf.url("portal.css")
    stem, _, ending = place.rpartition(".")
    for other in (f"{stem[:-1]}x.{ending}", "/static/portal.css", "/static/", "/static/../settings.py", "/static/%00"):
        assert served.browser().ask("GET", other).status == 404


def test_the_overview_with_everything_weighs_less_than_sixty_kilobytes(served: Served) -> None:
    status, body, headers = raw(served, "/licenses", **PACKED)
    assert status == 200 and headers["content-encoding"] == "gzip"
    weights = {place: len(raw(served, place, **PACKED)[1]) for place in loaded(served.as_("eve").get("/licenses"))}
    assert any("portal" in place for place in weights)
    assert len(body) + sum(weights.values()) < 60_000, weights


@pytest.mark.parametrize(
    "path", ["/licenses", "/sign-in", "/nothing", "/licenses.csv", "/healthz", "/api/v1/me", "static"]
)
def test_head_says_what_get_says_without_saying_it(served: Served, path: str) -> None:
    browser = served.browser() if path == "/sign-in" else served.as_("eve")
    path = served.site.shelf.url("portal.css") if path == "static" else path
    plain = {"accept-encoding": "identity"}
    get, head = (browser.ask(method, path, headers=plain) for method in ("GET", "HEAD"))
    assert head.status == get.status and head.response.content == b""
    for name in ("content-type", "content-length", "cache-control", "content-security-policy"):
        if name != "content-length" or "csrf" not in get.body:
            assert head.headers.get(name) == get.headers.get(name), name


def test_health_and_readiness(served: Served) -> None:
    assert served.browser().get("/healthz").body == "ok\n"
    assert served.browser().get("/readyz").body == "ready\n"
    assert "set-cookie" not in served.browser().get("/healthz").headers


def test_without_its_tables_it_is_not_ready(portal: Portal) -> None:
    served = portal(lambda url: open_database(url).reader.connect().close())
    assert served.browser().get("/readyz", status=503).body == "not ready\n"
    assert served.browser().get("/healthz").body == "ok\n"
