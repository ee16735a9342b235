"""Tickets are read back while they are typed, and registered once somebody has seen what they bring."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo import Demo
from tests.browser.steps import heading, sign_in
from tests.fixtures.browser import OpenPage, shoot


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_the_good_tickets_in_a_pasted_mail_are_registered_after_one_has_seen_them(
    demo: Demo, open_page: OpenPage, scripts: bool
) -> None:
    page = open_page(demo.url, java_script_enabled=scripts)
    sign_in(page, demo, "sid")
    heading(page, "No licenses yet")
    page.get_by_role("link", name="Register a ticket").last.click()
    page.get_by_label("Tickets").fill(
        f"Dear Mr Keller,\n\nyour order 4711 of 12.11.2026: {demo.code('boxed').lower()} for the office and\n"
        f"{demo.code('imported')}\nfor home; {demo.code('full')} was the old one.\n\nKind regards\nTessel Works"
    )
    page.get_by_role("button", name="Check tickets").click()
    expect(page.locator("main .lead")).to_have_text("2 tickets can be registered. 1 cannot.")
    lines = page.locator(".answers li")
    expect(lines).to_have_count(3)
    expect(lines.nth(0)).to_contain_text("Tessel CAD Pro")
    expect(lines.nth(2)).to_contain_text("It is registered to an account")
    shoot(page, f"register-{'scripts' if scripts else 'plain'}-1-checked")
    elsewhere = page.context.new_page()
    elsewhere.goto("/licenses")
    heading(elsewhere, "No licenses yet")  # looking registers nothing

    page.get_by_role("button", name="Register the 2 good ones").click()
    heading(page, "Tickets registered")
    shoot(page, f"register-{'scripts' if scripts else 'plain'}-2-done")
    page.get_by_role("link", name="See your licenses").click()
    expect(page.locator("#licenses-count")).to_have_text("2 licenses")


@pytest.fixture
def field_page(demo: Demo, open_page: OpenPage) -> Page:
    page = open_page(demo.url)
    page.goto("/sign-in")
    return page


def test_a_ticket_is_read_back_while_it_is_typed(demo: Demo, field_page: Page) -> None:
    code, echo = demo.code("boxed"), field_page.locator("[data-ticket-echo]")
    field = field_page.get_by_label("Ticket", exact=True)
    field.press_sequentially(code.lower().replace("-", "")[:12])
    expect(echo.locator(".code")).to_have_text(f"{code[:11]}-{code[12:14]}")
    expect(echo).to_contain_text("12 of 25 characters")
    field.press_sequentially(code.lower().replace("-", "")[12:])
    expect(echo.locator(".code")).to_have_text(code)
    expect(echo).to_contain_text("25 of 25 characters, no typing mistake")
    expect(field_page.locator("#announcer")).to_have_text("25 of 25 characters, no typing mistake")
    shoot(field_page, "ticket-field-right")


def test_a_mistyped_character_is_told_before_anything_is_sent(demo: Demo, field_page: Page) -> None:
    code, echo = demo.code("boxed"), field_page.locator("[data-ticket-echo]")
    sent: list[str] = []
    field_page.on("request", lambda request: "/static/" in request.url or sent.append(request.url))
    field = field_page.get_by_label("Ticket", exact=True)
    field.fill(code[:-1] + ("2" if code[-1] != "2" else "3"))
    expect(echo).to_contain_text("One character is mistyped. Nothing was sent yet.")
    field.fill(f"0{code[1:]}")
    expect(echo).to_contain_text("Character 1, “0”, cannot be right")
    assert not sent
    shoot(field_page, "ticket-field-mistyped")


@pytest.mark.parametrize("address", ["/t#{code}", "/sign-in#{code}"])
def test_the_code_of_a_printed_ticket_fills_the_field_and_leaves_the_address(
    demo: Demo, open_page: OpenPage, address: str
) -> None:
    page = open_page(demo.url)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address.format(code=demo.code("dead_pc_waiting")))
    expect(page.get_by_label("Ticket", exact=True)).to_have_value(demo.code("dead_pc_waiting"))
    expect(page).to_have_url(f"{demo.url}/sign-in")
    page.get_by_role("button", name="Open with ticket").click()
    heading(page, "DESK-77 is waiting. Move the license there?")
    assert not [url for url in asked if demo.code("dead_pc_waiting") in url.partition("#")[0]]


def test_who_is_signed_in_registers_the_printed_ticket(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.url)
    sign_in(page, demo, "eve")
    page.goto(f"/t#{demo.code('boxed')}")
    expect(page).to_have_url(f"{demo.url}/tickets/redemption")
    expect(page.get_by_label("Tickets")).to_have_value(demo.code("boxed"))
