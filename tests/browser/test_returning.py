"""Giving a seat back from the portal: the program has to confirm it, and until then one may keep it."""

import pytest
from playwright.sync_api import expect

from tests.browser.demo import Demo
from tests.browser.steps import heading, open_with, sign_in
from tests.fixtures.browser import OpenPage, shoot


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_return_is_asked_for_taken_back_and_done_when_the_program_confirms(
    demo: Demo, open_page: OpenPage, scripts: bool
) -> None:
    code, pc = demo.code("dead_pc"), demo.pc("DESK-42", "dead_pc")
    assert pc.run("activate", code)[0] == 0
    page = open_page(demo.url, java_script_enabled=scripts)
    open_with(page, code)
    row = page.get_by_role("row", name="DESK-42")

    page.get_by_role("button", name="Ask to return").click()
    heading(page, "DESK-42 has not confirmed the return yet")
    expect(row).to_contain_text("Returning")
    page.get_by_role("button", name="Keep it on DESK-42").click()
    expect(row).to_contain_text("Active")
    assert pc.run("check")[0] == 0, "it was kept"

    page.get_by_role("button", name="Ask to return").click()
    expect(row).to_contain_text("Returning")
    shoot(page, f"return-{'scripts' if scripts else 'plain'}-1-asked")
    exit_code, said = pc.run("check")
    assert exit_code == 5 and "returned" in said
    page.reload()
    expect(page.locator(".tally")).to_contain_text("0 of 1 seat in use")
    heading(page, "Activate on a PC")
    shoot(page, f"return-{'scripts' if scripts else 'plain'}-2-free")


def test_a_seat_that_is_kept_for_nobody_yet_is_free_at_once(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.url)
    sign_in(page, demo, "merle")
    page.goto(demo.page_of("kept"))
    page.get_by_role("button", name="Give it back").click()
    expect(page.locator("#notices").get_by_role("status")).to_contain_text("The seat is free.")
    expect(page.locator(".tally")).to_contain_text("0 of 1 seat in use")


def test_a_license_that_was_recalled_offers_no_move(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.url)
    sign_in(page, demo, "merle")
    page.goto(demo.page_of("recalled"))
    row = page.get_by_role("row", name="FALK-04")
    expect(row.get_by_role("button", name="Ask to return")).to_be_visible()
    expect(row.get_by_role("link", name="My old PC is gone")).to_have_count(0)
