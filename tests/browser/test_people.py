"""Cora and her people: entering and inviting them, how they come in, and what becomes of what they held."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import running
from tests.browser.demo import Demo, DemoFill
from tests.browser.steps import sign_in, stayed, stays
from tests.browser.test_lost_tickets import look
from tests.fixtures.browser import OpenPage
from tests.fixtures.server import Serve

SIZES = [(360, "dark", "de"), (768, "light", "en"), (1280, "light", "de"), (1280, "dark", "en")]
PASSWORD = "three quiet geese, early"


@pytest.fixture
def demo(demo_fill: DemoFill, serve: Serve, tmp_path):
    """The demo world with a worker."""
    yield from running(serve, tmp_path, demo_fill, PORTAL_WORKER="yes")


def brandt(demo: Demo, ending: str = "") -> str:
    return f"/groups/{demo.world.groups['brandt'].public_id}{ending}"


def invited(page: Page, demo: Demo, email: str) -> str:
    """Cora invites this address; returns the address in the mail."""
    page.goto(brandt(demo, "/invitations"))
    page.locator("#field-email").fill(email)
    page.locator("#by-mail .button.filled").click()
    expect(page.locator("#sent")).to_contain_text(email)
    page.goto("/dev/mail")
    page.locator(".mails li").filter(has_text=email).first.locator("a").click()
    return re.search(r"/invitation/[\w-]+", page.locator("pre").inner_text())[0]  # type: ignore[index]


@pytest.mark.parametrize("language", ["en", "de"])
def test_somebody_new_comes_in_with_an_invitation(demo: Demo, open_page: OpenPage, language: str) -> None:
    locale = "de-DE" if language == "de" else "en-GB"
    cora = open_page(demo.url, locale=locale)
    sign_in(cora, demo, "cora")
    address = invited(cora, demo, "nina.neu@brandt-maschinenbau.example")
    nina = open_page(demo.url, locale=locale)
    nina.goto(address)
    expect(nina).to_have_url(f"{demo.url}/invitation")
    expect(nina.locator("html")).to_have_attribute("lang", language)
    expect(nina.locator("h1")).to_contain_text("Brandt Maschinenbau GmbH")
    nina.locator("#field-name").fill("Nina Neu")
    nina.locator("#field-password").fill("short")
    nina.locator("main .button.filled").click()
    expect(nina.locator("#field-password")).to_be_focused()
    nina.locator("#field-password").fill(PASSWORD)
    nina.locator("main .button.filled").click()
    expect(nina).to_have_url(f"{demo.url}/licenses")
    expect(nina.locator("#notices")).to_contain_text("Brandt Maschinenbau GmbH")
    cora.goto(brandt(demo, "/members?search=nina"))
    expect(cora.locator(".roster tbody tr")).to_have_count(1)


def test_the_list_is_searched_while_one_types(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.url)
    sign_in(page, demo, "cora")
    page.get_by_role("link", name="People", exact=True).click()
    stays(page)
    page.locator("#field-search").press_sequentially("malte")
    expect(page.locator(".roster tbody tr")).to_have_count(1)
    expect(page.locator("#members-count")).to_contain_text("1 person matches")
    page.locator("#field-search").fill("")
    page.locator("#field-state").select_option("admins")
    expect(page.locator(".roster tbody")).to_contain_text("Cora Brandt")
    assert stayed(page)


def test_somebody_leaves_and_the_seat_goes_to_a_successor(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.url)
    sign_in(page, demo, "cora")
    page.goto(brandt(demo, "/members?search=petra+dvo"))
    page.locator(".roster th a").click()
    expect(page.locator("#holds")).to_contain_text("Assigned, not yet activated")
    page.get_by_role("link", name="Remove …").click()
    page.get_by_label("Give it to the successor").click()
    page.locator("main .button.filled").click()
    expect(page.locator("#field-successor")).to_be_focused()
    page.locator("#field-successor").fill("jonas.bauer@brandt-maschinenbau.example")
    page.locator("main .button.filled").click()
    expect(page.locator("#notices")).to_contain_text("Petra Dvořák is removed.")
    page.goto(brandt(demo, "/members?search=jonas.bauer"))
    expect(page.locator(".roster tbody")).to_contain_text("1 seat")
    page.goto(brandt(demo, "/members?state=left&search=petra"))
    expect(page.locator(".roster tbody")).to_contain_text("Has left")


def test_whoever_belongs_to_two_groups_switches_near_the_name(demo: Demo, open_page: OpenPage) -> None:
    cora = open_page(demo.url)
    sign_in(cora, demo, "cora")
    address = invited(cora, demo, demo.world.people["eve"].email)
    eve = open_page(demo.url)
    sign_in(eve, demo, "eve")
    expect(eve.locator(".who details:not(.tongues) summary")).not_to_contain_text("All my groups")
    eve.goto(address)
    eve.get_by_role("button", name="Join Brandt Maschinenbau GmbH").click()
    expect(eve.locator("#notices")).to_contain_text("You belong to Brandt Maschinenbau GmbH now.")
    eve.locator(".who details:not(.tongues) summary").click()
    eve.locator(".mine").get_by_role("button", name="Brandt Maschinenbau GmbH").click()
    expect(eve.locator("#notices")).to_contain_text("You look at Brandt Maschinenbau GmbH alone.")
    expect(eve.locator(".who details:not(.tongues) summary")).to_contain_text("Brandt Maschinenbau GmbH")
    expect(eve.locator("main")).not_to_contain_text("DESK-77")
    eve.locator(".who details:not(.tongues) summary").click()
    eve.locator(".mine").get_by_role("button", name="All my groups").click()
    expect(eve.locator("main")).to_contain_text("DESK-77")


def test_an_invitation_works_without_javascript(demo: Demo, open_page: OpenPage) -> None:
    cora = open_page(demo.url, java_script_enabled=False)
    sign_in(cora, demo, "cora")
    address = invited(cora, demo, "plain@brandt-maschinenbau.example")
    plain = open_page(demo.url, java_script_enabled=False)
    plain.goto(address)
    plain.locator("#field-name").fill("Plain")
    plain.locator("#field-password").fill(PASSWORD)
    plain.locator("main .button.filled").click()
    expect(plain).to_have_url(f"{demo.url}/licenses")


@pytest.mark.parametrize(("width", "scheme", "language"), SIZES)
def test_how_it_looks(demo: Demo, open_page: OpenPage, width: int, scheme: str, language: str) -> None:
    locale = "de-DE" if language == "de" else "en-GB"
    cora = open_page(demo.url, width=width, color_scheme=scheme, locale=locale)
    named = f"{language}-{width}-{scheme}"
    sign_in(cora, demo, "cora")
    address = invited(cora, demo, "look@brandt-maschinenbau.example")
    cora.goto(brandt(demo, "/invitations"))
    cora.locator("#field-domains").fill("brandt-maschinenbau.example")
    cora.locator("#links form .button").last.click()
    look(cora, f"invitations-{named}")
    cora.goto(brandt(demo, "/members"))
    look(cora, f"people-{named}")
    if cora.locator(".menu-button").is_visible():
        cora.locator(".menu-button").click()
    look(cora, f"people-menu-{named}")
    guest = open_page(demo.url, width=width, color_scheme=scheme, locale=locale)
    guest.goto(address)
    look(guest, f"invitation-{named}")
    guest.goto("/invitation/nothing")
    look(guest, f"invitation-gone-{named}")
