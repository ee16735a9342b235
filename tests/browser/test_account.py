"""A forgotten password, a new account with its ticket, and the account page, as people meet them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import running
from tests.browser.demo import Demo, DemoFill
from tests.browser.steps import open_with, sign_in
from tests.browser.test_lost_tickets import look
from tests.fixtures.browser import OpenPage
from tests.fixtures.server import Serve

PASSWORD = "seven yellow kites, early"


@pytest.fixture
def demo(demo_fill: DemoFill, serve: Serve, tmp_path):
    """The demo world with a worker."""
    yield from running(serve, tmp_path, demo_fill, PORTAL_WORKER="yes")


def from_the_mail(page: Page, demo: Demo, subject: str, beginning: str) -> None:
    """Open the link of the mail with this subject, once the worker has written it."""
    wanted = page.locator(".mails a").filter(has_text=subject).first
    for _ in range(30):
        page.goto("/dev/mail")
        if wanted.count():
            break
        page.wait_for_timeout(500)
    wanted.click()
    text = page.locator("pre").inner_text()
    (found,) = [word for word in text.split() if word.startswith(f"{demo.url}{beginning}")]
    page.goto(found)


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_forgotten_password(demo: Demo, open_page: OpenPage, language: str, script: bool) -> None:
    page = open_page(demo.url, locale="de-DE" if language == "de" else "en-GB", java_script_enabled=script)
    page.goto("/sign-in")
    page.locator("#door-password a[href='/password/forgot']").click()
    page.locator("#field-email").fill(demo.world.people["eve"].email)
    page.locator("main form button").click()
    expect(page).to_have_url(f"{demo.url}/password/forgot?asked=yes")
    from_the_mail(page, demo, {"en": "Choose a new password", "de": "Neues Passwort"}[language], "/password/reset/")
    expect(page).to_have_url(f"{demo.url}/password/reset")
    page.locator("#field-password").fill("short")
    page.locator("main form button").click()
    expect(page.locator("#field-password-error")).to_be_visible()
    page.locator("#field-password").fill(PASSWORD)
    page.locator("main form button").click()
    expect(page).to_have_url(f"{demo.url}/licenses")
    told = {"en": "Your new password is saved.", "de": "Ihr neues Passwort ist gespeichert."}[language]
    expect(page.locator("#notices")).to_contain_text(told)


def test_a_ticket_becomes_an_account(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.url)
    open_with(page, demo.code("boxed"))
    page.goto("/register")
    expect(page.locator("main")).to_contain_text("Your ticket comes along")
    page.locator("#field-email").fill("nadja.neu@posteo.example")
    page.locator("main form button").click()
    from_the_mail(page, demo, "Make your account", "/register/")
    page.locator("#field-name").fill("Nadja Neu")
    page.locator("#field-password").fill(PASSWORD)
    page.locator("main form button").click()
    expect(page).to_have_url(f"{demo.url}/licenses")
    expect(page.locator("#notices")).to_contain_text("Your ticket came along.")
    expect(page.locator("header")).to_contain_text("Nadja Neu")


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (768, "dark"), (1280, "light"), (1280, "dark")])
def test_how_they_look(demo: Demo, open_page: OpenPage, width: int, scheme: str, language: str) -> None:
    page = open_page(demo.url, width=width, color_scheme=scheme, locale="de-DE" if language == "de" else "en-GB")
    named = f"{language}-{width}-{scheme}"
    for path, name in (("/password/forgot", "forgot"), ("/password/forgot?asked=yes", "forgot-asked"),
                       ("/password/reset", "link-over"), ("/register", "register"),
                       ("/register?asked=yes", "register-asked")):  # fmt: skip
        page.goto(path)
        look(page, f"{name}-{named}")
    sign_in(page, demo, "eve")
    page.goto("/account")
    page.locator("form[action='/account/password'] button").click()
    expect(page.locator("#field-current-error")).to_be_visible()
    look(page, f"account-{named}")
