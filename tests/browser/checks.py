"""What is asked of every page, in the browser: nothing cut off, a frame, quiet, and what came over the wire."""

from __future__ import annotations

from playwright.sync_api import Page

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

# What a reader sets to read more easily (WCAG 1.4.12).
SPACED = """
  * { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
  p { margin-bottom: 2em !important }
"""

# One heading of the first level, the landmarks, a language and a title; the heads of tables stand above their columns;
# and nothing moves for who asked for that.
FRAME = """(language) => {
  const found = [];
  for (const one of ["h1", "body > header", "body > main"]) {
    const { length } = document.querySelectorAll(one);
    if (length !== 1) found.push(`${length} × ${one}`);
  }
  const [title, brand] = document.title.split(" · ");
  if (!title || !brand) found.push(`the title is ${document.title}`);
  if (document.documentElement.lang !== language) found.push(`the language is ${document.documentElement.lang}`);
  for (const table of document.querySelectorAll("table:has(thead)")) {
    const heads = [...table.querySelectorAll("thead th, thead td")];
    const row = [...table.querySelectorAll("tbody tr")].find(({ children }) => children.length === heads.length);
    const boxes = (cells) => [...cells].map((cell) => cell.getBoundingClientRect());
    const [above, below] = [boxes(heads), boxes(row?.children ?? [])];
    const isBeside = (box, at) => Math.abs(box.left - above[at].left) > 1 && Math.abs(box.right - above[at].right) > 1;
    if (below.some(isBeside)) found.push(`the heads of table.${table.className} stand beside their columns`);
  }
  for (const one of document.getAnimations()) found.push(`${one.effect.target.className} moves`);
  return found;
}"""

# Controls that a thumb misses on a phone. What stands in a sentence is as high as its line.
SMALL = """() => [...document.querySelectorAll("main :is(button, .button, summary, select, .input, .choice, .act a)")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest("p:not(.acts), .away"))
  .map((one) => [one, Math.round(one.getBoundingClientRect().height)])
  .filter(([, high]) => high < 44)
  .map(([one, high]) => `${one.tagName}.${one.className} "${one.textContent.trim().slice(0, 30)}" is ${high} high`)
"""

# Where Tab leads back: up within a column, or back within a line. It meets things in the order of the document; what
# sticks to the edge of the screen has no place of its own.
ORDER = """() => {
  const meets = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const sticks = (one) => one !== null && (getComputedStyle(one).position === "sticky" || sticks(one.parentElement));
  const stops = [...document.querySelectorAll(meets)]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.tabIndex >= 0 && !one.disabled)
    .filter((one) => !one.closest(".away, .skip") && !sticks(one))
    .map((one) => [one, one.getBoundingClientRect()]);
  const called = (one) => `${one.tagName}.${one.className} "${one.textContent.trim().slice(0, 30)}"`;
  const middle = ({ top, bottom }) => (top + bottom) / 2;
  const leadsBack = (one, other) => (other.bottom <= one.top && other.left < one.right)
    || (other.right <= one.left && one.top < middle(other) && middle(other) < one.bottom);
  return stops.slice(1)
    .map(([one, box], at) => [...stops[at], one, box])
    .filter(([, from, , to]) => leadsBack(from, to))
    .map(([before, , after]) => `from ${called(before)} Tab leads back to ${called(after)}`);
}"""


class Wire:
    """Weighs what came over the wire for a page and all that it loads, with a cold cache."""

    def __init__(self, page: Page) -> None:
        self._open: set[str] = set()
        self.bytes = 0
        browser = page.context.new_cdp_session(page)
        browser.on("Network.requestWillBeSent", self._asked)
        browser.on("Network.loadingFinished", self._came)
        browser.send("Network.enable")
        browser.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def _asked(self, event: dict[str, object]) -> None:
        if event["type"] == "Document":
            self._open, self.bytes = set(), 0
        if event["type"] not in ("XHR", "Fetch"):
            self._open.add(str(event["requestId"]))

    def _came(self, event: dict[str, object]) -> None:
        if event["requestId"] in self._open:
            self.bytes += round(float(str(event["encodedDataLength"])))
