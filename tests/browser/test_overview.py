"""The overview in use: searching, filtering, ordering, turning pages and exporting, with nothing that jumps."""

import csv
import io
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo import Demo
from tests.browser.extras import sell_more
from tests.browser.steps import sign_in, stayed, stays
from tests.fixtures.browser import OpenPage, shoot

# What moves although nobody scrolled, in the browser's own measure; what sits below the list may follow its length.
WATCH = """() => {
  window.shifts = [];
  const below = (node) => node?.parentElement?.closest(".foot, .pager") ?? node?.closest?.(".foot, .pager");
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      for (const { node } of entry.sources) {
        if (node && !below(node)) window.shifts.push(`${entry.value.toFixed(4)} ${node.nodeName} ${node.id ?? ""}`);
      }
    }
  }).observe({ type: "layout-shift", buffered: true });
}"""


@pytest.fixture
def overview(demo: Demo, open_page: OpenPage) -> Page:
    """Eve's overview of 69 licenses, watched for jumps."""
    sell_more(demo, 60)
    page = open_page(demo.url)
    sign_in(page, demo, "eve")
    page.evaluate(WATCH)
    stays(page)
    return page


def still(page: Page) -> None:
    """Nothing jumped, and it is the same document."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")
    assert page.evaluate("shifts") == []
    assert stayed(page)


def test_searching_changes_list_count_and_address_and_keeps_the_focus(overview: Page, demo: Demo) -> None:
    search = overview.get_by_label("Search")
    search.press_sequentially("cam mill", delay=15)
    expect(overview.locator("#licenses-count")).to_have_text("3 licenses")
    expect(overview.locator("tr.license")).to_have_count(3)
    expect(overview).to_have_url(re.compile(r"/licenses\?search=cam(\+|%20)mill$"))
    expect(search).to_be_focused()
    expect(search).to_have_value("cam mill")
    expect(overview.locator("#announcer")).to_have_text("3 licenses")
    shoot(overview, "overview-search")
    still(overview)
    overview.go_back()
    expect(overview.locator("#licenses-count")).to_contain_text("69 licenses")


def test_filter_and_order_act_when_they_are_chosen(overview: Page) -> None:
    state = overview.get_by_label("State")
    state.focus()
    state.select_option("in_use")
    expect(overview.locator("tr.license")).to_have_count(6)
    expect(overview).to_have_url(re.compile(r"\?state=in_use$"))
    expect(state).to_be_focused()
    overview.get_by_label("Order").select_option("until")
    expect(overview).to_have_url(re.compile(r"\?state=in_use&order=until$"))
    expect(overview.locator("tr.license").first).to_contain_text("Ends in 12 days")
    overview.get_by_label("Product").select_option(label="Tessel CAD Pro")
    expect(overview.locator("tr.license")).to_have_count(2)
    still(overview)


def test_pages_are_addresses_that_keep_what_was_asked_for(overview: Page) -> None:
    overview.get_by_label("Search").fill("viewer")
    expect(overview.locator("#licenses-count")).to_have_text("63 licenses")
    pages = overview.get_by_role("navigation", name="Pages")
    pages.get_by_role("link", name="Next").click()
    expect(overview).to_have_url(re.compile(r"\?search=viewer&page=2$"))
    expect(pages.locator("[aria-current]")).to_have_text("2")
    expect(overview.get_by_label("Search")).to_have_value("viewer")
    expect(overview.locator("tr.license")).to_have_count(13)
    shoot(overview, "overview-page-2")


def test_the_export_holds_what_the_list_shows(overview: Page) -> None:
    overview.get_by_label("Search").fill("cam mill")
    expect(overview.locator("tr.license")).to_have_count(3)
    with overview.expect_download() as download:
        overview.get_by_role("link", name="Export list (CSV)").click()
    lines = list(csv.reader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig"))))
    assert lines[0][0] == "License"
    assert {line[0] for line in lines[1:]} == {"Tessel CAM Mill"} and len(lines) == 4


def test_without_scripts_a_button_asks_for_the_list(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.url, java_script_enabled=False)
    sign_in(page, demo, "eve")
    page.get_by_label("Search").fill("cam mill")
    page.get_by_label("State").select_option("ends_soon")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tr.license")).to_have_count(1)
    expect(page.get_by_label("State")).to_have_value("ends_soon")
    shoot(page, "overview-plain")
