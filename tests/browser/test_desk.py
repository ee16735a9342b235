"""A rule is used up, and the vendor helps: asking, answering and reading the answer, in both languages, with and
without scripts; questions with a file; and the search for what a program says.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo import Demo
from tests.browser.steps import open_with, sign_in, stayed, stays
from tests.fixtures.browser import OpenPage, shoot

WAYS = [("en", True), ("de", True), ("de", False)]
WORDS = "The new PC came without a disk. / Der neue PC kam ohne Platte."


def ask_for_an_exception(page: Page, demo: Demo, log: Path) -> None:
    page.goto(demo.page_of("exhausted"))
    page.locator(".ask-vendor > summary").click()
    form = page.locator(".ask-vendor form")
    form.locator("textarea").fill(WORDS)
    form.locator("#field-file-1").set_input_files(log)
    form.locator("button").last.click()
    page.wait_for_url("**/requests/*")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "program.log"
    file.write_text("MACHINE_LIMIT_EXCEEDED\n", encoding="utf-8")
    return file


@pytest.mark.parametrize(("language", "scripts"), WAYS)
def test_an_exception_is_asked_for_granted_and_used(
    demo: Demo, open_page: OpenPage, log: Path, language: str, scripts: bool
) -> None:
    cora = open_page(demo.url, locale=language, java_script_enabled=scripts)
    sign_in(cora, demo, "cora")
    ask_for_an_exception(cora, demo, log)
    expect(cora.locator(".thread")).to_contain_text(WORDS)
    expect(cora.locator(".files a")).to_have_text("program.log")
    place = cora.url
    shoot(cora, f"exception-asked-{language}-{scripts}")
    vera = open_page(demo.url, locale=language, java_script_enabled=scripts)
    sign_in(vera, demo, "vera")
    vera.goto("/desk")
    row = vera.locator(".queue tr", has_text="Cora Brandt").first
    row.locator("a").click()
    expect(vera.locator("#decision .ledger li")).not_to_have_count(0)
    expect(vera.locator(".thread")).to_contain_text(WORDS)
    with vera.expect_download() as download:
        vera.locator(".files a").click()
    assert Path(download.value.path()).read_text(encoding="utf-8") == "MACHINE_LIMIT_EXCEEDED\n"
    if scripts:
        stays(vera)
    vera.locator("#field-answer").fill("Good morning!")
    vera.locator(".canned summary").click()
    vera.locator(".canned button").first.click()
    expect(vera.locator("#field-answer")).to_have_value("Good morning!\n\n" + canned_of(language))
    assert not scripts or stayed(vera), "nothing but the answer changed"
    vera.locator("#answer button[value=grant]").click()
    expect(vera.locator("#notices .notice")).to_be_visible()
    shoot(vera, f"exception-granted-{language}-{scripts}")
    cora.goto(place)
    expect(cora.locator(".thread")).to_contain_text("Good morning!")
    expect(cora.locator("body")).not_to_contain_text("Vera")
    cora.locator(".head .button.filled").click()
    expect(cora.locator("form[action$='/reactivation']")).to_be_visible()


def canned_of(language: str) -> str:
    """The first words at hand in the language of whoever asked, by title."""
    return {
        "en": "Gladly, this once. You can move the license now, on its page.",
        "de": "Gern, dieses eine Mal. Sie können die Lizenz jetzt auf ihrer Seite übertragen.",
    }[language]


@pytest.mark.parametrize(("language", "scripts"), WAYS)
def test_granting_with_the_rule_leads_to_where_it_stands(
    demo: Demo, open_page: OpenPage, log: Path, language: str, scripts: bool
) -> None:
    cora = open_page(demo.url, locale=language)
    sign_in(cora, demo, "cora")
    ask_for_an_exception(cora, demo, log)
    vera = open_page(demo.url, locale=language, java_script_enabled=scripts)
    sign_in(vera, demo, "vera")
    vera.goto(cora.url.replace("/requests/", "/desk/requests/"))
    vera.locator("#answer button[value=grant_rule]").click()
    vera.wait_for_url("**/draft#allowance-*")
    expect(vera.locator(vera.url[vera.url.index("#"):])).to_be_visible()
    expect(vera.locator("#notices .notice")).to_contain_text("moves")


@pytest.mark.parametrize(("language", "scripts"), WAYS)
def test_a_question_with_a_ticket_is_asked_back_and_answered(
    demo: Demo, open_page: OpenPage, log: Path, language: str, scripts: bool
) -> None:
    holder = open_page(demo.url, locale=language, java_script_enabled=scripts)
    open_with_ticket(holder, demo)
    holder.goto("/support?code=NO_MACHINE")
    form = holder.locator("form[action='/support']")
    form.locator("textarea").fill(WORDS)
    form.locator("button").last.click()
    expect(holder.locator("[aria-invalid]").first).to_be_visible()
    form.locator("input[type=email]").fill("holder@mail.example")
    form.locator("#field-file-1").set_input_files(log)
    form.locator("button").last.click()
    holder.wait_for_url("**/requests/*")
    vera = open_page(demo.url, locale=language, java_script_enabled=scripts)
    sign_in(vera, demo, "vera")
    place = holder.url.replace("/requests/", "/desk/requests/")
    vera.goto(place)
    vera.locator("#field-note").fill("He called before.")
    vera.locator("form[action$='/note'] button").click()
    vera.locator("#field-answer").fill("Which PC?")
    vera.locator("#answer button[value=ask_back]").click()
    expect(vera.locator("#notices .notice")).to_be_visible()
    holder.reload()
    expect(holder.locator(".thread")).to_contain_text("Which PC?")
    expect(holder.locator("body")).not_to_contain_text("He called before.")
    holder.locator("form[action$='/messages'] textarea").fill("DESK-42.")
    holder.locator("form[action$='/messages'] button").last.click()
    expect(holder.locator(".thread")).to_contain_text("DESK-42.")
    vera.goto(place)
    vera.locator("#field-answer").fill("Start it once more.")
    vera.locator("#answer button[value=answer]").click()
    expect(vera.locator("#answer form[action$='/reopening']")).to_be_visible()
    holder.reload()
    expect(holder.locator(".thread")).to_contain_text("Start it once more.")


def open_with_ticket(page: Page, demo: Demo) -> None:
    page.goto("/sign-in")
    page.locator("#field-tickets").fill(demo.code("dead_pc"))
    page.locator("#door-ticket .opens").click()
    page.wait_for_url("**/licenses/**")


@pytest.mark.parametrize(("language", "scripts"), WAYS)
def test_what_the_program_says_leads_to_where_it_is_mended(
    demo: Demo, open_page: OpenPage, language: str, scripts: bool
) -> None:
    page = open_page(demo.url, locale=language, java_script_enabled=scripts)
    page.goto("/sign-in")
    page.locator(".foot a[href='/help']").click()
    page.locator("#field-q").fill("machine limit")
    if not scripts:
        page.locator("form[action='/help'] button").click()
    expect(page.locator("#found .mono").first).to_have_text("MACHINE_LIMIT_EXCEEDED")
    page.locator("#field-q").fill("xyzzy 4711")
    if not scripts:
        page.locator("form[action='/help'] button").click()
    expect(page.locator("#found .mono")).to_have_count(0)
    page.locator("#found a").last.click()
    page.wait_for_url("**/support?code=*")
    expect(page.locator("main")).to_contain_text("help@tessel.example")


def test_a_ticket_is_not_asked_for_twice(demo: Demo, open_page: OpenPage) -> None:
    """Whoever has a ticket open asks with it, and its license goes along."""
    page = open_page(demo.url)
    open_with(page, demo.code("dead_pc"))
    page.goto(f"/support?license={page.url.rpartition('/')[2]}")
    expect(page.locator(".along dd").first).to_have_text("Tessel CAD Pro")
