"""Passkeys with a real browser and a device in it; an authenticator app and recovery codes, with and without script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import running
from tests.browser.demo import Demo, DemoFill
from tests.browser.steps import enter, sign_in
from tests.browser.test_lost_tickets import look
from tests.fixtures.browser import OpenPage
from tests.fixtures.server import Serve

SECURITY = "/account/security"
FINGER = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def demo(demo_fill: DemoFill, serve: Serve, tmp_path: Path) -> Iterator[Demo]:
    """The demo world under a name: a bare number has no passkeys."""
    yield from running(serve, tmp_path, demo_fill, host="localhost")


def device(page: Page, **other: Any) -> tuple[Any, str]:
    """A device with a finger on it, in this browser."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    added = session.send("WebAuthn.addVirtualAuthenticator", {"options": FINGER | other})
    return session, added["authenticatorId"]


# How the page asks the browser for a passkey.
WATCHED = """
window.asked = [];
const get = navigator.credentials.get.bind(navigator.credentials);
navigator.credentials.get = (options) => { window.asked.push(options.mediation ?? "aloud"); return get(options); };
"""


def sign_out(page: Page) -> None:
    page.context.clear_cookies()


def set_up_app(page: Page, demo: Demo) -> tuple[pyotp.TOTP, list[str]]:
    page.goto(SECURITY)
    page.locator("form[action='/account/authenticator'] button").click()
    app = pyotp.TOTP("".join(page.locator("#secret").inner_text().split()))
    page.locator("#field-code").fill(app.at(demo.portal.clock()))
    page.locator("main .button.filled").click()
    return app, page.locator(".codes li").all_inner_texts()


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_passkey_is_added_and_is_the_way_in(demo: Demo, open_page: OpenPage, language: str) -> None:
    page = open_page(demo.url, locale="de-DE" if language == "de" else "en-GB")
    session, finger = device(page)
    sign_in(page, demo, "eve")
    page.goto("/account")
    page.locator("#security a").click()
    expect(page.locator("[data-without-passkeys]")).to_be_hidden()
    page.locator("#name-new").fill("Laptop of Eve")
    page.locator("form[data-passkey='make'] button").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.locator("main .button.filled").click()
    expect(page.locator("#passkeys-list li")).to_contain_text("Laptop of Eve")
    look(page, f"security-passkey-{language}")
    sign_out(page)
    page.add_init_script("delete PublicKeyCredential.isConditionalMediationAvailable")
    page.goto("/sign-in?next=/account")
    page.locator("#door-password form.passkey button").click()
    expect(page).to_have_url(f"{demo.url}/account")
    (held,) = session.send("WebAuthn.getCredentials", {"authenticatorId": finger})["credentials"]
    assert held["isResidentCredential"] and held["rpId"] == "localhost"


def test_a_passkey_is_offered_beside_the_names_that_the_browser_keeps(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.url)
    page.add_init_script(WATCHED)
    session, finger = device(page)
    sign_in(page, demo, "eve")
    page.goto(SECURITY)
    page.locator("form[data-passkey='make'] button").click()
    expect(page.locator(".codes li")).to_have_count(10)
    (held,) = session.send("WebAuthn.getCredentials", {"authenticatorId": finger})["credentials"]
    session.send("WebAuthn.clearCredentials", {"authenticatorId": finger})
    sign_out(page)
    page.goto("/sign-in")
    expect(page.locator("#door-password [autocomplete~=webauthn]")).to_have_count(1)
    while not page.evaluate("asked.length"):
        page.wait_for_timeout(20)
    assert page.evaluate("asked") == ["conditional"], "who has none is asked for none"
    expect(page.locator("#door-password [data-trouble]")).to_be_hidden()
    # Whoever presses the button is asked aloud, and the quiet question is over.
    session.send("WebAuthn.addCredential", {"authenticatorId": finger, "credential": held})
    page.locator("#door-password form.passkey button").click()
    expect(page).to_have_url(f"{demo.url}/licenses")
    # A browser that has one offers it in the list of the field; the device of this test chooses it there at once.
    sign_out(page)
    page.goto("/sign-in?next=/account")
    expect(page).to_have_url(f"{demo.url}/account")


def test_a_device_whose_owner_does_not_unlock_it_opens_nothing(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.url)
    session, finger = device(page)
    sign_in(page, demo, "eve")
    page.goto(SECURITY)
    page.locator("form[data-passkey='make'] button").click()
    expect(page.locator(".codes li")).to_have_count(10)
    session.send("WebAuthn.setUserVerified", {"authenticatorId": finger, "isUserVerified": False})
    sign_out(page)
    page.goto("/sign-in")
    page.locator("#door-password form.passkey button").click()
    expect(page.locator("#door-password [data-trouble]")).to_contain_text("No passkey was shown.")
    expect(page).to_have_url(f"{demo.url}/sign-in")


def test_a_device_has_one_passkey_of_an_account(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.url)
    device(page)
    sign_in(page, demo, "eve")
    page.goto(SECURITY)
    page.locator("form[data-passkey='make'] button").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.goto(SECURITY)
    page.locator("form[data-passkey='make'] button").click()
    expect(page.locator("[data-trouble]")).to_contain_text("This device has a passkey")


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_an_app_at_the_door(demo: Demo, open_page: OpenPage, language: str, script: bool) -> None:
    page = open_page(demo.url, locale="de-DE" if language == "de" else "en-GB", java_script_enabled=script)
    sign_in(page, demo, "cora")
    app, codes = set_up_app(page, demo)
    assert len(codes) == 10
    sign_out(page)
    enter(page, demo, "cora")
    expect(page).to_have_url(f"{demo.url}/sign-in/second")
    expect(page.locator("form.passkey")).to_have_count(0)
    page.locator("#field-code").fill("000000")
    page.locator("main .button.filled").click()
    expect(page.locator("#field-code-error")).to_be_visible()
    demo.portal.clock.advance(seconds=30)
    page.locator("#field-code").fill(app.at(demo.portal.clock()))
    page.locator("main .button.filled").click()
    expect(page).to_have_url(f"{demo.url}/licenses")
    sign_out(page)
    enter(page, demo, "cora")
    page.locator("#field-code").fill(codes[0].lower())
    page.locator("main .button.filled").click()
    expect(page).to_have_url(f"{demo.url}/licenses")


def test_a_dangerous_deed_asks_who_it_is(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.url)
    device(page)
    sign_in(page, demo, "eve")
    page.goto(SECURITY)
    page.locator("form[data-passkey='make'] button").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.goto(SECURITY)
    demo.portal.clock.advance(minutes=11)
    page.locator("form[action$='/removal'] button").click()
    expect(page.locator("h1")).to_have_text("Is it you?")
    page.locator("form.passkey button").click()
    expect(page).to_have_url(f"{demo.url}{SECURITY}")
    expect(page.locator("#notices")).to_contain_text("Thank you, that is you.")
    page.locator("form[action$='/removal'] button").click()
    expect(page.locator("#notices")).to_contain_text("opens your account no more")


def test_without_script_there_is_no_button_that_does_nothing(demo: Demo, open_page: OpenPage) -> None:
    page = open_page(demo.url, java_script_enabled=False)
    page.goto("/sign-in")
    expect(page.locator("form.passkey")).to_be_hidden()
    sign_in(page, demo, "eve")
    page.goto(SECURITY)
    expect(page.locator("form[data-passkey]")).to_be_hidden()
    expect(page.locator("[data-without-passkeys]")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (768, "dark"), (1280, "light"), (1280, "dark")])
def test_how_they_look(demo: Demo, open_page: OpenPage, width: int, scheme: str, language: str) -> None:
    page = open_page(demo.url, width=width, color_scheme=scheme, locale="de-DE" if language == "de" else "en-GB")
    named = f"{language}-{width}-{scheme}"
    session, finger = device(page)
    page.goto("/sign-in")
    look(page, f"doors-{named}")
    sign_in(page, demo, "eve")
    page.goto(SECURITY)
    look(page, f"security-{named}")
    page.locator("form[action='/account/authenticator'] button").click()
    look(page, f"app-{named}")
    app = pyotp.TOTP("".join(page.locator("#secret").inner_text().split()))
    page.locator("#field-code").fill(app.at(demo.portal.clock()))
    page.locator("main .button.filled").click()
    look(page, f"codes-{named}")
    page.goto(SECURITY)
    page.locator("form[data-passkey='make'] button").click()
    expect(page.locator("#notices")).to_be_visible()
    page.locator(".renaming summary").click()
    look(page, f"security-full-{named}")
    demo.portal.clock.advance(minutes=11)
    page.goto("/account/proof")
    look(page, f"proof-{named}")
    sign_out(page)
    # Whoever has a passkey at hand is in before anything is typed; here nobody touches the device.
    session.send("WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": finger, "enabled": False})
    enter(page, demo, "eve")
    look(page, f"second-{named}")
