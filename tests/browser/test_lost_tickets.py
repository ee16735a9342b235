"""Eve lost her tickets: from the door to the mail with all of them, in both languages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import running
from tests.browser.demo import Demo, DemoFill
from tests.browser.steps import sign_in
from tests.fixtures.browser import OpenPage, barriers, shoot
from tests.fixtures.server import Serve

SIZES = [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")]


@pytest.fixture
def demo(demo_fill: DemoFill, serve: Serve, tmp_path):
    """The demo world with a worker."""
    yield from running(serve, tmp_path, demo_fill, PORTAL_WORKER="yes")


@pytest.mark.parametrize("language", ["en", "de"])
def test_from_the_ticket_door_to_the_mail(demo: Demo, open_page: OpenPage, language: str) -> None:
    page = open_page(demo.url, locale="de-DE" if language == "de" else "en-GB")
    page.goto("/sign-in")
    expect(page.locator("html")).to_have_attribute("lang", language)
    page.locator("#door-ticket a[href='/tickets/lost']").click()
    page.locator("#field-email").fill(demo.world.people["eve"].email)
    page.locator("main form button").click()
    expect(page).to_have_url(f"{demo.url}/tickets/lost?asked=yes")
    page.locator("main a[href='/dev/mail']").click()
    mail_that_arrived(page).click()
    expect(page.locator("pre")).to_contain_text(demo.code("eve_cad"))
    inside = page.frame_locator("iframe").locator("body")
    expect(inside).to_contain_text(demo.code("eve_cad"))
    expect(inside.locator("h1")).to_be_visible()
    assert inside.evaluate("one => getComputedStyle(one).backgroundColor") != "rgba(0, 0, 0, 0)", "its styles apply"


def mail_that_arrived(page: Page):
    """The newest mail with tickets, once the worker has written it."""
    newest = page.locator(".mails li a").filter(has_text=re.compile("Your tickets|Ihre Tickets")).first
    for _ in range(30):
        if newest.count():
            return newest
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError("no mail came")


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_how_it_looks(demo: Demo, open_page: OpenPage, width: int, scheme: str, language: str) -> None:
    page = open_page(demo.url, width=width, color_scheme=scheme, locale="de-DE" if language == "de" else "en-GB")
    named = f"{language}-{width}-{scheme}"
    page.goto("/tickets/lost")
    page.locator("main form button").click()
    expect(page.locator("#field-email-error")).to_be_visible()
    look(page, f"lost-form-{named}")
    page.locator("#field-email").fill(demo.world.people["eve"].email)
    page.locator("main form button").click()
    expect(page).to_have_url(f"{demo.url}/tickets/lost?asked=yes")
    look(page, f"lost-asked-{named}")
    page.goto("/dev/mail")
    mail_that_arrived(page)
    look(page, f"lost-mailbox-{named}")
    mail_that_arrived(page).click()
    expect(page.frame_locator("iframe").locator("h1")).to_be_visible()
    look(page, f"lost-mail-{named}")


def look(page: Page, name: str) -> None:
    """A picture, and what axe says; nothing may stick out."""
    shoot(page, name)
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name


def test_a_move_in_the_portal_is_mailed(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.url)
    sign_in(page, demo, "eve")
    page.goto(demo.page_of("eve_cad"))
    page.get_by_label("Broken, or it no longer starts").click()
    page.get_by_label("I can no longer use Tessel CAD Pro on DESK-42.").click()
    page.get_by_role("button", name="Move to DESK-77").click()
    expect(page.locator("#notices")).to_contain_text("Moved to DESK-77.")
    page.goto("/dev/mail")
    page.get_by_role("link", name="Tessel CAD Pro moved to DESK-77").click()
    expect(page.locator("pre")).to_contain_text("by you: broken")
    expect(page.frame_locator("iframe").get_by_role("link", name="See the license")).to_be_visible()
