"""A link of a mail is followed to its page through every door, with whatever mails and codes stand in between."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pyotp
import pytest

from portal.web import cookies
from tests.fixtures.authenticator import Device
from tests.fixtures.brands import branded
from tests.fixtures.client import Client, Portal, Served
from tests.fixtures.page import Page
from tests.fixtures.village import PASSWORD
from tests.routes.factors import add_app, add_passkey, asked, enter, show_code, token_of
from tests.routes.mailbox import link, mails

EVE, NEW, SECRET = "eve@people.example", "new.person@people.example", "seven yellow kites, early"
DEEP = "/licenses?state=ready"
Door = Callable[[Served, Client], str]


def door(browser: Client) -> Page:
    """The page that a mail leads to is not for strangers, and so the door opens."""
    return browser.follow(browser.get(DEEP, status=303))


def by_password(served: Served, browser: Client) -> str:
    return browser.submit(door(browser).form("/sign-in"), email=EVE, password=PASSWORD).location


def by_password_at_the_second_try(served: Served, browser: Client) -> str:
    again = browser.submit(door(browser).form("/sign-in"), email=EVE, password="wrong", status=422)
    return browser.submit(again.form("/sign-in"), email=EVE, password=PASSWORD).location


def by_several_tickets(served: Served, browser: Client) -> str:
    codes = f"{served.village.codes['free']} {served.village.codes['free too']}"
    return browser.submit(door(browser).form("/sign-in/ticket"), tickets=codes).location


def by_one_ticket(served: Served, browser: Client) -> str:
    return browser.submit(door(browser).form("/sign-in/ticket"), tickets=served.village.codes["free"]).location


def by_passkey(served: Served, browser: Client) -> str:
    device = Device()
    add_passkey(served.browser().sign_in(EVE), device)
    form = door(browser).form("/sign-in/passkey")
    return browser.submit(form, credential=device.show(asked(browser))).location


def by_code(served: Served, browser: Client) -> str:
    app, _ = add_app(served, served.browser().sign_in(EVE))
    waiting = browser.submit(door(browser).form("/sign-in"), email=EVE, password=PASSWORD, status=303)
    assert waiting.location == "/sign-in/second"
    return show_code(browser, app.at(served.clock()), status=303).location


def by_code_after_starting_over(served: Served, browser: Client) -> str:
    app, _ = add_app(served, served.browser().sign_in(EVE))
    browser.submit(door(browser).form("/sign-in"), email=EVE, password=PASSWORD, status=303)
    enter(browser, EVE, PASSWORD)
    return show_code(browser, app.at(served.clock()), status=303).location


def by_a_new_password(served: Served, browser: Client) -> str:
    door(browser)
    browser.submit(browser.get("/password/forgot").form("/password/forgot"), email=EVE, status=303)
    page = browser.follow(browser.get(link(mails(served, EVE, "password_reset")[-1], "/password/reset/"), status=303))
    return browser.submit(page.form("/password/reset"), password=SECRET, status=303).location


def by_a_new_password_and_a_code(served: Served, browser: Client) -> str:
    app, _ = add_app(served, served.browser().sign_in(EVE))
    assert by_a_new_password(served, browser) == "/sign-in/second"
    return show_code(browser, app.at(served.clock()), status=303).location


def by_a_new_account(served: Served, browser: Client) -> str:
    door(browser)
    browser.submit(browser.get("/register").form("/register"), email=NEW, status=303)
    page = browser.follow(browser.get(link(mails(served, NEW, "registration")[-1], "/register/"), status=303))
    return browser.submit(page.form("/register/complete"), name="Nadja", password=SECRET, status=303).location


DOORS = [
    by_password, by_password_at_the_second_try, by_several_tickets, by_one_ticket, by_passkey, by_code,
    by_code_after_starting_over, by_a_new_password, by_a_new_password_and_a_code, by_a_new_account,
]  # fmt: skip


@pytest.mark.parametrize("come_in", DOORS, ids=[one.__name__ for one in DOORS])
def test_every_door_leads_to_the_page_that_was_asked_for(served: Served, come_in: Door) -> None:
    browser = served.browser()
    assert come_in(served, browser) == DEEP
    assert browser.get(DEEP).heading and browser.cookie("next") is None


def test_a_ticket_that_does_not_open_a_page_leads_on_to_the_door(served: Served) -> None:
    browser = served.with_(served.village.codes["free"])
    stopped = browser.get("/account/mails", status=403)
    (way,) = stopped.root.one("main").all("a", class_="filled")
    form = browser.get(way.attrs["href"]).form("/sign-in")
    assert browser.submit(form, email=EVE, password=PASSWORD).location == "/account/mails"
    assert browser.get("/account/mails", status=303).location == "/account#mails", "as mails have it"


def test_so_does_an_account_without_an_address_and_its_recovery_code(portal: Portal, tmp_path: Path) -> None:
    served = portal(PORTAL_BRAND=branded(tmp_path, accounts="both"))
    browser = served.browser()
    door(browser)
    kept = browser.submit(browser.get("/register/name").form("/register/name"), name="Otter", password=SECRET)
    assert [one.attrs["href"] for one in kept.root.one("main").all("a", class_="filled")] == [DEEP]
    name, code = kept.root.one("p", class_="keepsake").text, kept.root.one("ol", class_="codes").all("li")[0].text
    elsewhere = served.browser()
    door(elsewhere)
    form = elsewhere.get("/password/recovery").form("/password/recovery")
    assert elsewhere.submit(form, sign_in_name=name, code=code, password="nine brown horses, noon").location == DEEP


@pytest.mark.parametrize("factor", ["passkey", "app"])
def test_so_does_a_second_factor_that_has_to_be_added_first(portal: Portal, factor: str) -> None:
    served = portal(PORTAL_SECOND_FACTOR="vendor admin")
    vera = served.browser()
    sent = vera.submit(door(vera).form("/sign-in"), email="vera@people.example", password=PASSWORD, status=303)
    assert vera.get(sent.location, status=303).location == "/account/security"
    if factor == "passkey":
        codes = add_passkey(vera, Device(), status=200)
    else:
        page = vera.follow(vera.submit(vera.get("/account/security").form("/account/authenticator"), status=303))
        secret = "".join(page.root.one("p", id="secret").text.split())
        form = page.form("/account/authenticator/confirmation")
        codes = vera.submit(form, code=pyotp.TOTP(secret).at(served.clock()), status=200)
    assert [one.attrs["href"] for one in codes.root.one("main").all("a", class_="filled")] == [DEEP]
    assert vera.get(DEEP) and vera.cookie("next") is None


def test_who_signs_out_or_asks_for_home_leaves_no_way_to_the_next_one(served: Served) -> None:
    browser = served.browser()
    door(browser)
    assert browser.get("/sign-in").form("/sign-in").fields["next"] == DEEP, "the door remembers"
    assert browser.get("/sign-in?next=/licenses").form("/sign-in").fields["next"] == "/licenses"
    assert browser.get("/sign-in").form("/sign-in").fields["next"] == "/licenses"
    door(browser)
    browser.http.cookies.set("session", served.as_("eve").cookie("session") or "", domain="portal.test")
    browser.post("/sign-out", token=token_of(browser), status=303)
    assert browser.get("/sign-in").form("/sign-in").fields["next"] == "/licenses"


@pytest.mark.parametrize("planted", ["//evil.test", "https://evil.test", "/sign-out", "nonsense", ""])
def test_a_planted_cookie_leads_nowhere(served: Served, planted: str) -> None:
    browser = served.browser()
    browser.http.cookies.set("next", planted, domain="portal.test")
    assert browser.get("/sign-in").form("/sign-in").fields["next"] == "/licenses"


def test_the_way_is_forgotten_after_half_an_hour(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = served.browser()
    door(browser)
    assert browser.get("/sign-in").form("/sign-in").fields["next"] == DEEP
    later = time.time() + cookies.CARRIED_AGE + 1
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later)
    assert browser.get("/sign-in").form("/sign-in").fields["next"] == "/licenses"
