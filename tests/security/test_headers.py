"""Headers of every kind of answer: pages, fragments, errors, files, downloads and what programs get."""

from __future__ import annotations

import pytest

from tests.fixtures.client import Served
from tests.fixtures.page import Page

# What is asked for, by whom, and what comes back.
ANSWERS = {
    "page": ("eve", "GET", "/licenses", 200),
    "door": ("", "GET", "/sign-in", 200),
    "redirect": ("", "GET", "/licenses", 303),
    "download": ("eve", "GET", "/licenses.csv", 200),
    "not found": ("eve", "GET", "/licenses/00000000-0000-7000-8000-000000000000", 404),
    "no route": ("", "GET", "/nothing/here", 404),
    "wrong method": ("", "DELETE", "/licenses", 405),
    "wrong form": ("eve", "POST", "/sign-out", 403),
    "broken form": ("eve", "POST", "/tickets/redemption", 400),
    "file": ("", "GET", "static", 200),
    "no file": ("", "GET", "/static/nothing.css", 404),
    "health": ("", "GET", "/healthz", 200),
    "program": ("", "GET", "/api/v1/me", 401),
    "no call": ("", "GET", "/api/v1/nothing", 404),
    "wrong call": ("", "PATCH", "/api/v1/me", 405),
    "head": ("eve", "HEAD", "/licenses", 200),
    "options": ("", "OPTIONS", "/licenses", 204),
}


def answer(served: Served, which: str) -> Page:
    who, method, path, status = ANSWERS[which]
    browser = served.as_(who) if who else served.browser()
    path = served.site.shelf.url("portal.css") if path == "static" else path
    body = {"content": b"x=1&x=2"} if which == "broken form" else {}
    kind = {"content-type": "application/x-www-form-urlencoded"} if method == "POST" else {}
    return browser.ask(method, path, status=status, headers=kind, **body)


@pytest.mark.parametrize("which", ANSWERS)
def test_every_answer_protects_itself(served: Served, which: str) -> None:
    headers = answer(served, which).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["date"].endswith("GMT")
    assert "server" not in headers
    assert len(headers.get_list("content-security-policy")) == 1


@pytest.mark.parametrize("which", [name for name in ANSWERS if name != "file"])
def test_no_answer_lets_anything_run_that_is_not_ours(served: Served, which: str) -> None:
    policy = dict(
        part.strip().partition(" ")[::2] for part in answer(served, which).headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert not any("unsafe" in sources or "*" in sources or "http" in sources for sources in policy.values())


def test_a_file_that_is_opened_by_itself_runs_nothing(served: Served) -> None:
    for name in ("brand/logo.svg", "brand/favicon.svg", "portal.js"):
        policy = served.browser().get(served.site.shelf.url(name)).headers["content-security-policy"]
        assert "default-src 'none'" in policy and "sandbox" in policy and "script-src" not in policy


@pytest.mark.parametrize("which", [name for name, (_, _, path, _) in ANSWERS.items() if path not in ("static",)])
def test_what_belongs_to_somebody_is_kept_nowhere(served: Served, which: str) -> None:
    if which in ("no file", "options"):
        return
    assert answer(served, which).headers["cache-control"] == "no-store"


def test_a_page_and_its_fragment_are_told_apart_by_caches(served: Served) -> None:
    vary = served.as_("eve").get("/licenses").headers["vary"]
    assert {"HX-Request", "Cookie", "Accept-Language"} <= {part.strip() for part in vary.split(",")}


def test_over_https_browsers_are_told_to_stay_there(portal) -> None:  # type: ignore[no-untyped-def]
    served = portal(PORTAL_URL="https://portal.test")
    for path in ("/sign-in", "/nothing", "/api/v1/me", served.site.shelf.url("portal.css")):
        assert "max-age=" in served.browser().get(path, status=None).headers["strict-transport-security"]
