"""Company sign-in with a real provider: Cora sets it up, a colleague comes in, and both ways of leaving."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.files import keyring
from portal.jobs import mail
from portal.models import Mail
from tests.browser.conftest import running
from tests.browser.demo import Demo, DemoFill
from tests.browser.steps import heading, sign_in
from tests.fixtures.browser import OpenPage, barriers
from tests.fixtures.oidc import CLIENT, SECRET, SignIn
from tests.fixtures.server import Serve

DOMAIN = "brandt-maschinenbau.example"

@pytest.fixture
def company_demo(demo_fill: DemoFill, serve: Serve, tmp_path: Path) -> Iterator[Demo]:
    """The demo world in a portal that may ask a provider on this machine."""
    yield from running(serve, tmp_path, demo_fill, PORTAL_REACHABLE="127.0.0.1")


def tick(demo: Demo) -> None:
    """The provider reads a real clock, and so does the portal as often as it matters."""
    demo.portal.clock.now = datetime.now(UTC).replace(microsecond=0)


def code_for(demo: Demo, address: str) -> str:
    """The code that was mailed there."""
    vault = keyring.load(demo.portal.settings.keys).vault
    with demo.database.reading() as db:
        mails = db.execute(select(Mail).where(Mail.recipient == address).order_by(Mail.id.desc())).scalars().first()
    assert mails is not None, f"nothing was mailed to {address}"
    told = mail.body(vault, mails)
    found = re.search(r"^\s*([A-Z2-9]{5}-[A-Z2-9]{5})\s*$", told.text if told else "", re.M)
    assert found
    return found[1]


def prove(page: Page, name: str) -> None:
    """At the provider: type a name."""
    page.wait_for_url("**/interaction/**")
    page.locator("input[name=name]").fill(name)
    page.locator("button").click()


def set_up(page: Page, demo: Demo, issuer: str) -> str:
    """From the page of her group to the switch; returns the address of the page."""
    place = f"/groups/{demo.world.groups['brandt'].public_id}/sign-in"
    page.goto(place.rpartition("/")[0])
    page.locator(f"a[href='{place}']").click()
    if page.locator(f"form[action='{place}/removal']").count():  # what the demo world has there already
        page.locator(f"form[action='{place}/removal'] button").click()
    page.locator("#field-name").fill("Brandt")
    page.locator("#field-issuer").fill(issuer)
    page.locator("#field-client_id").fill(CLIENT)
    page.locator("#field-client_secret").fill(SECRET)
    page.locator("#settings .button.filled").click()
    page.locator("#field-domain").fill(DOMAIN)
    page.locator("#domains .button.filled").click()
    page.locator("#domains input[name=code]").fill(code_for(demo, f"postmaster@{DOMAIN}"))
    page.locator("#domains .button.filled").click()
    tick(demo)
    page.locator("#trying .button.filled").click()
    prove(page, "cora.brandt")
    page.wait_for_url(f"{demo.url}{place}**")
    expect(page.locator("#trying .notice.tone-ok")).to_be_visible()
    expect(page.locator("#trying dd").nth(2)).to_have_text(f"cora.brandt@{DOMAIN}")
    page.locator("#switches .button.filled").click()
    expect(page.locator(".facts .tone-ok").first).to_be_visible()
    assert barriers(page) == []
    return place


def come_in(page: Page, demo: Demo, name: str, *, is_known: bool = False) -> None:
    """From the sign-in page, with a work address; the provider asks nothing of whom it knows in this browser."""
    tick(demo)
    page.goto("/sign-in")
    page.locator("#field-work_email").fill(f"{name}@{DOMAIN}")
    page.locator("#door-company .opens").click()
    if not is_known:
        prove(page, name)
    page.wait_for_url(f"{demo.url}/licenses")


def here(open_page: OpenPage, demo: Demo, locale: str, **more: object) -> Page:
    """A page that may go to another host: the provider's."""
    return open_page(demo.url, abroad=True, locale=locale, **more)


@pytest.mark.parametrize(
    ("locale", "script"), [("en-GB", True), ("de-DE", False)], ids=["English", "German without JavaScript"]
)
def test_from_nothing_to_a_colleague_who_comes_in(
    company_demo: Demo, open_page: OpenPage, sign_in_provider: SignIn, locale: str, script: bool
) -> None:
    demo = company_demo
    issuer = sign_in_provider(demo.url, DOMAIN, in_id_token=script)
    cora = here(open_page, demo, locale)
    sign_in(cora, demo, "cora")
    set_up(cora, demo, issuer)
    newcomer = here(open_page, demo, locale, java_script_enabled=script)
    come_in(newcomer, demo, "nina.neu")
    newcomer.goto("/account")
    expect(newcomer.locator("main")).to_contain_text(f"nina.neu@{DOMAIN}")
    cora.goto(f"/groups/{demo.world.groups['brandt'].public_id}/members?search=nina")
    expect(cora.locator(".roster")).to_contain_text("Nina.neu")


def test_signing_out_here_signs_out_there_and_the_other_way_round(
    company_demo: Demo, open_page: OpenPage, sign_in_provider: SignIn
) -> None:
    demo = company_demo
    issuer = sign_in_provider(demo.url, DOMAIN)
    cora = here(open_page, demo, "en-GB")
    sign_in(cora, demo, "cora")
    set_up(cora, demo, issuer)
    page = here(open_page, demo, "en-GB")
    come_in(page, demo, "nina.neu")
    page.locator("form[action='/sign-out'] button").first.dispatch_event("click")
    page.locator("button[name=logout]").click()
    page.wait_for_url(f"{demo.url}/sign-in")
    expect(page.locator("#notices, main").first).to_contain_text("signed out")
    come_in(page, demo, "nina.neu")
    page.goto(f"{issuer}/session/end")
    page.locator("button[name=logout]").click()
    page.wait_for_load_state()
    page.goto(f"{demo.url}/account")
    page.wait_for_url("**/sign-in?next=/account")
    heading(page, "Sign in to your licenses")


def test_cora_lets_her_people_in_no_other_way_and_is_not_shut_out(
    company_demo: Demo, open_page: OpenPage, sign_in_provider: SignIn
) -> None:
    demo = company_demo
    issuer = sign_in_provider(demo.url, DOMAIN)
    page = here(open_page, demo, "en-GB")
    sign_in(page, demo, "cora")
    place = set_up(page, demo, issuer)
    expect(page.locator(f"form[action='{place}/only']")).to_have_count(0)
    page.locator("form[action='/sign-out'] button").first.dispatch_event("click")
    page.wait_for_url(f"{demo.url}/sign-in")
    come_in(page, demo, "cora.brandt", is_known=True)
    page.goto(place)
    page.locator(f"form[action='{place}/only'] button").click()
    expect(page.locator(".facts")).to_contain_text("The only way in for your people")
    stranger = here(open_page, demo, "en-GB")
    who = demo.world.people["cora"]
    stranger.goto("/sign-in")
    stranger.locator("#field-email").fill(who.email)
    stranger.locator("#field-password").fill(who.password)
    stranger.locator("#door-password form[action='/sign-in'] button").click()
    heading(stranger, "Your company has a sign-in of its own")
