"""Somebody without an address makes an account, keeps its codes and gets back in; and a printed ticket is scanned."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import running
from tests.browser.demo import Demo, DemoFill
from tests.browser.steps import sign_in
from tests.browser.test_everywhere import CLIPPED
from tests.browser.test_lost_tickets import look
from tests.fixtures.brands import branded
from tests.fixtures.browser import OpenPage, barriers
from tests.fixtures.server import Serve

PASSWORD, OTHER = "seven yellow kites, early", "nine brown horses, noon"


@pytest.fixture
def demo(demo_fill: DemoFill, serve: Serve, tmp_path: Path) -> Iterator[Demo]:
    """The demo world of a vendor who lets people go without an address."""
    yield from running(serve, tmp_path, demo_fill, PORTAL_BRAND=branded(tmp_path, accounts="both"))


def in_language(open_page: OpenPage, demo: Demo, language: str, **context: object) -> Page:
    return open_page(demo.url, locale="de-DE" if language == "de" else "en-GB", **context)


def register(page: Page) -> tuple[str, list[str]]:
    """Make an account; what stood on the page that is shown once."""
    page.goto("/register")
    page.locator("main a[href='/register/name']").click()
    page.locator("#field-name").fill("Stiller Otter")
    page.locator("#field-password").fill(PASSWORD)
    page.locator("main form button").click()
    return page.locator(".keepsake").inner_text(), page.locator(".codes li").all_inner_texts()


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_an_account_without_an_address_and_the_way_back_into_it(
    demo: Demo, open_page: OpenPage, language: str, script: bool
) -> None:
    page = in_language(open_page, demo, language, java_script_enabled=script)
    name, codes = register(page)
    assert name.startswith("stiller-otter-") and len(codes) == 10
    page.locator("main a[href='/licenses']").click()
    expect(page).to_have_url(f"{demo.url}/licenses")
    lost = in_language(open_page, demo, language, java_script_enabled=script)
    lost.goto("/sign-in")
    lost.locator("a[href='/password/forgot']").click()
    lost.locator("a[href='/password/recovery']").click()
    lost.locator("#field-sign_in_name").fill(name)
    lost.locator("#field-code").fill(codes[0].lower())
    lost.locator("#field-password").fill(OTHER)
    lost.locator("main form button").click()
    expect(lost).to_have_url(f"{demo.url}/licenses")
    told = {"en": "Your new password is saved.", "de": "Ihr neues Passwort ist gespeichert."}[language]
    expect(lost.locator("#notices")).to_contain_text(told)
    page.goto("/licenses")
    expect(page).to_have_url(f"{demo.url}/sign-in?next=/licenses")
    page.locator("#field-email").fill(name)
    page.locator("#field-password").fill(OTHER)
    page.locator("#door-password button").first.click()
    expect(page).to_have_url(f"{demo.url}/licenses")


def test_an_admin_enters_somebody_and_hands_over_a_link(demo: Demo, open_page: OpenPage) -> None:
    cora = open_page(demo.url)
    sign_in(cora, demo, "cora")
    cora.goto(f"/groups/{demo.world.groups['brandt'].public_id}/newcomers")
    cora.locator("#field-name").fill("Kim at the lathe")
    cora.locator("main form .button.filled").click()
    expect(cora.locator("#notices")).to_contain_text("kim-at-the-lathe-")
    cora.locator("form[action$='/sign-in-link'] button").click()
    link = cora.locator("#sign-in-link").input_value()
    kim = open_page(demo.url)
    kim.goto(link)
    kim.locator("#field-password").fill(PASSWORD)
    kim.locator("main form button").click()
    expect(kim.locator(".codes li")).to_have_count(10)


def test_a_printed_ticket_is_scanned_and_opens_its_license(demo: Demo, open_page: OpenPage) -> None:
    """What the camera reads is followed as a camera does; the part behind # is never sent."""
    asked: list[str] = []
    page = open_page(demo.url)
    page.on("request", lambda request: asked.append(request.url))
    code = demo.code("dead_pc_waiting")
    page.goto(f"/t#{code}")
    expect(page).to_have_url(f"{demo.url}/sign-in")
    expect(page.get_by_label("Ticket", exact=True)).to_have_value(code)
    page.locator("#door-ticket .opens").click()
    page.wait_for_url("**/licenses/**")
    page.get_by_role("link", name="Print the ticket").click()
    expect(page.locator(".paper .qr")).to_be_visible()
    assert not any(code in url for url in asked)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (768, "dark"), (1280, "light"), (1280, "dark")])
def test_how_they_look(demo: Demo, open_page: OpenPage, width: int, scheme: str, language: str) -> None:
    page = in_language(open_page, demo, language, width=width, color_scheme=scheme, bypass_csp=True)

    def seen(name: str) -> None:
        assert not barriers(page), name
        assert not page.evaluate(CLIPPED), name
        look(page, f"{name}-{language}-{width}-{scheme}")

    for path, name in (("/register/name", "name-register"), ("/password/recovery", "name-recovery"),
                       ("/sign-in", "name-door")):  # fmt: skip
        page.goto(path)
        seen(name)
    register(page)
    seen("name-codes")
    page.goto("/account")
    seen("name-account")
    page.context.clear_cookies()
    sign_in(page, demo, "eve")
    page.goto("/account#mails")
    seen("account-mails")
    page.goto(f"{demo.page_of('eve_cad')}/ticket")
    seen("ticket-printed")
    page.context.clear_cookies()
    sign_in(page, demo, "cora")
    page.goto(f"/groups/{demo.world.groups['brandt'].public_id}/newcomers")
    page.locator("#field-name").fill("Kim")
    page.locator("main form .button.filled").click()
    page.locator("form[action$='/sign-in-link'] button").wait_for()
    seen("name-person")
    page.locator("form[action$='/sign-in-link'] button").click()
    page.locator("#sign-in-link").wait_for()
    seen("name-link")
