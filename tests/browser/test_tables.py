"""Tables on screens and on paper: heads stand over their columns, and a print is no picture of a screen."""

from __future__ import annotations

from functools import partial

from tests.browser.demo import Demo
from tests.browser.places import tour
from tests.fixtures.browser import OpenPage

TABLES = {
    "overview", "license-move", "transfers", "people", "pool", "seats-ticked", "in-bulk", "batch-preview",
    "who-has-what",
}  # fmt: skip
# Cells that do not begin where the head of their column does. On the overview the last column is as wide as its words.
ASTRAY = """() => {
  const found = [];
  for (const table of document.querySelectorAll("main table")) {
    const heads = [...table.tHead.rows[0].cells];
    if (!table.tHead.getClientRects().length) continue;
    const row = [...table.querySelectorAll("tbody tr")].find(row => row.cells.length === heads.length);
    heads.slice(0, -1).forEach((head, at) => {
      if (!head.getClientRects().length) return;
      const [here, there] = [head, row.cells[at]].map(cell => cell.getBoundingClientRect().left);
      if (Math.abs(here - there) > 1) found.push(`${head.textContent.trim()} at ${here}, its cells at ${there}`);
      if (!row.cells[at].getClientRects().length) found.push(`${head.textContent.trim()} has no cells`);
    });
  }
  return found;
}"""
# What paper cannot do, and tables that go on without their heads.
ON_PAPER = """() => {
  const seen = element => element.getClientRects().length && !element.closest(".away");
  const pressed = [...document.querySelectorAll("button, input, select, textarea, summary, .button, nav a")]
    .filter(seen);
  const headless = [...document.querySelectorAll("main thead")]
    .filter(head => seen(head.closest("table")) && getComputedStyle(head).display !== "table-header-group");
  const cut = [...document.querySelectorAll("main tr")].filter(row => getComputedStyle(row).breakInside !== "avoid");
  return [...pressed, ...headless, ...cut].map(element => element.outerHTML.slice(0, 80));
}"""


def test_heads_stand_over_their_columns_and_paper_shows_the_table_alone(demo: Demo, open_page: OpenPage) -> None:
    found: dict[str, list[str]] = {}
    for name, page in tour(partial(open_page, demo.url), demo, TABLES.__contains__):
        for width in (768, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            found[f"{name} at {width}"] = page.evaluate(ASTRAY)
        # So much of A4 is left between its margins.
        page.set_viewport_size({"width": 643, "height": 900})
        page.emulate_media(media="print")
        found[f"{name} on paper"] = page.evaluate(ASTRAY) + page.evaluate(ON_PAPER)
        said = page.locator(".masthead").inner_text()
        assert "Tessel Works" in said and str(demo.portal.clock().year) in said, "a print says whose it is, and of when"
        page.emulate_media(media="screen")
    wrong = [f"{where}: {one}" for where, some in found.items() for one in some]
    assert not wrong, "\n".join(wrong)
