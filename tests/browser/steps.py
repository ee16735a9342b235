"""What people do on the pages, step by step."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.demo import Demo


def enter(page: Page, demo: Demo, person: str) -> None:
    """E-mail address and password, wherever that leads."""
    who = demo.world.people[person]
    page.goto("/sign-in")
    page.locator("#field-email").fill(who.email)
    page.locator("#field-password").fill(who.password)
    page.locator("#door-password form[action='/sign-in'] button").click()


def sign_in(page: Page, demo: Demo, person: str) -> None:
    """With e-mail address and password."""
    enter(page, demo, person)
    expect(page).to_have_url(f"{demo.url}/licenses")


def open_with(page: Page, code: str) -> None:
    """With a ticket."""
    page.goto("/")
    page.locator("#field-tickets").fill(code)
    page.locator("#door-ticket .opens").click()
    page.wait_for_url("**/licenses/**")


def heading(page: Page, name: str) -> None:
    """There is exactly this heading on the page."""
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def stays(page: Page) -> None:
    """Mark the document, to see later whether it is still the same."""
    page.evaluate("document.body.dataset.stays = 'yes'")


def stayed(page: Page) -> bool:
    return page.evaluate("document.body.dataset.stays") == "yes"
