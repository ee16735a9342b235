"""Forms from elsewhere: without a token, with somebody else's, or sent by another site's page, nothing is done."""

from __future__ import annotations

import pytest

from tests.fixtures.client import Client, Served
from tests.fixtures.page import Element, Page
from tests.fixtures.village import PASSWORD
from tests.routes.conftest import VERBS, events

EVE = "eve@people.example"


def return_form(browser: Client, served: Served) -> Element:
    return VERBS["ask return"].form(browser.get(served.village.thing("eve", "active").page))


def refused(page: Page) -> bool:
    return page.status == 403 and page.heading == "This page was open for a while"


@pytest.mark.parametrize("token", [None, "", "x", "x" * 86, "é" * 86, "A" * 4000, "====", "%00"])
def test_a_made_up_token_is_refused(served: Served, token: str | None) -> None:
    eve = served.as_("eve")
    form, before = return_form(eve, served), events(served)
    action = form.attrs["action"]
    body = "" if token is None else f"csrf={token}"
    kind = {"content-type": "application/x-www-form-urlencoded"}
    answer = eve.ask("POST", action, content=body.encode(), headers=kind)
    assert answer.status in (400, 403) and events(served) == before


def test_the_token_of_another_session_is_refused(served: Served) -> None:
    eve, again, sid = served.as_("eve"), served.as_("eve"), served.as_("sid")
    form, before = return_form(eve, served), events(served)
    for stranger in (again, sid):
        assert refused(eve.submit(form, csrf=stranger.token()))
    assert events(served) == before


def test_a_token_from_before_signing_in_is_refused_afterwards(served: Served) -> None:
    browser = served.browser()
    early = browser.token()
    browser.sign_in(EVE)
    assert refused(browser.submit(return_form(browser, served), csrf=early))


def test_signing_somebody_in_from_elsewhere_is_refused(served: Served) -> None:
    attacker, victim = served.browser(), served.browser()
    token = attacker.token()
    fields = {"email": EVE, "password": PASSWORD}
    assert refused(victim.post("/sign-in", fields, token=token))
    victim.get("/sign-in")
    assert refused(victim.post("/sign-in", fields, token=token))
    assert refused(victim.post("/sign-in/ticket", {"tickets": served.village.codes["free"]}, token=token))
    assert victim.cookie("session") is None


@pytest.mark.parametrize(
    ("headers", "is_taken"),
    [
        ({}, True),
        ({"sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "none"}, True),
        ({"sec_fetch_site": "same-site"}, False),
        ({"sec_fetch_site": "cross-site"}, False),
        ({"sec_fetch_site": "cross-site", "origin": "http://portal.test"}, False),
        ({"origin": "http://portal.test"}, True),
        ({"origin": "null"}, False),
        ({"origin": "http://evil.test"}, False),
        ({"origin": "http://portal.test.evil.test"}, False),
        ({"origin": "http://evil.test/portal.test"}, False),
    ],
)
def test_a_post_that_a_browser_says_is_from_elsewhere_is_refused(
    served: Served, headers: dict[str, str], is_taken: bool
) -> None:
    eve = served.as_("eve")
    form = return_form(eve, served)
    answer = eve.post(form.attrs["action"], token=form.fields["csrf"], **headers)
    assert answer.status == 303 if is_taken else refused(answer)


def test_nothing_changes_by_looking(served: Served) -> None:
    eve = served.as_("eve")
    form, before = return_form(eve, served), events(served)
    action = form.attrs["action"]
    for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE"):
        assert eve.ask(method, f"{action}?csrf={form.fields['csrf']}").status == 405
    assert events(served) == before


@pytest.mark.parametrize(
    "body",
    [
        "csrf={csrf}&csrf={csrf}", "csrf={csrf}&owner=sid", "csrf={csrf}&_method=DELETE", "csrf={csrf}&a%00b=c",
        "csrf={csrf}&target=%00", "csrf={csrf}&" + "&".join(f"f{n}=1" for n in range(200)), "csrf={csrf}&x=%ff%fe",
        "csrf={csrf}&x=\x00",
    ],
)  # fmt: skip
def test_a_field_that_is_repeated_unknown_or_broken_is_refused(served: Served, body: str, htmx: bool) -> None:
    eve = served.as_("eve")
    form, before = return_form(eve, served), events(served)
    kind = {"content-type": "application/x-www-form-urlencoded"}
    page = eve.ask(
        "POST", form.attrs["action"], content=body.format(csrf=form.fields["csrf"]).encode(), headers=kind, htmx=htmx
    )
    assert page.status == 400
    assert "This form did not arrive whole" in page.text
    assert events(served) == before


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""])
def test_another_kind_of_body_is_refused(served: Served, kind: str) -> None:
    eve = served.as_("eve")
    form = return_form(eve, served)
    body = f"csrf={form.fields['csrf']}".encode()
    assert eve.ask("POST", form.attrs["action"], content=body, headers={"content-type": kind}).status == 400


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/ticket", "/tickets/redemption"])
def test_no_form_takes_a_field_that_it_does_not_have(served: Served, path: str) -> None:
    browser = served.as_("eve")
    assert browser.post(path, {"role": "admin"}).status == 400
