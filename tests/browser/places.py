"""Every page in every state worth looking at, and the way there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from playwright.sync_api import Page

from tests.browser.demo import Demo
from tests.browser.steps import open_with, sign_in

Way = Callable[[Page, Demo], object]
NOBODY = UUID(int=1)


@dataclass(frozen=True, slots=True)
class Place:
    """A page as one person sees it; `who` is a person of the world, "ticket", or "" for whoever comes by."""

    who: str
    name: str
    go: Way


def at(path: str) -> Way:
    return lambda page, demo: page.goto(path)


def license_of(key: str, query: str = "") -> Way:
    return lambda page, demo: page.goto(demo.page_of(key) + query)


def wrong_password(page: Page, demo: Demo) -> None:
    page.goto("/sign-in")
    page.locator("#field-email").fill("eve.lindqvist@posteo.example")
    page.locator("#field-password").fill("not the password")
    page.locator("#door-password button").click()
    page.locator("[aria-invalid]").wait_for()


def closed_tickets(page: Page, demo: Demo) -> None:
    page.goto("/sign-in")
    page.locator("#field-tickets").fill(f"{demo.code('full')}\n{demo.code('revoked')}\nL48HF-DU2AW-KZNNT-UJDBG-2TCCX")
    page.locator("#door-ticket button").click()
    page.locator(".told").wait_for()


def unconfirmed(page: Page, demo: Demo) -> None:
    page.goto(demo.page_of("eve_cad"))
    page.locator(".ask .button.filled").click()
    page.locator("[aria-invalid]").first.wait_for()


def which_is_gone(page: Page, demo: Demo) -> None:
    page.goto(demo.page_of("eve_viewer"))
    page.locator(".decision .ways .button").first.click()
    page.locator(".decision .ask").wait_for()


def paste(page: Page, demo: Demo, text: str) -> None:
    page.goto("/tickets/redemption")
    page.locator("#field-tickets").fill(text)
    page.locator("main form .button.filled").click()
    page.wait_for_load_state()


def pasted(*keys: str, prose: str = "") -> Way:
    return lambda page, demo: paste(page, demo, f"{prose} {' and '.join(demo.code(key) for key in keys)}")


def registered(page: Page, demo: Demo) -> None:
    paste(page, demo, demo.code("trial"))
    page.locator("main form .button.filled").click()
    page.locator("a.button.filled[href='/licenses']").wait_for()


PLACES = (
    Place("", "sign-in", at("/sign-in")),
    Place("", "sign-in-wrong-password", wrong_password),
    Place("", "sign-in-closed-tickets", closed_tickets),
    Place("", "error-no-such-page", at("/nowhere")),
    Place("", "parts", at("/dev/parts")),
    Place("eve", "overview", at("/licenses")),
    Place("eve", "overview-by-end", at("/licenses?order=until")),
    Place("eve", "overview-no-match", at("/licenses?search=zeppelin")),
    Place("eve", "error-not-found", at(f"/licenses/{NOBODY}")),
    Place("eve", "license-move", license_of("eve_cad")),
    Place("eve", "license-move-unconfirmed", unconfirmed),
    Place("eve", "license-handed-over", license_of("eve_mill")),
    Place("eve", "license-returning", license_of("eve_mill_365")),
    Place("eve", "license-choices", license_of("eve_viewer")),
    Place("eve", "license-choices-chosen", which_is_gone),
    Place("eve", "license-ready", license_of("eve_ready")),
    Place("eve", "license-subscription", license_of("eve_subscription")),
    Place("eve", "license-ends-soon", license_of("eve_mill_90")),
    Place("eve", "license-expired", license_of("eve_demo")),
    Place("eve", "license-merged", license_of("eve_merged")),
    Place("cora", "license-refused", license_of("exhausted")),
    Place("cora", "license-pool", license_of("brandt_mill")),
    Place("merle", "license-give", license_of("full")),
    Place("merle", "license-kept", license_of("kept")),
    Place("merle", "license-recalled", license_of("recalled")),
    Place("vera", "overview-vendor", at("/licenses")),
    Place("sid", "overview-empty", at("/licenses")),
    Place("sid", "register", at("/tickets/redemption")),
    Place("sid", "register-nothing-found", lambda page, demo: paste(page, demo, "good morning")),
    Place("sid", "register-check", pasted("boxed", "imported")),
    Place("sid", "register-check-some", pasted("boxed", "full", prose="Dear Sid, here are your tickets:")),
    Place("sid", "register-done", registered),
    Place("ticket", "license-by-ticket", license_of("dead_pc_waiting")),
    Place("ticket", "overview-by-ticket", at("/licenses")),
    Place("ticket", "error-account-needed", at("/tickets/redemption")),
)  # fmt: skip


def everything(name: str) -> bool:
    return True


def tour(page: Callable[[], Page], demo: Demo, wants: Callable[[str], bool] = everything) -> Iterator[tuple[str, Page]]:
    """Go to each place whose name is wanted, with a new profile for each person; yields its name and the page."""
    wanted = [place for place in PLACES if wants(place.name)]
    for who, places in groupby(wanted, attrgetter("who")):
        here = page()
        if who == "ticket":
            open_with(here, demo.code("dead_pc_waiting"))
        elif who:
            sign_in(here, demo, who)
        for place in places:
            place.go(here, demo)
            yield place.name, here
        here.context.close()
