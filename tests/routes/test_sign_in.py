"""The door for people: e-mail address and password."""

from __future__ import annotations

import pytest

from tests.fixtures.client import Served
from tests.fixtures.village import PASSWORD
from tests.routes.conftest import events
from tests.routes.mailbox import mails

EVE = "eve@people.example"


def test_the_door_opens_onto_the_licenses(served: Served, htmx: bool) -> None:
    browser = served.browser()
    form = browser.get("/sign-in").form("/sign-in")
    done = browser.submit(form, email=EVE, password=PASSWORD, status=204 if htmx else 303, htmx=htmx)
    assert done.location == "/licenses"
    assert browser.follow(done).heading == "Your licenses"
    assert events(served, "session.opened") == 1


@pytest.mark.parametrize("email", ["EVE@People.Example", "  eve@people.example "])
def test_an_address_may_be_written_in_other_ways(served: Served, email: str) -> None:
    assert served.browser().sign_in(email).get("/licenses").heading == "Your licenses"


def test_one_comes_back_to_where_one_wanted_to_go(served: Served) -> None:
    page = served.village.thing("eve", "move").page
    browser = served.browser()
    sent = browser.get(f"{page}?gone=x", status=303)
    done = browser.submit(browser.follow(sent).form("/sign-in"), email=EVE, password=PASSWORD, status=303)
    assert done.location == f"{page}?gone=x"


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"email": "", "password": "x"}, "email", "Enter your e-mail address."),
        ({"email": EVE, "password": ""}, "password", "Enter your password."),
        ({"email": EVE, "password": "wrong"}, "password", "E-mail address and password do not match."),
        ({"email": "nobody@people.example", "password": "x"}, "password", "E-mail address and password do not match."),
        ({"email": "e" * 300, "password": "x"}, "email", "This is too long."),
        ({"email": EVE, "password": "x" * 300}, "password", "This is too long."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    served: Served, fields: dict[str, str], field: str, sentence: str, htmx: bool
) -> None:
    browser = served.browser()
    page = browser.submit(browser.get("/sign-in").form("/sign-in"), **fields, status=422, htmx=htmx)
    assert sentence in page.root.one("p", id=f"field-{field}-error").text
    assert page.form("/sign-in").fields["email"] == fields["email"]
    assert page.form("/sign-in").fields["password"] == "", "the password came back"
    assert browser.cookie("session") is None


def test_who_is_signed_in_needs_no_door(served: Served) -> None:
    eve = served.as_("eve")
    assert eve.get("/sign-in", status=303).location == "/licenses"
    assert eve.get("/", status=303).location == "/licenses"
    assert served.browser().get("/", status=303).location == "/sign-in"


def test_signing_in_twice_with_the_same_form_works_twice(served: Served) -> None:
    browser = served.browser()
    form = browser.get("/sign-in").form("/sign-in")
    assert browser.submit(form, email=EVE, password=PASSWORD, status=303).location == "/licenses"
    again = browser.submit(form, email=EVE, password=PASSWORD)
    assert again.status == 303 or "open for a while" in again.text
    assert browser.get("/licenses").heading == "Your licenses"


def test_signing_out_ends_the_session_and_says_so(served: Served, htmx: bool) -> None:
    eve = served.as_("eve")
    form = eve.get("/licenses").form("/sign-out")
    done = eve.submit(form, status=204 if htmx else 303, htmx=htmx)
    assert done.location == "/sign-in"
    assert "You are signed out." in eve.follow(done).text
    assert eve.get("/licenses", status=303).location == "/sign-in?next=/licenses"
    assert events(served, "session.closed") == 1


def test_signing_out_in_a_second_tab_is_no_error(served: Served) -> None:
    eve = served.as_("eve")
    form = eve.get("/licenses").form("/sign-out")
    eve.submit(form, status=303)
    assert eve.submit(form, status=303).location.startswith("/sign-in")
    assert events(served, "session.closed") == 1


def test_a_session_ends_by_itself_after_a_quiet_night(served: Served) -> None:
    eve = served.as_("eve")
    served.clock.advance(hours=11, minutes=59)
    eve.get("/licenses")
    served.clock.advance(hours=11, minutes=59)
    eve.get("/licenses")
    served.clock.advance(hours=12)
    assert eve.get("/licenses", status=303).location == "/sign-in?next=/licenses"


def test_a_session_ends_after_a_week_however_busy_it_is(served: Served) -> None:
    eve = served.as_("eve")
    for _ in range(14):
        eve.get("/licenses")
        served.clock.advance(hours=11, minutes=30)
    served.clock.advance(hours=8)
    eve.get("/licenses", status=303)


def test_a_browser_that_is_new_to_the_account_is_mailed_to_its_owner_once(served: Served) -> None:
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    browser = served.browser("203.0.113.9", user_agent=firefox).sign_in(EVE)
    (told,) = mails(served, EVE, "new_sign_in")
    assert "Firefox on Linux" in told and "203.0.113.0/24" in told and "203.0.113.9" not in told
    browser.submit(browser.get("/licenses").form("/sign-out"))
    browser.sign_in(EVE)
    assert len(mails(served, EVE, "new_sign_in")) == 1
    browser.submit(browser.get("/licenses").form("/sign-out"))
    browser.sign_in("sid@people.example")
    assert len(mails(served, "sid@people.example", "new_sign_in")) == 1, "known to one account is not known to another"


def test_whoever_guesses_from_the_same_office_cannot_keep_the_owner_out(served: Served) -> None:
    owner = served.browser().sign_in(EVE)
    owner.submit(owner.get("/licenses").form("/sign-out"))
    guesser = served.browser()
    form = guesser.get("/sign-in").form("/sign-in")
    for _ in range(10):
        guesser.submit(form, email=EVE, password="wrong wrong wrong", status=422)
    guesser.submit(form, email=EVE, password=PASSWORD, status=429)
    owner.sign_in(EVE)


def test_a_known_browser_guesses_no_longer_than_another(served: Served) -> None:
    browser = served.browser().sign_in(EVE)
    browser.submit(browser.get("/licenses").form("/sign-out"))
    form = browser.get("/sign-in").form("/sign-in")
    for _ in range(10):
        browser.submit(form, email=EVE, password="wrong wrong wrong", status=422)
    browser.submit(form, email=EVE, password=PASSWORD, status=429)


def test_a_cookie_that_somebody_made_is_no_known_browser(served: Served) -> None:
    browser = served.browser()
    browser.http.cookies.set("known", "WyJhIl0.made.up", domain="portal.test")
    browser.sign_in(EVE)
    assert len(mails(served, EVE, "new_sign_in")) == 1
