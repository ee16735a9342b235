"""Eve's journey: her PC is gone, and within four clicks her license runs on the new one."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo import PC, Demo
from tests.browser.steps import heading, open_with, sign_in, stayed, stays
from tests.fixtures.browser import OpenPage, shoot

with_and_without_scripts = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])


def named(scripts: bool) -> str:
    return "scripts" if scripts else "plain"


def move(page: Page, *, scripts: bool) -> None:
    """Read what the rules allow, say what happened, confirm, and move the license to DESK-77."""
    heading(page, "DESK-77 is waiting. Move the license there?")
    expect(page.locator(".decision .lead")).to_contain_text("The rules allow it. 1 of 1 move left; the next one from")
    if scripts:
        stays(page)
    page.get_by_label("Broken, or it no longer starts").click()
    page.get_by_label("I can no longer use Tessel CAD Pro on DESK-42.").click()
    page.get_by_role("button", name="Move to DESK-77").click()
    expect(page.locator("#notices").get_by_role("status")).to_contain_text("Moved to DESK-77.")
    heading(page, "DESK-77 has the seat")
    if scripts:
        assert stayed(page), "htmx changes the page in place"
        expect(page.locator(":focus")).to_contain_text("Moved to DESK-77.")


def moved(old: PC, new: PC, code: str) -> None:
    """The license runs on the new PC, without a network too, and is gone from the old one."""
    assert new.run("activate", code) == (0, "Activated on DESK-77.")
    assert new.runs_without_a_network()
    exit_code, said = old.run("check")
    assert exit_code == 5 and "moved to another PC" in said
    assert old.run("run")[0] == 6


@with_and_without_scripts
def test_a_ticket_alone_moves_the_license_off_a_dead_pc(
    demo_on_both: Demo, open_page: OpenPage, scripts: bool, request: pytest.FixtureRequest
) -> None:
    demo = demo_on_both
    code = demo.code("dead_pc")
    old, new = demo.pc("DESK-42", "dead_pc"), demo.pc("DESK-77", "dead_pc")
    assert old.run("activate", code)[0] == 0, "its license file lies on the old PC"
    exit_code, said = new.run("activate", code)
    assert exit_code == 3 and "DESK-77 is waiting" in said and demo.url in said

    name = f"journey-ticket-{request.node.callspec.id}"
    page = open_page(demo.url, java_script_enabled=scripts)
    open_with(page, code.lower().replace("-", " "))
    shoot(page, f"{name}-1-waiting")
    move(page, scripts=scripts)
    shoot(page, f"{name}-2-moved")
    moved(old, new, code)

    page.reload()
    expect(page.locator(".timeline li").first).to_contain_text("DESK-77 took over and runs")
    expect(page.get_by_role("row", name="DESK-42")).to_contain_text("Replaced")
    shoot(page, f"{name}-3-runs")


@with_and_without_scripts
def test_an_account_moves_the_license_off_a_dead_pc(demo: Demo, open_page: OpenPage, scripts: bool) -> None:
    code = demo.code("eve_cad")
    old, new = demo.pc("DESK-42", "eve_cad"), demo.pc("DESK-77", "eve_cad")
    assert old.run("activate", code)[0] == 0
    assert new.run("activate", code)[0] == 3

    page = open_page(demo.url, java_script_enabled=scripts)
    sign_in(page, demo, "eve")
    shoot(page, f"journey-account-{named(scripts)}-1-overview")
    page.get_by_role("link", name="Move to DESK-77").click()
    shoot(page, f"journey-account-{named(scripts)}-2-waiting")
    move(page, scripts=scripts)
    shoot(page, f"journey-account-{named(scripts)}-3-moved")
    moved(old, new, code)


@with_and_without_scripts
def test_what_is_missing_is_said_beside_the_field(demo: Demo, open_page: OpenPage, scripts: bool) -> None:
    page = open_page(demo.url, java_script_enabled=scripts)
    open_with(page, demo.code("dead_pc_waiting"))
    page.get_by_label("Lost or stolen").click()
    page.get_by_role("button", name="Move to DESK-77").click()
    box = page.get_by_label("I can no longer use Tessel CAD Pro on DESK-42.")
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(box).to_have_accessible_description(re.compile("^Confirm that you can no longer use"))
    expect(page.get_by_label("Lost or stolen")).to_be_checked()
    expect(page.get_by_role("button", name="Move to DESK-77")).to_be_visible()
    if scripts:
        expect(box).to_be_focused()
    shoot(page, f"move-unconfirmed-{named(scripts)}")


@with_and_without_scripts
def test_where_nobody_waits_the_seat_is_kept_for_the_next_pc(demo: Demo, open_page: OpenPage, scripts: bool) -> None:
    code = demo.code("dead_pc")
    old, new = demo.pc("DESK-42", "dead_pc"), demo.pc("NB-EVE", "dead_pc")
    assert old.run("activate", code)[0] == 0

    page = open_page(demo.url, java_script_enabled=scripts)
    open_with(page, code)
    page.get_by_role("link", name="My old PC is gone").click()
    heading(page, "Is DESK-42 gone? Move the license to another PC")
    shoot(page, f"kept-{named(scripts)}-1-gone")
    page.get_by_label("Sold, scrapped or wiped").click()
    page.get_by_label("I can no longer use Tessel CAD Pro on DESK-42.").click()
    page.get_by_role("button", name="Move the license").click()
    heading(page, "The seat is kept for your new PC")
    shoot(page, f"kept-{named(scripts)}-2-kept")

    assert new.run("activate", code) == (0, "Activated on NB-EVE.")
    assert new.runs_without_a_network()
    assert old.run("check")[0] == 5
    page.reload()
    expect(page.get_by_role("row", name="NB-EVE")).to_contain_text("Active")


def test_two_tabs_that_press_the_same_button_make_one_move(demo: Demo, open_page: OpenPage) -> None:
    first = open_page(demo.url)
    open_with(first, demo.code("dead_pc_waiting"))
    second = first.context.new_page()
    second.goto(first.url)
    for tab in (first, second):
        tab.get_by_label("Lost or stolen").click()
        tab.get_by_label("I can no longer use Tessel CAD Pro on DESK-42.").click()
    for tab in (first, second):
        tab.get_by_role("button", name="Move to DESK-77").click()
        heading(tab, "DESK-77 has the seat")
    shoot(second, "two-tabs-second")
    second.reload()
    heading(second, "DESK-77 has the seat")
    expect(second.locator(".timeline li").filter(has_text="Moved from DESK-42 to DESK-77")).to_have_count(1)
