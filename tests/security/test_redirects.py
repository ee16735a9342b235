"""Where one is sent after signing in: to a page of ours, whatever the address asked for."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.fixtures.client import Served
from tests.fixtures.village import PASSWORD

AWAY = [
    "https://evil.test",
    "http:evil.test",
    "//evil.test",
    "///evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "/\t/evil.test",
    "/%09/evil.test\t",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.test",
    " //evil.test",
    "/ /evil.test",
    "\x01//evil.test",
    "/\x0b/evil.test",
    "/€",
    "/\r\nSet-Cookie: session=planted",
    "/\x85/evil.test",
    "http://portal.test@evil.test",
    "/" + "x" * 600,
    "",
    "/sign-out",
    "/sign-in",
    "/api/v1/me",
    "/\u202e/evil",
    "/\u2028",
]
OURS = ["/licenses", "/licenses?search=a&page=2", "/tickets/redemption", "/licenses?lang=de", "/licenses/%C3%A4"]


@pytest.mark.parametrize("next_", AWAY, ids=ascii)
def test_an_address_that_leads_away_leads_home(served: Served, next_: str, htmx: bool) -> None:
    browser = served.browser()
    form = browser.get("/sign-in").form("/sign-in")
    done = browser.submit(form, email="eve@people.example", password=PASSWORD, next=next_, htmx=htmx)
    if "\r\n" in next_ and done.status == 400:
        return
    assert (done.status, done.location) == (204 if htmx else 303, "/licenses")
    assert "planted" not in str(done.headers)


@pytest.mark.parametrize("next_", AWAY[:8], ids=ascii)
def test_nor_does_it_lead_away_who_is_signed_in_or_brings_tickets(served: Served, next_: str) -> None:
    eve = served.as_("eve")
    assert eve.ask("GET", "/sign-in", params={"next": next_}).location == "/licenses"
    browser = served.browser()
    door = browser.ask("GET", "/sign-in", params={"next": next_})
    assert {form.fields["next"] for form in door.root.all("form", method="post")} == {"/licenses"}
    codes = f"{served.village.codes['free']} {served.village.codes['free too']}"
    assert browser.submit(door.form("/sign-in/ticket"), tickets=codes, next=next_).location == "/licenses"


@pytest.mark.parametrize("next_", OURS)
def test_an_address_of_ours_is_kept(served: Served, next_: str) -> None:
    browser = served.browser()
    form = browser.ask("GET", "/sign-in", params={"next": next_}).form("/sign-in")
    assert browser.submit(form, email="eve@people.example", password=PASSWORD).location == next_


@pytest.mark.parametrize("host", ["evil.test", "portal.test.evil.test", "portal.test:81@evil.test", ""])
def test_no_answer_leads_to_the_host_that_a_visitor_claims(served: Served, host: str) -> None:
    page = served.browser().get("/licenses", status=303, host=host)
    assert urlsplit(page.location).netloc == ""
    assert "evil" not in served.browser().get("/sign-in", host=host).body
