"""Small comforts in use: keys that lead somewhere, filters that stay, one click back, help, and a ticket to copy."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo import Demo
from tests.browser.steps import open_with, sign_in
from tests.fixtures.browser import OpenPage, barriers, shoot


@pytest.fixture
def cora(demo: Demo, open_page: OpenPage) -> Page:
    page = open_page(demo.url, bypass_csp=True)  # the page's own policy forbids what axe needs to get in
    sign_in(page, demo, "cora")
    return page


def test_keys_alone_search_go_and_tell_which_there_are(cora: Page, demo: Demo) -> None:
    search = cora.get_by_label("Search")
    expect(search).to_have_attribute("aria-keyshortcuts", "/")
    cora.keyboard.press("/")
    expect(search).to_be_focused()
    cora.keyboard.type("gp?/")
    expect(search).to_have_value("gp?/"), "in a field a key is only a letter"
    search.fill("")
    cora.locator("h1").click()
    cora.keyboard.press("Shift+?")
    dialog = cora.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    expect(cora.locator(":focus")).to_have_text("Keyboard shortcuts")
    assert barriers(cora) == []
    shoot(cora, "shortcuts-dialog")
    cora.keyboard.press("g")
    cora.keyboard.press("p")
    expect(dialog).to_be_visible()
    cora.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    cora.keyboard.press("?")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
    cora.keyboard.press("Control+g")
    cora.keyboard.press("p")
    expect(cora).to_have_url(re.compile("/licenses$"))
    cora.keyboard.press("g")
    cora.keyboard.press("p")
    expect(cora).to_have_url(re.compile("/members$"))
    cora.set_viewport_size({"width": 360, "height": 800})
    cora.keyboard.press("g")
    cora.keyboard.press("l")
    expect(cora).to_have_url(re.compile("/licenses$")), "from the folded menu as well"
    cora.goto("/account#keyboard")
    cora.get_by_label(re.compile("Keys alone")).uncheck()
    cora.locator("#keyboard button").click()
    expect(cora.locator("#notices")).to_contain_text("Saved.")
    for key in ("?", "g", "p", "/"):
        cora.keyboard.press(key)
    expect(cora.get_by_role("dialog")).to_have_count(0)
    expect(cora).to_have_url(re.compile("/account#keyboard$"))


@pytest.mark.parametrize(("language", "scripts"), [("en", True), ("de", True), ("de", False)])
def test_a_filter_stays_until_it_is_let_go(demo: Demo, open_page: OpenPage, language: str, scripts: bool) -> None:
    page = open_page(demo.url, locale=language, java_script_enabled=scripts)
    sign_in(page, demo, "cora")
    count = page.locator("#licenses-count")
    whole = count.inner_text()
    note = page.locator(".filtered")
    expect(note).to_have_count(0)
    page.locator("select[name=state]").select_option("waiting")
    if not scripts:
        page.locator("form[role=search] button").click()
    expect(note).to_be_visible()
    expect(count).not_to_have_text(whole)
    narrowed = count.inner_text()
    page.locator("tr.license a").first.click()
    page.wait_for_url("**/licenses/*")
    page.locator("nav a[href='/licenses']").first.click()
    expect(note).to_be_visible()
    expect(page.locator("select[name=state]")).to_have_value("waiting")
    expect(count).to_have_text(narrowed)
    shoot(page, f"filter-kept-{language}-{scripts}")
    if scripts:
        expect(page).to_have_url(re.compile(r"/licenses\?state=waiting$"))
        page.reload()
        expect(count).to_have_text(narrowed)
        page.locator("select[name=state]").select_option("")
        expect(note).to_have_count(0)
    else:
        note.locator("a").click()
    page.goto("/account")
    page.goto("/licenses")
    expect(note).to_have_count(0)
    expect(count).to_have_text(whole)


@pytest.mark.parametrize(("language", "scripts"), [("en", True), ("de", False)])
def test_a_pc_that_was_sent_away_is_back_with_one_click(
    demo: Demo, open_page: OpenPage, language: str, scripts: bool
) -> None:
    page = open_page(demo.url, locale=language, java_script_enabled=scripts)
    open_with(page, demo.code("dead_pc_waiting")) if scripts else ticket_without_a_script(page, demo)
    page.locator("form[action$='/dismissal'] button").first.click()
    notice = page.locator("#notices .notice")
    expect(notice).to_contain_text("DESK-77")
    expect(page.locator("form[action$='/dismissal']")).to_have_count(0)
    shoot(page, f"undo-{language}-{scripts}")
    notice.locator("form button").click()
    expect(page.locator("form[action$='/dismissal']")).not_to_have_count(0)
    expect(notice.locator("form")).to_have_count(0)


def ticket_without_a_script(page: Page, demo: Demo) -> None:
    page.goto("/sign-in")
    page.locator("#field-tickets").fill(demo.code("dead_pc_waiting"))
    page.locator("#door-ticket .opens").click()


@pytest.mark.parametrize("scripts", [True, False])
def test_help_unfolds_in_the_foot_and_asking_knows_the_page(demo: Demo, open_page: OpenPage, scripts: bool) -> None:
    page = open_page(demo.url, locale="de", java_script_enabled=scripts, width=360)
    sign_in(page, demo, "eve")
    page.goto(demo.page_of("eve_cad"))
    told = page.locator("#help p")
    expect(told).to_be_hidden()
    page.locator("#help summary").click()
    expect(told).to_contain_text("alles über eine Lizenz")
    shoot(page, f"help-{scripts}")
    page.locator(".foot a[href^='/support']").click()
    expect(page.locator(".along")).to_contain_text(demo.page_of("eve_cad"))
    page.locator("#field-words").fill("Es geht nicht.")
    page.locator("form[action='/support'] button").last.click()
    page.wait_for_url("**/requests/*")
    expect(page.locator(".along")).to_contain_text(demo.page_of("eve_cad"))


COPIED = "window.copied = []; navigator.clipboard.writeText = async (text) => { window.copied.push(text); };"
NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { value: undefined });"


@pytest.mark.parametrize("clipboard", [True, False])
def test_a_ticket_is_copied_with_one_click_wherever_it_stands(
    demo: Demo, open_page: OpenPage, clipboard: bool
) -> None:
    page = open_page(demo.url)
    page.add_init_script(COPIED if clipboard else NO_CLIPBOARD)
    code = demo.code("dead_pc_waiting")
    open_with(page, code)
    license_page = page.url
    for path in (license_page, f"{license_page}/ticket"):
        page.goto(path)
        button = page.locator("[data-copy]").first
        button.click()
        if clipboard:
            expect(button).to_have_text("Copied")
            assert page.evaluate("copied") == [code]
        else:
            expect(page.locator("#announcer")).to_have_text("Selected: copy it with Ctrl+C")
            assert page.evaluate("getSelection().toString()") == code
    page.emulate_media(media="print")
    expect(button).to_be_hidden()


def test_without_a_script_no_button_promises_to_copy(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.url, java_script_enabled=False)
    ticket_without_a_script(page, demo)
    expect(page.locator(".ticket .code").first).to_be_visible()
    expect(page.locator("[data-copy]").first).to_be_hidden()
