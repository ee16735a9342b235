"""A forgotten password: one answer for everybody, a link that works once, and everybody else is out."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from portal.doors import passwords
from portal.models import Link, User
from tests.fixtures.client import Client, Served
from tests.fixtures.page import Page
from tests.fixtures.village import PASSWORD
from tests.routes.conftest import events
from tests.routes.mailbox import link, mails, worked

EVE, NOBODY = "eve@people.example", "nobody@people.example"
NEW = "seven yellow kites, early"


def ask(served: Served, email: str = EVE) -> str:
    """Ask for a link and return it as it stands in the mail."""
    browser = served.browser()
    browser.submit(browser.get("/password/forgot").form("/password/forgot"), email=email, status=303)
    return link(mails(served, email, "password_reset")[-1], "/password/reset/")


def arrive(browser: Client, path: str) -> Page:
    return browser.follow(browser.get(path, status=303))


def choose(browser: Client, password: str, *, status: int = 303, htmx: bool = False) -> Page:
    form = browser.get("/password/reset").form("/password/reset")
    return browser.submit(form, password=password, status=status, htmx=htmx)


def test_the_way_there_begins_at_the_door(served: Served) -> None:
    page = served.browser().get("/sign-in")
    assert [one.text for one in page.root.all("a", href="/password/forgot")] == ["I forgot my password"]


def test_a_new_password_by_mail_lets_its_owner_in_and_everybody_else_out(served: Served, htmx: bool) -> None:
    elsewhere, ticket = served.browser().sign_in(EVE), served.browser()
    arrive(ticket, ask(served))
    done = choose(ticket, NEW, status=204 if htmx else 303, htmx=htmx)
    assert done.location == "/licenses" and "Your new password is saved." in ticket.follow(done).text
    assert elsewhere.get("/licenses", status=None).status == 303
    served.browser().sign_in(EVE, NEW)
    stays_out = served.browser()
    stays_out.submit(stays_out.get("/sign-in").form("/sign-in"), email=EVE, password=PASSWORD, status=422)
    assert len(mails(served, EVE, "password_changed")) == 1
    assert events(served, "password.reset") == 1 and events(served, "password.asked") == 1


def test_the_link_leaves_the_address_at_once_and_nothing_happens_by_looking(served: Served) -> None:
    path, browser = ask(served), served.browser()
    moved = browser.get(path, status=303)
    assert moved.location == "/password/reset"
    for _ in range(2):
        assert browser.get("/password/reset").heading == "A new password"
    assert "referrer-policy" in moved.headers
    with served.database.reading() as db:
        assert db.execute(select(Link.used_at)).scalars().all() == [None]


def test_a_link_works_once(served: Served) -> None:
    path, first, second = ask(served), served.browser(), served.browser()
    arrive(first, path)
    arrive(second, path)
    form = second.get("/password/reset").form("/password/reset")
    choose(first, NEW)
    late = second.submit(form, password="nine brown horses, noon", status=410)
    assert late.heading == "This link is used up"
    served.browser().sign_in(EVE, NEW)


def test_a_newer_link_that_was_used_ends_the_older_ones(served: Served) -> None:
    older, newer = ask(served), ask(served)
    browser = served.browser()
    arrive(browser, newer)
    choose(browser, NEW)
    late = served.browser()
    assert late.get(late.get(older, status=303).location, status=410).heading == "This link is used up"


def test_a_link_works_for_an_hour(served: Served) -> None:
    path = ask(served)
    served.clock.advance(minutes=60)
    late = served.browser()
    late.get(path, status=303)
    late.get("/password/reset", status=410)
    assert late.post("/password/reset", {"password": NEW}).status == 410
    served.browser().sign_in(EVE)


def test_the_mail_goes_to_the_address_on_file_and_to_no_other(served: Served) -> None:
    browser = served.browser()
    form = browser.get("/password/forgot").form("/password/forgot")
    for typed in (f"{EVE},{NOBODY}", f"{EVE} {NOBODY}", f"{EVE}\n{NOBODY}", f"{EVE};{NOBODY}", f"[{EVE}]"):
        browser.submit(form, email=typed)
    assert worked(served) == []
    browser.post("/password/forgot", {"email": EVE, "to": NOBODY}, status=400)
    assert worked(served) == []
    ask(served, EVE.upper().lower())
    assert {told.recipient for told in worked(served)} == {EVE}


def test_a_known_an_unknown_and_a_disabled_address_look_the_same_and_cost_no_hash(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes: list[str] = []
    monkeypatch.setattr(passwords, "matches", lambda *_, **__: hashes.append("matches"))
    monkeypatch.setattr(passwords, "hashed", lambda *_, **__: hashes.append("hashed"))
    with served.database.writing() as db:
        db.execute(update(User).where(User.email == "kim@people.example").values(disabled_at=served.clock()))
    seen = set()
    for email in (EVE, NOBODY, "kim@people.example"):
        browser = served.browser()
        done = browser.submit(browser.get("/password/forgot").form("/password/forgot"), email=email, status=303)
        seen.add((done.location, done.body, browser.follow(done).text))
    assert len(seen) == 1 and hashes == []
    assert [told.recipient for told in worked(served)] == [EVE]


def test_three_links_an_hour_are_enough(served: Served) -> None:
    for minutes in (0, 16, 16, 16):
        served.clock.advance(minutes=minutes)
        browser = served.browser()
        browser.submit(browser.get("/password/forgot").form("/password/forgot"), email=EVE, status=303)
    assert len(mails(served, EVE, "password_reset")) == 3


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("", "Enter your password."),
        ("short", "at least 15"),
        ("x" * 201, "at most"),
        ("eve@people.example", "guess"),
        ("aaaaaaaaaaaaaaaaaaaa", "guess"),
        ("Tessel Works 2026!!", "guess"),
    ],
)
def test_what_cannot_be_a_password_is_said_beside_the_field(served: Served, password: str, sentence: str) -> None:
    browser = served.browser()
    arrive(browser, ask(served))
    page = choose(browser, password, status=422)
    assert sentence in page.root.one("p", id="field-password-error").text
    served.browser().sign_in(EVE)  # nothing was changed


@pytest.mark.parametrize("token", ["unknown", "%00", "a" * 3000, "%F0%9F%98%80"])
def test_a_strange_link_opens_nothing(served: Served, token: str) -> None:
    browser = served.browser()
    browser.get(f"/password/reset/{token}", status=None)
    assert browser.get("/password/reset", status=410).heading == "This link is used up"
    assert browser.post("/password/reset", {"password": NEW}).status == 410


def test_a_link_for_something_else_changes_no_password(served: Served) -> None:
    browser = served.browser()
    browser.submit(browser.get("/register").form("/register"), email="new@people.example", status=303)
    welcome = link(mails(served, "new@people.example", "registration")[-1], "/register/")
    browser.get(welcome.replace("/register/", "/password/reset/"), status=303)
    browser.get("/password/reset", status=410)


def test_who_proves_an_address_gets_an_account_that_somebody_else_had_opened_for_it(served: Served) -> None:
    with served.database.writing() as db:
        db.execute(update(User).where(User.email == EVE).values(verified_at=None))
    squatter, owner = served.as_("eve"), served.browser()
    arrive(owner, ask(served))
    choose(owner, NEW)
    assert squatter.get("/licenses", status=None).status == 303
    with served.database.reading() as db:
        assert db.execute(select(User.verified_at).where(User.email == EVE)).scalar() is not None
