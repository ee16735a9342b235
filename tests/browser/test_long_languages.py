"""Every page in the longest language, and in one without blanks: nothing is cut off, nothing lies over another text."""

from __future__ import annotations

import re
from functools import partial

import pytest

from tests.browser.demo import Demo
from tests.browser.extras import let_more_wait
from tests.browser.places import tour
from tests.browser.test_everywhere import CLIPPED
from tests.fixtures.browser import OpenPage

# Lines of text that lie over each other. What floats over the page is meant to, and what ends at the edge of a box of
# its own covers nothing beyond it.
COVERED = """() => {
  const apart = (element) => {
    const { position, clipPath, overflowY } = getComputedStyle(element);
    return ["sticky", "fixed"].includes(position) || clipPath !== "none" || overflowY !== "visible";
  };
  const known = new Map();
  const floats = (element) => {
    if (!element) return false;
    if (!known.has(element)) known.set(element, apart(element) || floats(element.parentElement));
    return known.get(element);
  };
  const lines = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || !parent.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    if (parent.closest("svg, option, textarea") || floats(parent)) continue;
    range.selectNodeContents(node);
    const reach = parseFloat(getComputedStyle(parent).fontSize) * .35;
    for (const box of range.getClientRects()) {
      const middle = (box.top + box.bottom) / 2;
      const edges = { left: box.left + 1, right: box.right - 1, top: middle - reach, bottom: middle + reach };
      if (box.width > 2) lines.push({ node, ...edges });
    }
  }
  lines.sort((one, other) => one.top - other.top);
  const called = (line) => `"${line.node.data.trim().slice(0, 30)}"`;
  return lines.flatMap((one, at) => {
    const end = lines.findIndex((other, place) => place > at && other.top >= one.bottom);
    return lines.slice(at + 1, end < 0 ? lines.length : end)
      .filter((other) => other.node !== one.node && one.left < other.right && other.left < one.right)
      .map((other) => `${called(one)} lies over ${called(other)}`);
  });
}"""

# The lines of a page as they are read, with a mark before whatever is set apart from its sentence anyway.
READ = """() => {
  for (const element of document.querySelectorAll("a, button, time, b, .small")) element.prepend("\\u200b");
  return document.body.innerText.split("\\n");
}"""

JAPANESE = "\u3041-\u30ff\u4e00-\u9fff"
FAULTS = {
    # What stands off its word never leaves it at the end of a line.
    "fr": re.compile(r" [;:!?»](?: |$)|« "),
    # Sentences follow without a blank, and marks are as wide as letters.
    "ja": re.compile(rf"[。、！？：）」] +[{JAPANESE}]|[{JAPANESE}][,;:!?](?: |$)|[{JAPANESE}] ?\(|\)[{JAPANESE}]"),
}


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("language", "locale", "widths"), [("fr", "fr-CA", (320, 360, 768)), ("ja", "ja-JP", (360, 768))]
)
def test_every_page_holds_the_language_and_is_set_as_its_readers_expect(
    demo: Demo, open_page: OpenPage, language: str, locale: str, widths: tuple[int, ...]
) -> None:
    let_more_wait(demo)
    found: dict[str, list[str]] = {}
    for name, page in tour(partial(open_page, demo.url, locale=locale), demo):
        assert page.get_attribute("html", "lang") == language
        for width in widths:
            page.set_viewport_size({"width": width, "height": 760})
            if wrong := page.evaluate(CLIPPED) + page.evaluate(COVERED):
                found[f"{name} at {width}"] = wrong
        page.set_viewport_size({"width": 1280, "height": 900})
        if name != "parts" and (wrong := [line for line in page.evaluate(READ) if FAULTS[language].search(line)]):
            found[name] = wrong
    assert not found
