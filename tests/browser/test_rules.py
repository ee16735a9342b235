"""Vera's desk: she writes rules as a form and as a text, tries them, asks the history, publishes and rolls back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import running
from tests.browser.demo import Demo, DemoFill
from tests.browser.places import rule_set
from tests.browser.steps import sign_in, stayed, stays
from tests.fixtures.browser import OpenPage, shoot
from tests.fixtures.server import Serve

# The words are not what is tested here: both languages take the same way, with and without scripts.
both_ways = pytest.mark.parametrize(
    ("scripts", "language"), [(True, "de"), (False, "en")], ids=["scripts-de", "plain-en"]
)


@pytest.fixture
def busy(demo_fill: DemoFill, serve: Serve, tmp_path: Path) -> Iterator[Demo]:
    """The demo world with a worker, which does what-if runs."""
    yield from running(serve, tmp_path, demo_fill, PORTAL_WORKER="yes")


def visit(open_page: OpenPage, demo: Demo, scripts: bool, language: str) -> Page:
    page = open_page(demo.url, java_script_enabled=scripts, locale=language)
    sign_in(page, demo, "vera")
    return page


@both_ways
def test_a_text_becomes_a_form_and_a_form_a_text(
    demo: Demo, open_page: OpenPage, scripts: bool, language: str
) -> None:
    page = visit(open_page, demo, scripts, language)
    page.goto(rule_set(demo, "CAM Mill") + "/draft")
    expect(page.locator("html")).to_have_attribute("lang", language)
    if scripts:
        stays(page)
    text = page.locator("#field-text")
    text.fill(text.input_value() + '\n[seats]\noverage = 2  # for the fair\n')
    page.locator(".text-form .button").click()
    expect(page.locator("#notices .notice")).to_be_visible()
    expect(page.locator("[name=seats-overage]")).to_have_value("2")
    expect(page.locator("#field-text")).to_have_value(re.compile("# for the fair"))
    page.locator("[name=allowance-1-limit]").fill("-1")
    page.locator(".rule-form .acts .button").click()
    wrong = page.locator("[name=allowance-1-limit]")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    told = {"en": "limit is negative: -1", "de": "limit ist negativ: -1"}[language]
    expect(wrong).to_have_accessible_description(told)
    expect(page.locator("#text-problems li")).to_have_count(1)
    wrong.fill("6")
    page.locator("button[value=add-condition]").click()
    if scripts:
        expect(page.locator("#condition-1")).to_be_focused()
    page.locator("[name=condition-1-operations-activate]").check()
    page.locator("[name=condition-1-virtual_machine]").select_option("no")
    page.locator("button[value=remove-cooldown-0]").click()
    expect(page.locator("[name=cooldown-0-before]")).to_have_count(0)
    expect(page.locator("[name=condition-1-virtual_machine]")).to_have_value("no")
    expect(page.locator("#notices .notice")).to_have_count(0)
    page.locator(".rule-form .acts .button").click()
    expect(page.locator("#notices .notice")).to_be_visible()
    said = page.locator("#field-text").input_value()
    assert "limit = 6" in said and "virtual_machine = false" in said and "cooldown" not in said and "#" not in said
    if scripts:
        assert stayed(page), "htmx changes the page in place"
    # Only now: taking a picture leaves traces in the page that the next swap would carry on.
    shoot(page, f"rules-{language}-3-form")


@both_ways
def test_a_draft_is_published_with_a_note_and_rolled_back(
    demo_on_both: Demo, open_page: OpenPage, scripts: bool, language: str
) -> None:
    demo = demo_on_both
    page, home = visit(open_page, demo, scripts, language), rule_set(demo)
    for place in ("/vendor/rules", home, f"{home}/articles", f"{home}/try", f"{home}/replays"):
        page.goto(place)
        expect(page.locator("h1")).to_have_count(1)
    page.locator("#runs a").first.click()
    expect(page.locator(".findings tbody tr")).to_have_count(8)
    page.goto(f"{home}/draft")
    page.locator("a.button.filled").click()
    expect(page.locator(".before-after tbody tr")).not_to_have_count(0)
    expect(page.locator(".difference ins")).to_contain_text('every = "P2Y"')
    page.locator("main .button.filled").click()
    expect(page.locator("#field-note")).to_have_attribute("aria-invalid", "true")
    page.locator("#field-note").fill("Moves became rare")
    page.locator("main .button.filled").click()
    expect(page.locator("#notices .notice")).to_contain_text("8")
    expect(page.locator(".versions li").first).to_contain_text("Moves became rare")
    page.locator(".versions li").nth(1).get_by_role("link").click()
    page.locator("#field-note").fill("Too rare")
    page.locator("main .button.filled").click()
    expect(page.locator("#notices .notice")).to_contain_text("9")
    shoot(page, f"rules-{language}-4-rolled-back")


@both_ways
def test_a_case_is_tried(demo: Demo, open_page: OpenPage, scripts: bool, language: str) -> None:
    page = visit(open_page, demo, scripts, language)
    page.goto(rule_set(demo, "CAM Mill") + "/try")
    for at, (operation, moment) in enumerate((("activate", "2025-05-03T12:00"), ("rehost", "2026-10-01T12:00"))):
        page.locator("button[value=add-entry]").click()
        page.locator(f"[name=entry-{at}-operation]").select_option(operation)
        page.locator(f"[name=entry-{at}-at]").fill(moment)
    page.locator("#made-moment").fill("2026-11-20T10:00")
    page.locator("#case .acts .button").click()
    expect(page.locator("#answer")).to_contain_text("allowance_exhausted")
    page.locator(".as-json summary").click()
    expect(page.locator(".json").first).to_contain_text('"next_allowed_at": "2027-10-01T10:00:00Z"')
    expect(page.locator("[name=entry-1-operation]")).to_have_value("rehost")
    shoot(page, f"rules-{language}-5-tried")


@both_ways
def test_the_history_is_decided_again(busy: Demo, open_page: OpenPage, scripts: bool, language: str) -> None:
    page = visit(open_page, busy, scripts, language)
    page.goto(rule_set(busy) + "/replays")
    page.locator("main .button.filled").click()
    # The page looks again by itself, with scripts in place and without them by a refresh.
    expect(page.locator("#findings")).to_be_visible(timeout=30_000)
    expect(page.locator(".findings tbody tr")).to_have_count(9)
    expect(page.locator(".findings")).to_contain_text("Merle Falk")
    shoot(page, f"rules-{language}-6-run")
    page.locator(".findings tbody tr", has_text="Tessel CAD Pro").first.locator("a").first.click()
    expect(page.locator("h1")).to_contain_text("Tessel CAD Pro")
