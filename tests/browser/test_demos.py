"""Nadja tries the product and buys it: from the public page to a PC that goes on as it is, in both languages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from portal.demo.machines import pc
from tests.api.calling import Program
from tests.browser.conftest import running
from tests.browser.demo import Demo, DemoFill
from tests.browser.steps import sign_in
from tests.fixtures.browser import OpenPage, barriers, shoot
from tests.fixtures.server import Serve

EMAIL, PASSWORD, PRODUCT = "nadja.neu@people.example", "seven yellow kites, early", "tessel-cad-pro"


@pytest.fixture
def demo(demo_fill: DemoFill, serve: Serve, tmp_path):
    """The demo world with a worker."""
    yield from running(serve, tmp_path, demo_fill, PORTAL_WORKER="yes")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_from_the_public_page_to_a_pc_that_goes_on_with_what_was_bought(
    demo: Demo, open_page: OpenPage, language: str, scripts: bool
) -> None:
    locale = "de-DE" if language == "de" else "en-GB"
    page = open_page(demo.url, locale=locale, java_script_enabled=scripts)
    page.goto("/sign-in")
    page.locator("#door-password a[href='/demo']").click()
    expect(page.locator("html")).to_have_attribute("lang", language)
    page.locator("main form .button.filled").click()
    expect(page.locator("#field-email-error")).to_be_visible()
    page.locator(".trial").first.locator("input").nth(2).check()
    page.locator("#field-email").fill(EMAIL)
    page.locator("main form .button.filled").click()
    expect(page).to_have_url(f"{demo.url}/demo?asked=yes")
    page.goto(link_in_the_mail(page))
    expect(page).to_have_url(f"{demo.url}/demo/start")
    page.locator("#field-name").fill("Nadja Neu")
    page.locator("#field-password").fill(PASSWORD)
    page.locator("main form .button.filled").click()
    expect(page).to_have_url(re.compile("/licenses/[0-9a-f-]+/demo"))
    key = page.locator(".steps .code").inner_text()

    program, machine = Program(demo.url, key), pc("NADJA-PC")
    assert program.activate(machine).status == 201
    seen = program.validate(machine.fingerprint, product=PRODUCT).json
    assert seen["meta"]["valid"], seen
    page.locator("main a[href='/tickets/redemption']").click()
    page.locator("#field-tickets").fill(demo.code("boxed"))
    page.locator("main form .button.filled").click()
    page.locator("main form .button.filled").click()
    page.goto("/licenses")
    expect(page.locator("main")).to_contain_text("NADJA-PC")
    after = program.validate(machine.fingerprint, product=PRODUCT).json
    assert after["meta"]["valid"] and after["data"]["id"] != seen["data"]["id"], "the demo's key opens what was bought"
    assert after["data"]["attributes"]["expiry"] is None


def link_in_the_mail(page: Page) -> str:
    """The link of the newest mail with one to a trial, once the worker has written it."""
    for _ in range(30):
        page.goto("/dev/mail")
        newest = page.locator(".mails li").filter(has_text=EMAIL).locator("a").first
        if newest.count():
            newest.click()
            found = re.search(r"/demo/[\w-]{40,}", page.locator("pre").inner_text())
            assert found
            return found[0]
        page.wait_for_timeout(500)
    raise AssertionError("no mail came")


@pytest.mark.parametrize("language", ["en", "de"])
def test_from_inside_an_account_it_takes_one_click(demo: Demo, open_page: OpenPage, language: str) -> None:
    page = open_page(demo.url, locale="de-DE" if language == "de" else "en-GB")
    sign_in(page, demo, "sid")
    page.locator("main a[href='/requests/demo']").click()
    page.locator("main form .button.filled").click()
    expect(page).to_have_url(re.compile("/licenses/[0-9a-f-]+/demo"))
    expect(page.locator(".steps .code")).to_be_visible()
    page.goto("/requests/demo")
    expect(page.locator("#begun li")).to_have_count(1)


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")])
def test_how_it_looks(demo: Demo, open_page: OpenPage, width: int, scheme: str) -> None:
    page = open_page(demo.url, width=width, color_scheme=scheme)
    page.goto("/demo")
    page.locator("main form .button.filled").click()
    expect(page.locator("#field-email-error")).to_be_visible()
    look(page, f"demo-form-{width}-{scheme}")
    page.locator("#field-email").fill(EMAIL)
    page.locator("main form .button.filled").click()
    look(page, f"demo-asked-{width}-{scheme}")
    page.goto(link_in_the_mail(page))
    look(page, f"demo-start-{width}-{scheme}")


def look(page: Page, name: str) -> None:
    """A picture, and what axe says; nothing may stick out."""
    page.locator("main h1").wait_for()
    shoot(page, name)
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
