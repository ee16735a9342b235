"""Errors: a page or a notice that says what happened and what helps, whatever else is broken."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.exc import OperationalError

from portal.db import Database
from portal.doors import passwords
from portal.reports import overview
from tests.fixtures.client import Portal, Served
from tests.fixtures.page import Page


def told(page: Page, htmx: bool, heading: str, status: int) -> None:
    """The same in both shapes: a whole page, or a notice for the page's place for news."""
    if htmx:
        assert page.headers["hx-retarget"] == "#notices" and page.headers["hx-reswap"] == "innerHTML"
        assert heading in page.root.one("div", role="alert").text
        assert "<html" not in page.body
    else:
        assert page.heading == heading
        assert f"Answer {status}" in page.text
        assert page.root.all("a", class_="button"), "there is no way on"


@pytest.mark.parametrize(
    ("who", "method", "path", "status", "heading"),
    [
        ("eve", "GET", "/licenses/00000000-0000-7000-8000-000000000000", 404, "There is nothing at this address"),
        ("eve", "POST", "/sign-out", 403, "This page was open for a while"),
        ("ticket", "GET", "/tickets/redemption", 403, "This needs an account"),
        ("eve", "GET", "/nothing/here", 404, "There is nothing at this address"),
        ("eve", "DELETE", "/licenses", 405, "There is nothing at this address"),
    ],
)
def test_a_problem_is_a_page_or_a_notice(
    served: Served, who: str, method: str, path: str, status: int, heading: str, htmx: bool
) -> None:
    browser = served.with_(served.village.codes["free"]) if who == "ticket" else served.as_(who)
    told(browser.ask(method, path, status=status, htmx=htmx), htmx, heading, status)


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nothing", 404), ("GET", "/licenses/x", 404), ("POST", "/licenses", 405)]
)
def test_where_no_route_is_a_page_says_so_without_asking_who(
    served: Served, method: str, path: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    page = served.as_("eve").ask(method, path, status=status)
    assert page.heading == "There is nothing at this address"
    assert "canary" not in page.body
    assert not caplog.records
    assert status != 405 or "GET" in page.headers["allow"]


def test_programs_read_errors_in_their_form(served: Served) -> None:
    for method, path, status in (
        ("GET", "/api/v1/nothing", 404),
        ("PATCH", "/api/v1/me", 405),
        ("GET", "/api/v1/me", 401),
    ):
        page = served.browser().ask(method, path, status=status)
        assert page.headers["content-type"] == "application/vnd.api+json"
        assert page.response.json()["errors"][0]["code"]


@contextmanager
def away(*_: object) -> Iterator[None]:
    """What opening a unit of work comes to while the database cannot be reached."""
    raise OperationalError("select", {}, Exception("the secret reason"))
    yield


def test_without_a_database_the_page_says_when_to_come_back(
    served: Served, monkeypatch: pytest.MonkeyPatch, htmx: bool
) -> None:
    eve = served.as_("eve")
    form = eve.get("/licenses").form("/sign-out")
    with monkeypatch.context() as patch:
        patch.setattr(Database, "reading", away)
        patch.setattr(Database, "writing", away)
        for page in (eve.get("/licenses", status=503, htmx=htmx), eve.submit(form, status=503, htmx=htmx)):
            assert 0 < int(page.headers["retry-after"]) <= 60
            told(page, htmx, "We will be back in a moment", 503)
            assert "secret" not in page.body
        assert eve.get("/readyz", status=503).body == "not ready\n"
        assert eve.get("/healthz").body == "ok\n"
        call = eve.ask("GET", "/api/v1/me", headers={"authorization": "License XXXXX"}, status=503)
        assert call.response.json()["errors"][0]["code"] == "UNAVAILABLE"
    assert eve.get("/licenses").heading == "Your licenses", "nothing has to be started anew"


def test_a_database_that_never_answered_is_an_outage_too(portal: Portal) -> None:
    served = portal(PORTAL_DATABASE="postgresql://nobody@127.0.0.1:9/nowhere")
    browser = served.holding("any session")
    assert "We will be back in a moment" in browser.get("/licenses", status=503).text
    assert browser.get("/readyz", status=503).body == "not ready\n"


def test_without_a_database_nobody_comes_in(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = served.browser()
    door = browser.get("/sign-in")
    monkeypatch.setattr(Database, "reading", away)
    for action, fields in (
        ("/sign-in", {"email": "eve@people.example", "password": "x"}),
        ("/sign-in/ticket", {"tickets": "x" * 9 + "1"}),
    ):
        page = browser.submit(door.form(action), **fields)
        assert page.status in (422, 503) and browser.cookie("session") is None


def test_a_mistake_of_ours_is_said_to_be_ours_and_logged_once(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, htmx: bool
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("canary of the inside")

    eve = served.as_("eve")
    monkeypatch.setattr(overview, "overview", broken)
    page = eve.get("/licenses", status=500, htmx=htmx)
    told(page, htmx, "Something went wrong here", 500)
    assert "canary" not in page.body
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(errors) == 1 and "canary of the inside" in str(errors[0].exc_info)


def test_too_many_sign_ins_at_once_are_told_to_wait_a_moment(
    served: Served, monkeypatch: pytest.MonkeyPatch, htmx: bool
) -> None:
    def busy(*_: object, **__: object) -> bool:
        raise passwords.TooBusy

    browser = served.browser()
    form = browser.get("/sign-in").form("/sign-in")
    monkeypatch.setattr(passwords, "matches", busy)
    page = browser.submit(form, email="eve@people.example", password="x", status=503, htmx=htmx)
    told(page, htmx, "A little patience, please", 503)
    assert int(page.headers["retry-after"]) > 0
