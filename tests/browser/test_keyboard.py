"""The main journeys by the keyboard alone: Tab, Enter, Space and Escape, and at each step one sees where one is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo import Demo
from tests.browser.places import at, license_of, rules, seats_of
from tests.browser.steps import heading, open_with, sign_in
from tests.fixtures.browser import OpenPage, shoot

# What is wrong with where the focus is: it must be outlined, on the screen, and not behind something else. What cannot
# be seen shows it by its label.
SEEN = """() => {
  const used = document.activeElement;
  if (used === document.body) return "nothing has the focus";
  const one = used.matches(".away") ? used.labels[0] : used;
  const called = `${one.tagName}.${one.className} "${one.textContent.trim().slice(0, 30)}"`;
  if (getComputedStyle(one).outlineStyle !== "solid") return `${called} has no outline`;
  const { left, top, width, height } = one.getBoundingClientRect();
  const there = document.elementFromPoint(left + width / 2, top + Math.min(height, innerHeight) / 2);
  return one.contains(there) || there?.contains(one) ? "" : `${called} is covered`;
}"""

HAS_IT = "(target) => document.activeElement.matches(target)"


def tab_to(page: Page, target: str, *, most: int = 60, back: bool = False) -> None:
    """Press Tab until this has the focus; every stop on the way can be seen."""
    for _ in range(most):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        assert page.evaluate(SEEN) == ""
        if page.evaluate(HAS_IT, target):
            return
    raise AssertionError(f"Tab never reaches {target}")


def test_a_ticket_alone_moves_a_license(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.url)
    page.goto("/sign-in")
    tab_to(page, "#field-tickets")
    page.keyboard.type(demo.code("dead_pc_waiting"))
    tab_to(page, "#door-ticket .opens")
    page.keyboard.press("Enter")
    heading(page, "DESK-77 is waiting. Move the license there?")
    tab_to(page, "[name=reason]")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Lost or stolen")).to_be_checked()
    tab_to(page, "[name=gone]")
    page.keyboard.press("Space")
    tab_to(page, ".ask .button.filled")
    shoot(page, "keyboard-before-the-move")
    page.keyboard.press("Enter")
    heading(page, "DESK-77 has the seat")
    expect(page.locator(":focus")).to_contain_text("Moved to DESK-77.")


def test_at_200_percent_the_move_works_and_nothing_covers_what_has_the_focus(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.url, width=640, height=450, device_scale_factor=2)
    open_with(page, demo.code("dead_pc_waiting"))
    shoot(page, "zoom-200-percent")
    for name in ("reason", "gone"):
        tab_to(page, f"[name={name}]")
        page.keyboard.press("Space")
    page.get_by_role("button", name="Move to DESK-77").click()
    heading(page, "DESK-77 has the seat")


def test_cora_filters_ticks_and_assigns(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.url)
    sign_in(page, demo, "cora")
    seats_of("brandt_pool", "?seat=without")(page, demo)
    tab_to(page, "#field-search")
    name = page.locator("#people tbody th").first.inner_text().split("\n")[0]
    page.keyboard.type(name)
    expect(page.locator("#people tbody tr")).to_have_count(1)
    expect(page.locator("#field-search")).to_be_focused()
    tab_to(page, "#people tbody input")
    page.keyboard.press("Space")
    expect(page.locator("[data-count]")).to_have_text("1 person selected")
    tab_to(page, "[data-assign]", back=True)
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("1 seat")


def test_vera_grants_an_exception(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.url)
    sign_in(page, demo, "vera")
    page.goto("/desk?kind=exception")
    tab_to(page, ".queue th a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/requests/*")
    tab_to(page, "#field-answer")
    page.keyboard.type("Gladly, this once.")
    tab_to(page, "button[value=grant]")
    page.keyboard.press("Enter")
    expect(page.locator("#notices .notice")).to_be_visible()


def test_vera_publishes_her_draft(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.url)
    sign_in(page, demo, "vera")
    rules("/draft")(page, demo)
    tab_to(page, "a.button.filled", most=200)
    page.keyboard.press("Enter")
    page.wait_for_url("**/publication")
    tab_to(page, "#field-note")
    page.keyboard.type("Moves became rare")
    tab_to(page, "main .button.filled")
    page.keyboard.press("Enter")
    expect(page.locator("#notices .notice")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 360])
def test_tab_goes_through_a_page_and_out_of_it_again(demo: Demo, open_page: OpenPage, width: int) -> None:
    page = open_page(demo.url, width=width)
    sign_in(page, demo, "eve")
    for go in (at("/licenses"), license_of("eve_cad")):
        go(page, demo)
        page.keyboard.press("Tab")
        expect(page.get_by_text("Skip to the content")).to_be_in_viewport(ratio=1)
        tab_to(page, ".foot li:last-child a")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body"), "who is through is back in the browser"


def test_who_skips_the_masthead_is_in_the_content(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.url)
    sign_in(page, demo, "eve")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('content').contains(document.activeElement)")


@pytest.mark.parametrize("width", [1280, 360])
def test_escape_closes_one_menu_at_a_time_and_leads_back(demo: Demo, open_page: OpenPage, width: int) -> None:
    page = open_page(demo.url, width=width)
    sign_in(page, demo, "eve")
    if width == 360:
        tab_to(page, ".menu-button")
        page.keyboard.press("Enter")
    mine = page.locator(".who details", has=page.locator("a[href='/account']"))
    tab_to(page, ".who details:has(a[href='/account']) summary")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Your account")).to_be_visible()
    tab_to(page, "a[href='/account']")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Your account")).to_be_hidden()
    expect(mine.locator("summary")).to_be_focused()
    if width == 360:
        expect(mine.locator("summary")).to_be_visible()
        page.keyboard.press("Escape")
        expect(mine.locator("summary")).to_be_hidden()
        expect(page.locator(".menu-button")).to_be_focused()
