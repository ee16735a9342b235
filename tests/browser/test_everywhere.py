"""What holds on every page, for assistive technology, on narrow screens, when zoomed, and for a keyboard alone."""

from functools import partial

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo import Demo
from tests.browser.extras import let_more_wait
from tests.browser.places import tour
from tests.browser.steps import heading, open_with
from tests.fixtures.browser import OpenPage, barriers, shoot

# Elements that stick out of the page, or that hide a part of what is in them.
CLIPPED = """() => {
  const width = document.documentElement.clientWidth;
  const found = [];
  const root = document.scrollingElement;
  if (root.scrollWidth > width) found.push(`the page is ${root.scrollWidth} wide`);
  for (const element of document.body.querySelectorAll("*")) {
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    if (!box.width || style.visibility === "hidden" || element.closest(".away, .skip, svg")) continue;
    const called = `${element.tagName.toLowerCase()}.${element.className} "${element.textContent.trim().slice(0, 30)}"`;
    if (box.right > width + .5 || box.left < -.5) found.push(`${called} reaches from ${box.left} to ${box.right}`);
    const clips = style.overflowX !== "visible" && !element.matches("textarea, input, select");
    if (clips && element.scrollWidth > element.clientWidth + 1) found.push(`${called} is clipped`);
  }
  return found;
}"""


@pytest.fixture
def busy_demo(demo: Demo) -> Demo:
    let_more_wait(demo)
    return demo


@pytest.mark.parametrize("language, theme", [("en", "light"), ("de", "dark")])
def test_axe_finds_nothing_and_nothing_is_cut_off_on_any_page(
    busy_demo: Demo, open_page: OpenPage, language: str, theme: str
) -> None:
    found: dict[str, list[str]] = {}
    # The page's own policy forbids what axe needs to get in.
    visitor = partial(open_page, busy_demo.url, locale=language, color_scheme=theme, bypass_csp=True)
    for name, page in tour(visitor, busy_demo):
        if wrong := barriers(page):
            found[name] = wrong
        for width in (320, 360, 768, 1024):
            page.set_viewport_size({"width": width, "height": 700})
            if wrong := page.evaluate(CLIPPED):
                found[f"{name} at {width}"] = wrong
        page.set_viewport_size({"width": 1280, "height": 900})
    assert not found


def press_until_focused(page: Page, target: str, *, most: int = 40) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(target) => document.activeElement?.matches(target)", target):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline == "solid", "whoever uses the keyboard sees where they are"
            return
    raise AssertionError(f"Tab never reaches {target}")


def test_the_keyboard_alone_moves_a_license(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.url)
    page.goto("/sign-in")
    press_until_focused(page, "#field-tickets")
    page.keyboard.type(demo.code("dead_pc_waiting"))
    press_until_focused(page, "#door-ticket .opens")
    page.keyboard.press("Enter")
    heading(page, "DESK-77 is waiting. Move the license there?")
    press_until_focused(page, "[name=reason]")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Lost or stolen")).to_be_checked()
    press_until_focused(page, "[name=gone]")
    page.keyboard.press("Space")
    press_until_focused(page, ".ask .button.filled")
    shoot(page, "keyboard-before-the-move")
    page.keyboard.press("Enter")
    heading(page, "DESK-77 has the seat")
    expect(page.locator(":focus")).to_contain_text("Moved to DESK-77.")


def test_at_200_percent_the_move_works_and_nothing_covers_what_has_the_focus(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.url, width=640, height=450, device_scale_factor=2)
    open_with(page, demo.code("dead_pc_waiting"))
    assert page.evaluate(CLIPPED) == []
    shoot(page, "zoom-200-percent")
    for name in ("reason", "gone"):
        press_until_focused(page, f"[name={name}]")
        assert page.evaluate(
            """() => {
              const { left, top, width, height } = document.activeElement.getBoundingClientRect();
              return document.activeElement.contains(document.elementFromPoint(left + width / 2, top + height / 2));
            }"""
        ), f"{name} is covered"
        page.keyboard.press("Space")
    page.get_by_role("button", name="Move to DESK-77").click()
    heading(page, "DESK-77 has the seat")
