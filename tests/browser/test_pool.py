"""Cora hands out seats: by ticking people, with a table, with and without scripts, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import running
from tests.browser.demo import Demo, DemoFill
from tests.browser.steps import sign_in, stayed, stays
from tests.fixtures.browser import OpenPage, shoot
from tests.fixtures.server import Serve

LANGUAGES = ("en", "de")


@pytest.fixture
def working_demo(demo_fill: DemoFill, serve: Serve, tmp_path: Path) -> Iterator[Demo]:
    """The demo world with a worker in it."""
    yield from running(serve, tmp_path, demo_fill, PORTAL_WORKER="yes")


def seats(demo: Demo) -> str:
    return f"{demo.page_of('brandt_pool')}/seats"


def cora(open_page: OpenPage, demo: Demo, **context: object) -> Page:
    page = open_page(demo.url, **context)
    sign_in(page, demo, "cora")
    return page


def boxes(page: Page) -> Locator:
    return page.locator("#people tbody input[type=checkbox]")


def ticked(page: Page, count: int) -> list[str]:
    """Tick so many from the top, and return their names."""
    for at in range(count):
        boxes(page).nth(at).check()
    return page.locator("#people tbody tr:has(input:checked) th").all_inner_texts()


@pytest.mark.parametrize("language", LANGUAGES)
def test_seats_are_taken_from_some_given_again_and_undone(demo: Demo, open_page: OpenPage, language: str) -> None:
    page = cora(open_page, demo, locale=language)
    page.goto(f"{seats(demo)}?seat=unused")
    names = ticked(page, 2)
    expect(page.locator("[data-count]")).to_contain_text("2")
    expect(page.locator("[data-take]")).to_contain_text("2")
    expect(page.locator("[data-assign]")).to_be_hidden()
    shoot(page, f"seats-ticked-{language}")
    assert page.locator("#people table").evaluate("(table) => getComputedStyle(table).display") == "table"
    page.locator("[data-take]").click()
    expect(page.locator("#notices")).to_contain_text("2")
    page.goto(f"{seats(demo)}?seat=without")
    for name in names:
        page.locator("#people tr", has_text=name).locator("input").check()
    expect(page.locator("[data-assign]")).to_contain_text("2")
    page.locator("[data-assign]").click()
    expect(page.locator("#notices")).to_contain_text("2")
    page.goto(f"{seats(demo)}?seat=unused")
    for name in names:
        expect(page.locator("#people tr", has_text=name)).to_be_visible()
    page.locator("form[action$='/undo'] button").click()
    page.wait_for_url("**/batches/**")
    shoot(page, f"batch-undoing-{language}")


def test_searching_swaps_the_list_in_place_and_keeps_the_focus(demo: Demo, open_page: OpenPage) -> None:
    page = cora(open_page, demo)
    page.goto(seats(demo))
    stays(page)
    search = page.locator("#field-search")
    search.press_sequentially("sarpong", delay=15)
    expect(page.locator("#people tbody tr")).to_have_count(1)
    expect(search).to_be_focused()
    expect(page.locator("#announcer")).to_have_text("1 person")
    assert "search=sarpong" in (page.locator("#seats-export").get_attribute("href") or "")
    boxes(page).first.check()
    expect(page.locator("[data-count]")).to_have_text("1 person selected")
    assert stayed(page)


def test_the_box_in_the_head_ticks_the_page_and_select_all_everybody(demo: Demo, open_page: OpenPage) -> None:
    page = cora(open_page, demo)
    page.goto(seats(demo))
    page.locator("[data-page] input").check()
    expect(page.locator("[data-count]")).to_have_text(f"{boxes(page).count()} people selected")
    page.locator(".selection .link").click()
    expect(page.locator("#people tbody input:checked")).to_have_count(0)
    expect(page.locator("[data-count]")).to_have_text("Select people")
    page.locator("[data-all]").check()
    total = page.locator("[data-selection]").get_attribute("data-total")
    expect(page.locator("[data-count]")).to_have_text(f"{total} people selected")


def test_without_scripts_the_same_forms_do_the_same(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.url, java_script_enabled=False)
    sign_in(page, demo, "cora")
    page.goto(f"{seats(demo)}?seat=unused")
    (name,) = ticked(page, 1)
    page.locator("[data-take]").click()
    expect(page.locator("#notices")).to_contain_text("1 seat is taken back.")
    page.goto(f"{seats(demo)}?seat=without")
    expect(page.locator("#people tr", has_text=name)).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_table_is_done_while_two_browsers_watch_and_undone_again(
    working_demo: Demo, open_page: OpenPage, language: str
) -> None:
    demo = working_demo
    page = cora(open_page, demo, locale=language)
    page.goto(f"{seats(demo)}?seat=unused")
    names = ticked(page, 3)
    emails = [one.email for one in _staff(names)]
    page.goto(seats(demo))
    page.locator(".head .button").click()
    page.locator("#field-kind").select_option("take_back")
    page.locator("#field-table").set_input_files(
        {
            "name": "people.csv",
            "mimeType": "text/csv",
            "buffer": ("E-Mail;Name\n" + "".join(f"{e};\n" for e in emails)).encode("utf-16"),
        }
    )
    page.locator("main form .button.filled").click()
    expect(page.locator("#lines tbody tr")).to_have_count(3)
    shoot(page, f"batch-preview-{language}")
    other = cora(open_page, demo, locale=language)
    other.goto(page.url.split("?")[0])
    page.locator("#start .button.filled").click()
    expect(page.locator("#lines .tone-ok")).to_have_count(3)
    other.reload()
    expect(other.locator("#lines .tone-ok")).to_have_count(3)
    shoot(page, f"batch-done-{language}")
    other.locator("form[action$='/undo'] button").click()
    expect(other.locator("form[action$='/undo']")).to_have_count(0)
    expect(other.locator("#lines .tone-ok")).to_have_count(0)
    page.goto(f"{seats(demo)}?seat=unused")
    for name in names:
        expect(page.locator("#people tr", has_text=name)).to_be_visible()


def _staff(names: list[str]):  # type: ignore[no-untyped-def]
    from portal.demo.staff import STAFF

    return [one for one in STAFF if one.name in names]


def test_the_pool_leads_to_people_and_who_has_what(demo: Demo, open_page: OpenPage) -> None:
    page = cora(open_page, demo)
    page.locator("nav a[href$='/pool']").first.click()
    expect(page.locator("h1")).to_have_text("Pool")
    shoot(page, "pool")
    page.locator("a[href$='/assignments']").first.click()
    expect(page.locator("h1")).to_have_text("Who has what")
    page.locator("#field-state").select_option("unused")
    expect(page.locator("#holdings tbody tr").first).to_contain_text("Not yet activated")
    with page.expect_download() as saved:
        page.locator("#holdings-export").click()
    assert saved.value.suggested_filename == "assignments.csv"
    shoot(page, "who-has-what")
