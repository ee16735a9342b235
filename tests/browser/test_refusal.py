"""Cora has no move left: the page says from when there is one, why, and what helps until then."""

import re

from playwright.sync_api import expect

from tests.browser.demo import Demo
from tests.browser.steps import heading, sign_in
from tests.fixtures.browser import OpenPage, shoot


def test_a_refusal_names_the_date_and_the_ways_on_in_german(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.url, locale="de-DE")
    sign_in(page, demo, "cora")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihre Lizenzen")
    page.goto(demo.page_of("exhausted"))
    panel = page.locator(".decision")
    from_when = re.compile(r"^Der nächste Umzug ist ab dem \d{1,2}\.\s\w+\s20\d\d möglich$")
    expect(panel.get_by_role("heading", level=2)).to_have_text(from_when)
    expect(panel.locator(".lead")).to_contain_text("von CORA-NB1 auf CORA-NB2")
    expect(panel.get_by_role("heading", level=3)).to_have_count(4)
    for way in ("Tessel Works fragen", "CORA-NB2 läuft doch noch?", "Warten"):
        expect(panel.get_by_role("heading", level=3, name=way, exact=True)).to_be_visible()
    expect(panel.locator("form.stuck")).to_have_attribute("action", f"{demo.page_of('exhausted')}/emergency")
    panel.locator(".ask-vendor > summary").click()
    expect(panel.locator(".ask-vendor form")).to_have_attribute("action", f"{demo.page_of('exhausted')}/exceptions")
    expect(panel.locator(".ask-vendor textarea")).to_be_visible()
    expect(panel.locator("[disabled]")).to_have_count(0)
    shoot(page, "refusal-de")

    page.get_by_role("button", name="CORA-NB2 um Rückgabe bitten").click()
    heading(page, "CORA-NB2 hat die Rückgabe noch nicht bestätigt")
    shoot(page, "refusal-de-returning")
    page.get_by_role("link", name="Mein alter PC ist nicht mehr da").click()
    expect(panel.get_by_role("heading", level=2)).to_have_text(from_when)
