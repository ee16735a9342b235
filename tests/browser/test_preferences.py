"""What people have set on their machine: less motion, more contrast, or colors of their own."""

from __future__ import annotations

import pytest

from tests.browser.demo import Demo
from tests.browser.places import at, license_of
from tests.browser.steps import sign_in
from tests.fixtures.browser import OpenPage, shoot

# Every state that can be seen: its drawing and how wide it is, the color of the drawing and of the word, and the word.
STATES = """() => [...document.querySelectorAll(".state")].filter((one) => one.checkVisibility()).map((one) => {
  const shape = one.querySelector(".shape");
  const { fill, stroke } = getComputedStyle(shape.firstElementChild);
  const width = shape.getBoundingClientRect().width;
  return [shape.innerHTML, width, fill === "none" ? stroke : fill, getComputedStyle(one).color, one.textContent.trim()];
})"""

MOVING = """() => {
  document.querySelector("form:has(.button.filled)").classList.add("htmx-request");
  return document.getAnimations().length;
}"""


def test_nothing_moves_for_who_wants_less_motion(demo: Demo, open_page: OpenPage) -> None:
    moving = {}
    for wish in ("no-preference", "reduce"):
        page = open_page(demo.url, reduced_motion=wish)
        page.goto("/help")
        moving[wish] = page.evaluate(MOVING)
    assert moving == {"no-preference": 1, "reduce": 0}


@pytest.mark.parametrize(("theme", "ink"), [("light", "rgb(0, 0, 0)"), ("dark", "rgb(255, 255, 255)")])
def test_in_colors_of_ones_own_a_state_is_a_shape_and_a_word(
    demo: Demo, open_page: OpenPage, theme: str, ink: str
) -> None:
    page = open_page(demo.url, forced_colors="active", color_scheme=theme)
    sign_in(page, demo, "eve")
    drawings = set()
    for go in (at("/licenses"), license_of("eve_cad"), license_of("eve_mill")):
        go(page, demo)
        states = page.evaluate(STATES)
        assert states
        for drawing, width, shape, color, word in states:
            assert (shape, color) == (ink, ink) and word and width >= 10, word
            drawings.add(drawing)
        shoot(page, f"forced-colors-{theme}")
    assert len(drawings) >= 7, "states can be told apart without any color"
