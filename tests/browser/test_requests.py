"""A colleague needs a seat and Cora gives it, in both languages, with and without scripts; a sheet is printed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from portal.demo import people
from tests.browser.demo import Demo
from tests.browser.steps import sign_in, stayed, stays
from tests.fixtures.browser import OpenPage, shoot

LUC = "luc.fontaine@brandt-maschinenbau.example"


def colleague(open_page: OpenPage, demo: Demo, **context: object) -> Page:
    page = open_page(demo.url, **context)
    page.goto("/sign-in")
    page.locator("#field-email").fill(LUC)
    page.locator("#field-password").fill(people.password(people.COLLEAGUES))
    page.locator("#door-password form[action='/sign-in'] button").click()
    expect(page).to_have_url(f"{demo.url}/licenses")
    return page


def ask(page: Page, words: str) -> None:
    page.goto("/requests")
    page.locator(".ask-for summary").last.click()
    page.locator(".ask-for[open] textarea").fill(words)
    page.locator(".ask-for[open] button").click()


def requests_of(demo: Demo) -> str:
    return f"/groups/{demo.world.groups['brandt'].public_id}/requests"


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_colleague_asks_and_gets_the_seat_with_one_click(demo: Demo, open_page: OpenPage, language: str) -> None:
    luc = colleague(open_page, demo, locale=language)
    ask(luc, "For the fixtures of line 4.")
    expect(luc.locator("#notices")).to_contain_text("Tessel CA")
    shoot(luc, f"requests-asked-{language}")
    cora = open_page(demo.url, locale=language)
    sign_in(cora, demo, "cora")
    cora.goto(requests_of(demo))
    row = cora.locator("#waiting li", has_text="Luc Fontaine")
    expect(row).to_contain_text("For the fixtures of line 4.")
    stays(cora)
    row.locator("form button").first.click()
    expect(cora.locator("#notices .notice")).to_contain_text("Luc Fontaine")
    expect(row).to_have_count(0)
    expect(cora.locator("#answered li").first).to_contain_text("Luc Fontaine")
    assert stayed(cora), "nothing but the regions that changed"
    shoot(cora, f"requests-{language}")
    luc.goto("/requests")
    luc.locator("#offers a").last.click()
    expect(luc.locator("h1")).to_contain_text("Tessel CA")


def test_without_scripts_it_is_declined_with_a_few_words(demo: Demo, open_page: OpenPage) -> None:
    cora = open_page(demo.url, java_script_enabled=False)
    sign_in(cora, demo, "cora")
    cora.goto(requests_of(demo))
    row = cora.locator("#waiting li", has_text="Ida Brückner")
    row.locator("summary").click()
    row.locator("textarea").fill("From March on, please.")
    row.locator("details button").click()
    expect(cora.locator("#answered li").first).to_contain_text("From March on, please.")
    expect(cora.locator("#waiting li", has_text="Ida Brückner")).to_have_count(0)


def test_on_paper_nothing_but_the_sheet_remains(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.url)
    sign_in(page, demo, "cora")
    page.goto(f"{demo.page_of('brandt_pool')}/certificate")
    shoot(page, "certificate")
    page.emulate_media(media="print")
    for gone in (".masthead", ".foot", ".on-screen"):
        expect(page.locator(gone)).to_be_hidden()
    expect(page.locator(".paper")).to_be_visible()
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") <= 1
